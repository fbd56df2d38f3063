"""Making the calls of a reply, and waiting for what they bring (rule R8).

A call is stored before it counts as made. It runs outside the reply that asked for it: an interruption
neither stops it nor loses its result. Who executes it is the gateway's business; this service waits,
says when the time is up, and wishes for the reply that tells the results.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Span, Tracer

from natter_llm import calls, history, http_tools
from natter_llm.http_tools import HttpTools, Result
from natter_llm.language import phrases_for
from natter_llm.tool_servers import HostedTools
from natter_llm.tools import Accepted
from natter_protocol.errors import ErrorCode
from natter_protocol.reply import ReplyWanted
from natter_protocol.settings import Tool
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from natter_protocol.turn import Cause
from natter_runtime import names, tracing
from natter_runtime.errors import LogError
from natter_runtime.seat import Seat
from natter_runtime.tasks import spawn_contained, stop


@dataclass(frozen=True, slots=True)
class Origin:
    """The reply that calls come from."""

    epoch: int
    turn: int
    rev: int
    trace: str = ""
    """Context of the turn: what the reply gives rise to hangs below it."""


async def _unknown() -> Result:
    """A call that another worker made, of which nobody knows whether it was done."""
    return Result(http_tools.UNKNOWN, ToolOutcome.FAILED)


class Dispatcher:
    """The calls of one session, as far as they are still of interest.

    Args:
        seat: where calls and wishes are said, and whose state is asked.
        group: the session's; calls outlive the reply that made them, not the session.
        filler: what is said while a call takes long (empty: a phrase in the language of the call), and after how many
            seconds; 0 is never.
        http: runs the tools that are requests; None runs none.
        hosted: the tools of servers.
    """

    def __init__(
        self,
        seat: Seat,
        group: asyncio.TaskGroup,
        tracer: Tracer,
        filler: tuple[str, float] = ("", 0.0),
        http: HttpTools | None = None,
        hosted: HostedTools | None = None,
    ) -> None:
        self._seat = seat
        self._group = group
        self._tracer = tracer
        self._filler, self._filler_s = filler
        self._http = http
        self._hosted = hosted or HostedTools()
        self._returned: dict[str, asyncio.Event] = {}
        self._wished: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def dispatch(self, origin: Origin, accepted: Sequence[Accepted]) -> None:
        """Make calls, of a reply whose turn is committed.

        Returns when all are stored. Cancelling the caller loses none of them: what has begun to be said
        is finished here. If the event log does not take one, the session ends.
        """
        await asyncio.shield(self._run(self._make(origin, accepted), "tools.make"))

    async def _make(self, origin: Origin, accepted: Sequence[Accepted]) -> None:
        for number, call in enumerate(accepted):
            if origin.epoch in self._seat.record.voids:
                return
            # The number keeps the calls of one reply in order, the random part apart from every other session's.
            id = f"call_{origin.epoch}_{number:02d}_{secrets.token_hex(4)}"
            span = tracing.start(
                self._tracer,
                f"{names.SPAN_TOOL} {call.tool.name}",
                origin.trace,
                {
                    names.OPERATION: "execute_tool",
                    names.TOOL_NAME: call.tool.name,
                    names.TOOL_CALL: id,
                    names.EPOCH: origin.epoch,
                    names.TURN: origin.turn,
                },
            )
            message = ToolCalled(
                turn=origin.turn,
                rev=origin.rev,
                epoch=origin.epoch,
                call=id,
                name=call.tool.name,
                arguments=call.arguments,
                hosted=self._hosted.serves(call.tool),
            )
            self._returned[id] = asyncio.Event()
            try:
                with trace.use_span(span):
                    await self._seat.store(message)
            except LogError as error:
                tracing.fail(span, str(error))
                span.end()
                self._seat.fail(ErrorCode.LOG_UNAVAILABLE, f"tool.called: {error}")
                return
            self._watch(id, origin.epoch, call.tool.timeout_s, span)
            if message.hosted:
                self._run(self._tell(message, self._hosted.run(call.tool, call.arguments)), f"hosted {id}")
            elif call.tool.http is not None and self._http is not None:
                self._run(self._request(self._http, message, call.tool), f"http {id}")

    def resume(self) -> None:
        """Go on with the calls that another worker left behind; their time starts anew."""
        tools = {tool.name: tool for tool in self._seat.state.settings.tools}
        for call in calls.pending(self._seat.state):
            tool = tools.get(call.name, Tool(name=call.name))
            self._returned[call.call] = asyncio.Event()
            self._watch(call.call, call.epoch, tool.timeout_s, tracing.NO_SPAN)
            called = ToolCalled(
                turn=call.turn, epoch=call.epoch, call=call.call, name=call.name, arguments=call.arguments
            )
            if call.hosted:
                self._run(self._tell(called, _unknown()), f"hosted {call.call}")
            elif tool.http is not None and self._http is not None:
                self._run(self._request(self._http, called, tool, again=True), f"http {call.call}")

    def returned(self, message: ToolReturned) -> None:
        """A result was heard. One that is late, repeated, or of no known call changes nothing."""
        event = self._returned.get(message.call)
        if event is not None:
            event.set()

    async def consider(self) -> None:
        """Wish for the replies that are due, each once."""
        state = self._seat.state
        known = {reply.request for reply in state.replies.values()} | {wish.request for wish in state.wishes}
        for epoch in sorted({call.epoch for call in state.calls.values()} - self._wished):
            if not calls.follow_up_due(state, epoch):
                continue
            self._wished.add(epoch)
            request = history.wish(epoch)
            if request not in known:
                turn = state.replies[epoch].turn
                await self._seat.say(ReplyWanted(turn=turn, epoch=epoch, cause=Cause.TOOL_RESULT, request=request))

    def _watch(self, id: str, epoch: int, timeout_s: float, span: Span) -> None:
        self._run(self._wait(id, epoch, timeout_s, span), f"tool {id}")
        if 0 < self._filler_s < timeout_s:
            self._run(self._fill(id, epoch, self._returned[id]), f"filler {id}")

    async def _fill(self, id: str, epoch: int, returned: asyncio.Event) -> None:
        """Wish for a few words, once per reply, if the call takes long and does not hold the conversation."""
        try:
            async with asyncio.timeout(self._filler_s):
                await returned.wait()
        except TimeoutError:
            state, request = self._seat.state, calls.filler(epoch)
            known = {reply.request for reply in state.replies.values()} | {wish.request for wish in state.wishes}
            if calls.is_open(state, id) and not calls.holding(state) and request not in known:
                words = self._filler or phrases_for(state.settings.input.languages).filler
                await self._seat.say(ReplyWanted(epoch=epoch, cause=Cause.FILLER, request=request, instructions=words))

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = spawn_contained(self._group, work, name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """Wait for nothing any longer: the session ends here."""
        for task in list(self._tasks):
            await stop(task)

    async def _request(self, http: HttpTools, called: ToolCalled, tool: Tool, *, again: bool = False) -> None:
        """Make the request of a call and tell what it brought, unless its time was up before."""
        repeated = not again or http_tools.may_repeat(tool)
        await self._tell(called, http.run(called.call, tool, called.arguments) if repeated else _unknown())

    async def _tell(self, called: ToolCalled, work: Awaitable[Result]) -> None:
        """Tell what a call brought, unless its time was up before."""
        result = await work
        if calls.is_open(self._seat.state, called.call):
            told = ToolReturned(
                turn=called.turn, epoch=called.epoch, call=called.call, result=result.text, outcome=result.outcome
            )
            await self._seat.say(told)
            self.returned(told)

    async def _wait(self, id: str, epoch: int, timeout_s: float, span: Span) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._returned[id].wait()
        except TimeoutError:
            if calls.is_open(self._seat.state, id):
                text = f"no answer within {timeout_s:g} s"
                turn = self._seat.state.calls[id].turn
                await self._seat.say(
                    ToolReturned(turn=turn, epoch=epoch, call=id, result=text, outcome=ToolOutcome.TIMED_OUT)
                )
        finally:
            del self._returned[id]
            call = self._seat.state.calls.get(id)
            outcome = call.outcome if call is not None else None
            if outcome is not ToolOutcome.RETURNED:
                tracing.fail(span, outcome.value if outcome else "the session ended")
            if outcome is not None:
                span.set_attribute(names.OUTCOME, outcome.value)
            span.end()
        await self.consider()
