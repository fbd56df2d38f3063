"""One session of the llm service: what is heard on the bus becomes replies.

At most one generation runs, in a slot. A speculation starts it early; the commit of the same reply
adopts it, anything else replaces it. What is void is stopped.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final

from opentelemetry.trace import Tracer

from natter_llm import calls
from natter_llm.config import LlmConfig
from natter_llm.dispatch import Dispatcher, Origin
from natter_llm.engine import Engine
from natter_llm.generation import Generation, Kit, recite
from natter_llm.history import Moment
from natter_llm.http_tools import HttpTools
from natter_llm.own_models import OwnModels
from natter_llm.tool_servers import HostedTools, ToolServers
from natter_protocol.base import Message
from natter_protocol.reply import ReplyFinished, ReplyHeard
from natter_protocol.tool import ToolReturned
from natter_protocol.turn import Cause, TurnCommitted, TurnEager, TurnEmpty, TurnGranted, TurnReopened
from natter_runtime.clock import Clock
from natter_runtime.metrics import Metrics
from natter_runtime.seat import Seat
from natter_runtime.state import ReplyState, SessionState
from natter_runtime.tasks import Slot, spawn_contained, stop

log = logging.getLogger(__name__)

HEARD_S: Final = 0.15
"""So long a generation waits to learn what was heard before it (rule R7)."""
MAX_LINKS: Final = 8
WORD_FOR_WORD: Final = (Cause.GREETING, Cause.FILLER)
"""What is said without a model."""


@dataclass(frozen=True, slots=True)
class Attendant:
    """What serves every session of this process; call it with a seat that was taken."""

    engine: Engine
    config: LlmConfig
    clock: Clock
    tracer: Tracer
    http: HttpTools | None = None
    """Runs the tools that are requests."""
    own: OwnModels | None = None
    """Brings the models of agents' own."""
    servers: ToolServers | None = None
    """Brings the tools of servers."""
    metrics: Metrics = field(default_factory=lambda: Metrics("llm"))

    async def __call__(self, seat: Seat) -> None:
        """Serve one session until its inbox ends."""
        async with asyncio.TaskGroup() as group:
            session = Session(self, seat, group)
            try:
                await session.resume()
                async for item in seat.inbox:
                    if isinstance(item, Message):
                        await session.handle(item)
            finally:
                await session.close()


class Session:
    """One session. ``handle`` is called with one message after the other and never waits for a model."""

    def __init__(self, attendant: Attendant, seat: Seat, group: asyncio.TaskGroup) -> None:
        self._seat = seat
        self._slot = Slot(group, "llm.generation")
        config = attendant.config
        servers = seat.state.settings.tool_servers
        hosted = attendant.servers.of(servers) if attendant.servers is not None else HostedTools()
        self._listing = spawn_contained(group, hosted.discover(), "llm.tool_servers")
        filler = (config.filler, config.filler_s)
        self._dispatcher = Dispatcher(seat, group, attendant.tracer, filler, attendant.http, hosted)
        self._own = attendant.own
        self._model = seat.state.settings.llm if attendant.own is not None else None
        """The agent's own, as it is when the session is taken."""
        self._current: Generation | None = None
        self._discarded: tuple[int, tuple[str, ...]] = (0, ())
        """The turn that speculations were made for and given up, and the contexts of these."""
        self._newest = 0
        """The newest reply that was committed or granted and is made by a model."""
        self._given_up: set[int] = set()
        """Replies of which nobody said in time what was heard; nobody waits for them again."""
        self._news = asyncio.Event()
        self._kit = Kit(
            seat=seat,
            engine=self._own.take(self._model) if self._own is not None and self._model else attendant.engine,
            config=attendant.config,
            clock=attendant.clock,
            tracer=attendant.tracer,
            dispatcher=self._dispatcher,
            metrics=attendant.metrics,
            hosted=hosted,
            group=group,
            settled=self._settled,
        )

    async def resume(self) -> None:
        """Take up what the log says is unfinished: replies without a text, calls without a result."""
        self._dispatcher.resume()
        for reply in list(self._seat.state.replies.values()):
            if reply.cause is not None and not self._is_over(reply.epoch):
                await self._take_up(reply, reply.cause, self._seat.state.trace)
        await self._dispatcher.consider()

    async def close(self) -> None:
        """Stop everything that runs for this session."""
        await self._slot.clear()
        await stop(self._listing)
        await self._dispatcher.close()
        if self._own is not None and self._model is not None:
            await self._own.give_back(self._model)

    async def handle(self, message: Message) -> None:
        """Act on one message."""
        if isinstance(message, TurnEager):
            await self._speculate(message)
        elif isinstance(message, TurnCommitted):
            await self._commit(message)
        elif isinstance(message, TurnGranted):
            await self._grant(message)
        elif isinstance(message, ToolReturned):
            self._dispatcher.returned(message)
        elif isinstance(message, ReplyHeard | TurnEmpty):
            await self._dispatcher.consider()
        await self._drop_void(message)
        self._tell_news()

    # -- replies --------------------------------------------------------------------------------

    async def _speculate(self, eager: TurnEager) -> None:
        current = self._current.origin.epoch if self._current is not None else 0
        if self._is_over(eager.epoch) or eager.epoch <= max(current, self._newest) or self._holding:
            return
        origin = Origin(eager.epoch, eager.turn, eager.rev, eager.trace)
        await self._start(origin, Moment(eager.epoch, spoken=eager.text), sure=False)

    async def _commit(self, committed: TurnCommitted) -> None:
        current = self._current
        if self._holding:
            await self._keep_silent(committed.epoch, Cause.USER, committed.trace)
        elif current is not None and current.origin.epoch == committed.epoch:
            self._newest = committed.epoch
            current.committed.set()
        elif not self._is_over(committed.epoch) and committed.epoch > self._newest:
            origin = Origin(committed.epoch, committed.turn, committed.rev, committed.trace)
            await self._start(origin, Moment(committed.epoch))

    @property
    def _holding(self) -> bool:
        return calls.holding(self._seat.state)

    async def _keep_silent(self, epoch: int, cause: Cause, trace: str) -> None:
        """Answer nothing: a reply without words gives the floor back."""
        if self._current is not None and self._current.origin.epoch == epoch:
            self._current = None
            await self._slot.clear()
        if not self._is_over(epoch):
            await recite(self._seat, epoch, cause, "", trace)

    async def _grant(self, granted: TurnGranted) -> None:
        reply = self._seat.state.replies.get(granted.epoch)
        if reply is not None and not self._is_over(granted.epoch) and granted.epoch > self._newest:
            await self._take_up(reply, granted.cause, granted.trace)

    async def _take_up(self, reply: ReplyState, cause: Cause, trace: str) -> None:
        """Begin a reply that the log knows: a wish that was granted, or one that another worker left."""
        state, epoch = self._seat.state, reply.epoch
        made = any(call.epoch == epoch for call in state.calls.values())
        held = cause is Cause.USER and self._holding and not made
        if held or (cause is Cause.FILLER and calls.is_stale_filler(state, reply.request)):
            await self._keep_silent(epoch, cause, trace)
        elif cause in WORD_FOR_WORD:
            text = reply.instructions or (state.settings.greeting if cause is Cause.GREETING else "")
            await recite(self._seat, epoch, cause, text, trace)
        elif made:
            # Its calls were made before its text was stored: asking again would make them twice.
            await self._seat.say(ReplyFinished(turn=reply.turn, epoch=epoch, text=reply.heard, trace=trace))
        else:
            turn = state.turns.get(reply.turn)
            origin = Origin(epoch, reply.turn, turn.rev if turn is not None else 0, trace)
            moment = Moment(epoch, cause, request=reply.request, instructions=reply.instructions)
            await self._start(origin, moment)

    async def _start(self, origin: Origin, moment: Moment, *, sure: bool = True) -> None:
        turn, discarded = self._discarded
        generation = Generation(self._kit, origin, moment, discarded if turn == origin.turn else ())
        self._current = generation
        if sure:
            generation.committed.set()
            self._newest = origin.epoch
        await self._slot.start(generation.run())
        await asyncio.sleep(0)  # let it begin: a task that is cancelled before that never closes its coroutine

    def _is_over(self, epoch: int) -> bool:
        """Whether nothing more is to be generated for reply ``epoch``."""
        reply = self._seat.state.replies.get(epoch)
        known = reply is not None and (reply.generated is not None or reply.outcome is not None)
        return known or epoch in self._seat.record.voids

    async def _drop_void(self, message: Message) -> None:
        """Stop the generation that nobody wants any longer."""
        current = self._current
        if current is None:
            return
        reopened = isinstance(message, TurnReopened) and message.turn == current.origin.turn
        if reopened or current.origin.epoch in self._seat.record.voids:
            self._current = None
            self._note_discarded(current)
            await self._slot.clear()

    def _note_discarded(self, generation: Generation) -> None:
        """Remember what was made ahead in vain: what is made for the same turn instead will be linked to it."""
        turn, discarded = self._discarded
        if generation.trace and generation.origin.turn:
            kept = discarded if turn == generation.origin.turn else ()
            self._discarded = generation.origin.turn, (*kept, generation.trace)[-MAX_LINKS:]

    # -- what was heard -------------------------------------------------------------------------

    def _tell_news(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _settled(self, epoch: int) -> None:
        try:
            async with asyncio.timeout(HEARD_S):
                while unsettled(self._seat.state, epoch) - self._given_up:
                    await self._news.wait()
        except TimeoutError:
            self._given_up |= unsettled(self._seat.state, epoch)
            log.info("epoch=%d goes on without knowing what was heard before", epoch)


def unsettled(state: SessionState, epoch: int) -> set[int]:
    """Return the committed or granted replies before ``epoch`` of which it is still open what was heard."""
    return {
        reply.epoch
        for reply in state.replies.values()
        if reply.epoch < epoch and reply.outcome is None and reply.cause is not None
    }
