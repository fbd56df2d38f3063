"""One reply being made: ask the model, send its words as they come, see to its calls.

A generation may be speculative: it speaks (the gateway holds what it says), but whatever has effects
beyond the reply (calls of tools, telling of a failure) waits until the turn is committed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from opentelemetry.trace import Span, Tracer

from natter_llm import calls, history, tools
from natter_llm.config import LlmConfig
from natter_llm.deltas import Deltas
from natter_llm.dispatch import Dispatcher, Origin
from natter_llm.engine import ChatMessage, Done, Engine, Event, Request, Role, ToolCall, Usage
from natter_llm.history import Moment
from natter_llm.language import phrases_for
from natter_llm.tool_servers import HostedTools
from natter_llm.tools import Accepted, Rejected
from natter_protocol.errors import ErrorCode, ErrorRaised
from natter_protocol.llm import LlmDelta
from natter_protocol.reply import ReplyFinished, ReplyStarted
from natter_protocol.settings import Tool
from natter_protocol.turn import Cause, TurnCommitted, TurnEager, TurnGranted
from natter_runtime import logs, names, tracing
from natter_runtime.clock import Clock
from natter_runtime.errors import EngineError
from natter_runtime.metrics import Metrics
from natter_runtime.seat import Seat
from natter_runtime.tasks import spawn, stop

log = logging.getLogger(__name__)

RETRY_S: Final = 0.2
"""Pause before a request is made a second time."""
MAX_REPAIRS: Final = 2
"""So often the model is told that its arguments do not fit."""
ACCEPTED: Final = "The call is being made; its result comes later. Correct only the other one."


@dataclass(frozen=True, slots=True)
class Kit:
    """What every generation of a session works with.

    Attributes:
        hosted: the tools of the session's servers.
        group: the session's.
        settled: waits until it is known what was heard of all replies before the given one.
    """

    seat: Seat
    engine: Engine
    config: LlmConfig
    clock: Clock
    tracer: Tracer
    dispatcher: Dispatcher
    metrics: Metrics
    hosted: HostedTools
    group: asyncio.TaskGroup
    settled: Callable[[int], Awaitable[None]]


@dataclass(slots=True)
class _Said:
    """What one request to the model brought."""

    text: str = ""
    calls: list[ToolCall] = field(default_factory=list)


class Generation:
    """See the module.

    Args:
        kit: the session's.
        origin: the reply's coordinates.
        moment: what is wanted.
        discarded: trace contexts of the speculations that were given up for it.
    """

    def __init__(self, kit: Kit, origin: Origin, moment: Moment, discarded: Sequence[str] = ()) -> None:
        self.origin = origin
        self.trace = ""
        """Context of its span, once it runs."""
        self.committed = asyncio.Event()
        """Set when the turn is sure; from the start for what was never a speculation."""
        self._kit = kit
        self._moment = moment
        self._discarded = tuple(discarded)
        self._deltas = Deltas(self._send, kit.clock)
        self._wanted = kit.clock.monotonic()
        self._started = 0.0
        self._first_token_ms: float | None = None
        self._usage = Usage()

    async def run(self) -> None:
        """Make the reply. Cancelling stops the request to the model."""
        kit, about = self._kit, self._about()
        span = tracing.start(kit.tracer, names.SPAN_GENERATE, self.origin.trace, about, links=self._discarded)
        self.trace = tracing.of(span)
        try:
            await self._make(span)
        except asyncio.CancelledError:
            span.set_attribute(names.DISCARDED, not self.committed.is_set())
            tracing.event(span, names.EVENT_CANCEL)
            raise
        finally:
            self._describe(span)
            span.end()

    def _about(self) -> tracing.Attributes:
        info = self._kit.engine.info
        cause = TurnGranted if self._moment.cause is not Cause.USER else TurnCommitted
        return {
            names.EPOCH: self.origin.epoch,
            names.TURN: self.origin.turn,
            names.REV: self.origin.rev,
            names.CAUSE: self._moment.cause.value,
            names.ENGINE: info.name,
            names.MODEL: info.model,
            names.PROVIDER: info.model.partition("/")[0] if "/" in info.model else info.name,
            names.OPERATION: "chat",
            names.CONVERSATION: self._kit.seat.session,
            **tracing.caused_by(cause if self.committed.is_set() else TurnEager),
        }

    async def _make(self, span: Span) -> None:
        kit, origin = self._kit, self.origin
        await kit.settled(origin.epoch)
        self._started = kit.clock.monotonic()
        await kit.seat.say(
            ReplyStarted(
                turn=origin.turn,
                rev=origin.rev,
                epoch=origin.epoch,
                cause=self._moment.cause,
                model=kit.engine.info.model,
                trace=origin.trace,
            )
        )
        try:
            accepted = await self._answer()
        except EngineError as error:
            tracing.fail(span, str(error))
            await self._fail(error)
        else:
            await self._finish(accepted)

    async def _answer(self) -> list[Accepted]:
        """Converse; what failed without a word while it was a speculation gets another chance when it is none.

        Raises:
            EngineError: the model failed, and the turn is committed.
        """
        try:
            return await self._converse()
        except EngineError as error:
            if self.committed.is_set():
                raise
            await self.committed.wait()
            if not error.retryable or self._deltas.text:
                raise
        return await self._converse()

    # -- asking ---------------------------------------------------------------------------------

    async def _converse(self) -> list[Accepted]:
        """Ask until the model's calls are fit to be made; return them.

        Raises:
            EngineError: the model failed, or cannot write arguments that fit.
        """
        sending = spawn(self._kit.group, self._deltas.run(), "llm.deltas")
        try:
            async with asyncio.timeout(self._kit.config.total_s):
                return await self._rounds()
        except TimeoutError:
            raise EngineError(f"the reply was not complete after {self._kit.config.total_s:g} s") from None
        finally:
            await stop(sending)

    async def _rounds(self) -> list[Accepted]:
        await self._kit.hosted.listed()
        registered = self._kit.hosted.tools(self._kit.seat.state.settings.tools)
        request = self._request(registered)
        accepted: list[Accepted] = []
        for _ in range(1 + MAX_REPAIRS):
            said = await self._ask(request)
            judged = [(call, self._judged(call, registered)) for call in said.calls]
            accepted += [verdict for _, verdict in judged if isinstance(verdict, Accepted) and verdict not in accepted]
            wrong = [verdict.reason for _, verdict in judged if isinstance(verdict, Rejected)]
            if not wrong:
                return accepted
            log.info("the model is asked again: %s", logs.said(" ".join(wrong)))
            request = replace(request, messages=(*request.messages, *_told_back(said, judged)))
        if not accepted and not self._deltas.text:
            raise EngineError(f"the model's calls do not fit: {' '.join(wrong)}")
        return accepted

    def _judged(self, call: ToolCall, registered: Sequence[Tool]) -> Accepted | Rejected:
        """A call must fit its tool; and what does something is not done a second time while it is being done."""
        verdict = tools.check(registered, call)
        if not (isinstance(verdict, Accepted) and verdict.tool.side_effects):
            return verdict
        if calls.running(self._kit.seat.state, call.name, verdict.arguments):
            return Rejected(f"{call.name} is running with these very arguments; its result will be told later.")
        return verdict

    def _request(self, registered: Sequence[Tool]) -> Request:
        state, config, epoch = self._kit.seat.state, self._kit.config, self.origin.epoch
        may_call = calls.steps_without_user(state, epoch) <= config.max_tool_steps
        return Request(
            history.messages(state, self._moment, spoken_style=config.spoken_style, limit=config.max_history),
            tools.specs(registered) if may_call else (),
            config.temperature,
            config.max_tokens,
        )

    async def _ask(self, request: Request) -> _Said:
        """Ask once; once more if that failed before the first word, and may go better."""
        try:
            return await self._stream(request)
        except EngineError as error:
            if not error.retryable or self._deltas.text:
                raise
            log.warning("asking the model again: %s", error)
        await self._kit.clock.sleep(RETRY_S)
        return await self._stream(request)

    async def _stream(self, request: Request) -> _Said:
        said = _Said()
        try:
            async with contextlib.aclosing(self._kit.engine.generate(request)) as events:
                async for event in events:
                    self._take(event, said)
        except EngineError:
            raise
        except Exception as error:  # boundary: an engine with a defect must not end the session
            log.exception("the engine broke its contract")
            raise EngineError(f"{type(error).__name__}: {error}") from error
        return said

    def _take(self, event: Event, said: _Said) -> None:
        if isinstance(event, Done):
            self._usage = Usage(
                self._usage.input_tokens + event.usage.input_tokens,
                self._usage.output_tokens + event.usage.output_tokens,
            )
            return
        if self._first_token_ms is None:
            self._first_token_ms = self._elapsed_ms()
            self._kit.metrics.stage("llm.first_token", self._first_token_ms / 1000)
        if isinstance(event, ToolCall):
            said.calls.append(event)
            return
        if self._deltas.text and not said.text and not self._deltas.text[-1].isspace():
            self._deltas.add(" ")  # a second request goes on in the same reply
        said.text += event.delta
        self._deltas.add(event.delta)

    # -- telling --------------------------------------------------------------------------------

    async def _finish(self, accepted: Sequence[Accepted]) -> None:
        """Make the calls of the reply, as soon as its turn is sure; then tell that it is complete."""
        await self._deltas.finish()
        if accepted:
            await self.committed.wait()
            await self._kit.dispatcher.dispatch(self.origin, accepted)
        await self._tell(ok=True)
        await self._kit.dispatcher.consider()

    async def _fail(self, error: EngineError) -> None:
        log.warning("epoch=%d the model failed: %s", self.origin.epoch, error)
        if not self._deltas.text:
            languages = self._kit.seat.state.settings.input.languages
            self._deltas.add(self._kit.config.apology or phrases_for(languages).apology)
        await self._deltas.finish()
        await self._kit.seat.say(
            ErrorRaised(
                turn=self.origin.turn,
                rev=self.origin.rev,
                epoch=self.origin.epoch,
                code=ErrorCode.ENGINE_FAILED,
                message=str(error),
                retryable=error.retryable,
                trace=self.origin.trace,
            )
        )
        await self._tell(ok=False)

    async def _send(self, text: str) -> None:
        origin = self.origin
        await self._kit.seat.say(
            LlmDelta(turn=origin.turn, rev=origin.rev, epoch=origin.epoch, text=text, trace=origin.trace)
        )

    async def _tell(self, *, ok: bool) -> None:
        await self._kit.seat.say(
            ReplyFinished(
                turn=self.origin.turn,
                rev=self.origin.rev,
                epoch=self.origin.epoch,
                text=self._deltas.text,
                ok=ok,
                model=self._kit.engine.info.model,
                input_tokens=self._usage.input_tokens,
                output_tokens=self._usage.output_tokens,
                first_token_ms=self._first_token_ms,
                total_ms=self._elapsed_ms(),
                wait_ms=(self._started - self._wanted) * 1000,
                trace=self.origin.trace,
            )
        )
        self._kit.metrics.stage("llm.reply", self._elapsed_ms() / 1000)
        self._kit.metrics.tokens("in", self._usage.input_tokens)
        self._kit.metrics.tokens("out", self._usage.output_tokens)

    def _elapsed_ms(self) -> float:
        return (self._kit.clock.monotonic() - self._started) * 1000

    def _describe(self, span: Span) -> None:
        span.set_attribute(names.INPUT_TOKENS, self._usage.input_tokens)
        span.set_attribute(names.OUTPUT_TOKENS, self._usage.output_tokens)
        if self._first_token_ms is not None:
            span.set_attribute(names.FIRST_TOKEN_MS, self._first_token_ms)
        if logs.shows_text():
            span.set_attribute(names.AGENT_TEXT, self._deltas.text)


def _told_back(said: _Said, judged: Sequence[tuple[ToolCall, Accepted | Rejected]]) -> list[ChatMessage]:
    """Return what the model said, and what is to be said about its calls."""
    answers = [
        ChatMessage(Role.TOOL, verdict.reason if isinstance(verdict, Rejected) else ACCEPTED, call=call.id)
        for call, verdict in judged
    ]
    return [ChatMessage(Role.ASSISTANT, said.text, tuple(said.calls)), *answers]


async def recite(seat: Seat, epoch: int, cause: Cause, text: str, parent: str) -> None:
    """Say ``text`` word for word as a reply of its own, without a model."""
    await seat.say(ReplyStarted(epoch=epoch, cause=cause, trace=parent))
    if text:
        await seat.say(LlmDelta(epoch=epoch, text=text, trace=parent))
    await seat.say(ReplyFinished(epoch=epoch, text=text, trace=parent))
