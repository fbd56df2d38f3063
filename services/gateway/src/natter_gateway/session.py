"""One session from its opening to its end: it connects the two sides of a call to the bus.

It decides nothing about the conversation. The user's side is :mod:`natter_gateway.inbound`, the
agent's :mod:`natter_gateway.outbound`, what the client is told :mod:`natter_gateway.narrator`, and
who works for the session :mod:`natter_gateway.crew`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from dataclasses import dataclass
from typing import Final

from opentelemetry.trace import Tracer

from natter_gateway import failures
from natter_gateway.clerk import EXTENSION, Clerk
from natter_gateway.commands import AppendAudio, Command, Configure, CreateReply, EndSession, ReturnTool
from natter_gateway.config import GatewayConfig
from natter_gateway.crew import Crew
from natter_gateway.events import Event, Failed, SessionEnded, SessionReady, SessionUpdated
from natter_gateway.inbound import Inbound
from natter_gateway.narrator import Narrator
from natter_gateway.outbound import Outbound
from natter_gateway.outlet import Outlet
from natter_gateway.pacer import Pacer
from natter_protocol import subjects
from natter_protocol.audio import AudioFrame, AudioReplay
from natter_protocol.base import Message
from natter_protocol.errors import ErrorRaised
from natter_protocol.reply import ReplyWanted
from natter_protocol.session import CloseReason, SessionClosed, SessionConfigured, SessionOpened
from natter_protocol.settings import SessionSettings
from natter_protocol.stt import SttPartial
from natter_protocol.tool import ToolOutcome, ToolReturned
from natter_protocol.turn import Cause
from natter_runtime import claims, names, tracing
from natter_runtime.bus import Bus
from natter_runtime.claims import AtCapacity
from natter_runtime.clock import Clock
from natter_runtime.errors import BusError
from natter_runtime.inbox import Item
from natter_runtime.logs import session_id, trace_id
from natter_runtime.metrics import Metrics
from natter_runtime.pulse import Pulse
from natter_runtime.queues import BoundedQueue, Overflow, QueueFull
from natter_runtime.seat import Hearing, Seat, SeatFailed
from natter_runtime.tasks import spawn, stop

log = logging.getLogger(__name__)

HEARING: Final = Hearing(live=(SttPartial,), audio_out=True)
MAX_TO_SAY: Final = 4096
MAX_TO_PLAY: Final = 1500
"""30 s of input frames, as much as the ring holds."""


@dataclass(frozen=True, slots=True)
class House:
    """What all sessions of a gateway share."""

    instance: str
    config: GatewayConfig
    bus: Bus
    clock: Clock
    metrics: Metrics
    tracer: Tracer
    pulse: Pulse
    pacer: Pacer


class Session:
    """See the module. :meth:`run` is the session; the other methods are its client's."""

    def __init__(self, house: House, dialect: str, owner: str, settings: SessionSettings, outlet: Outlet) -> None:
        self.id = f"sess_{secrets.token_hex(16)}"
        self.owner = owner
        self.settings = settings
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the session can be talked to; raises AtCapacity or BusError if it never can."""
        self._house = house
        self._dialect = dialect
        self._outlet = outlet
        self._version = 1
        self._opened_at = house.clock.monotonic()
        self._ending: asyncio.Future[tuple[CloseReason, str]] = asyncio.get_running_loop().create_future()
        self._to_say: BoundedQueue[Message] = BoundedQueue("gateway.say", MAX_TO_SAY, Overflow.FAIL)
        self._to_play: BoundedQueue[AudioFrame] = BoundedQueue(
            "gateway.audio_in", MAX_TO_PLAY, Overflow.DROP_OLDEST, house.metrics.drop
        )
        house.metrics.watch(self._to_say)
        house.metrics.watch(self._to_play)
        self._narrator = Narrator()
        self._inbound = Inbound(settings.input.format, self._to_play.put_nowait)
        rate = settings.output.format.rate
        self._clerk = Clerk(self._inbound, rate, self._to_say.put_nowait, outlet.tell, house.metrics)
        self._clerk.telling = EXTENSION in settings.extensions
        self._call_span = tracing.start(
            house.tracer, names.SPAN_CALL, attributes={names.SESSION: self.id, names.DIALECT: dialect}
        )
        self._trace = tracing.of(self._call_span)

    # -- what the client does -------------------------------------------------------------------

    def command(self, command: Command) -> None:
        """Do what the client asks for."""
        match command:
            case AppendAudio():
                self._inbound.feed(command.data, self._house.clock.monotonic())
            case Configure():
                self._configure(command.settings)
            case CreateReply():
                self._want(Cause.REPLY_CREATE, command.instructions)
            case ReturnTool():
                outcome = ToolOutcome.FAILED if command.is_error else ToolOutcome.RETURNED
                self._say(ToolReturned(call=command.call, result=command.result, outcome=outcome))
            case EndSession():
                self.end(CloseReason.CLIENT)

    def end(self, reason: CloseReason, detail: str = "") -> None:
        """End the session, for good."""
        if not self._ending.done():
            self._ending.set_result((reason, detail))

    def _configure(self, settings: SessionSettings) -> None:
        self._version += 1
        self.settings = settings
        self._inbound.change_format(settings.input.format)
        self._clerk.telling = EXTENSION in settings.extensions
        if self._outbound is not None:
            self._outbound.volume = settings.output.volume
        self._say(SessionConfigured(version=self._version, settings=settings))
        self._outlet.tell(SessionUpdated(self.id, settings))

    def _want(self, cause: Cause, instructions: str) -> None:
        request = secrets.token_hex(8)
        self._say(ReplyWanted(cause=cause, request=request, instructions=instructions))

    def _say(self, message: Message) -> None:
        """Let ``message`` be said to the services; a session that has more to say than they take is over."""
        try:
            self._to_say.put_nowait(message)
        except QueueFull as error:
            self.end(CloseReason.FAILED, f"overloaded: {error}")

    # -- the session ----------------------------------------------------------------------------

    _outbound: Outbound | None = None

    async def run(self) -> None:
        """Open the session, serve it, close it. Everything it started has ended when this returns."""
        session_id.set(self.id)
        trace_id.set(tracing.trace_id(self._trace))
        house = self._house
        try:
            number = await claims.found(house.bus, self.id, "gateway", house.instance, 0)
            async with Seat(
                house.bus, "gateway", self.id, HEARING, house.metrics, audio_overflow=Overflow.FAIL
            ) as seat:
                await seat.listen()
                await seat.take(number)
                await self._serve(seat)
        except (BusError, AtCapacity) as error:
            self._fail_opening(error)
        finally:
            self._outlet.close()
            self._call_span.end()

    def _fail_opening(self, error: Exception) -> None:
        log.warning("session failed: %s", error)
        tracing.fail(self._call_span, str(error))
        if not self.ready.done():
            self.ready.set_exception(error)

    async def _serve(self, seat: Seat) -> None:
        house = self._house
        await seat.store(
            SessionOpened(dialect=self._dialect, owner=self.owner, opened_at=house.clock.wall(), trace=self._trace)
        )
        await seat.store(SessionConfigured(version=1, settings=self.settings, trace=self._trace))
        crew = Crew(house.bus, seat, house.pulse, house.clock, house.metrics, house.config.reclaim_s, self._handed_over)
        try:
            await crew.assemble()
        except Exception as error:  # whatever it is: who has been claimed already is let go
            await seat.say(SessionClosed(reason=CloseReason.FAILED, detail=str(error)))
            raise
        self._outbound = Outbound(
            self.settings,
            seat.record.voids,
            self._outlet.tell,
            self._say,
            house.tracer,
            house.config.lead_ms,
            self._clerk,
        )
        expires_at = int(house.clock.wall() + house.config.max_session_s)
        self._outlet.tell(SessionReady(self.id, expires_at, self.settings))
        if self.settings.greeting:
            self._want(Cause.GREETING, self.settings.greeting)
        self.ready.set_result(None)
        await self._attend(seat, crew)

    def _handed_over(self, service: str, before: str, now: str, why: str) -> None:
        about = {names.SERVICE: service, names.FROM_INSTANCE: before, names.TO_INSTANCE: now, names.REASON: why}
        tracing.event(self._call_span, names.EVENT_HANDOVER, about)

    async def _attend(self, seat: Seat, crew: Crew) -> None:
        leave = self._house.pacer.join(self._tick)
        try:
            async with asyncio.TaskGroup() as group:
                chores = [
                    spawn(group, self._watch(crew), "crew"),
                    spawn(group, self._speak(seat), "speak"),
                    spawn(group, self._play(seat), "play"),
                    spawn(group, self._hear_all(seat, crew), "hear"),
                    spawn(group, self._expire(), "expire"),
                    spawn(group, self._notice_failure(seat), "failure"),
                ]
                reason, detail = await self._ending
                for chore in chores:
                    await stop(chore)
        except ExceptionGroup as errors:
            reason, detail = CloseReason.FAILED, _told(errors)
        finally:
            leave()
        await self._close(seat, reason, detail)

    async def _close(self, seat: Seat, reason: CloseReason, detail: str) -> None:
        assert self._outbound is not None
        while reason is CloseReason.FAILED and len(self._to_say):
            self._to_say.get_nowait()  # there may be more of it than the others can take
        self._outbound.close()
        if (measured := self._clerk.summary()) is not None:
            self._to_say.put_nowait(measured)
        while len(self._to_say):
            with contextlib.suppress(SeatFailed):  # the log does not keep up; it is over anyway
                await seat.say(self._to_say.get_nowait())
        duration = self._house.clock.monotonic() - self._opened_at
        closed = SessionClosed(
            reason=reason, detail=detail, duration_s=duration, input_s=self._inbound.received_s, trace=self._trace
        )
        try:
            await seat.store(closed)
        except BusError as error:
            log.warning("that the session is over is not in the event log: %s", error)
        self._call_span.set_attribute(names.CLOSED, reason.value)
        if reason is CloseReason.FAILED:
            tracing.fail(self._call_span, detail)
            self._outlet.tell(self._failed(failures.INTERNAL_ERROR, detail))
        elif reason is CloseReason.EXPIRED:
            self._outlet.tell(self._failed(failures.SESSION_EXPIRED, "The session reached its longest duration"))
        else:
            self._outlet.tell(SessionEnded(duration, self._inbound.received_s))

    def _failed(self, code: str, message: str) -> Event:
        return Failed(code, message, session=self.id, fatal=True)

    # -- its chores -----------------------------------------------------------------------------

    def _tick(self, now: float) -> None:
        assert self._outbound is not None
        self._inbound.tick(now)
        self._outbound.tick(now, self._inbound.position)

    async def _speak(self, seat: Seat) -> None:
        while True:
            await seat.say(await self._to_say.get())

    async def _play(self, seat: Seat) -> None:
        subject = subjects.audio_in(self.id)
        while True:
            await seat.play(subject, await self._to_play.get())

    async def _hear_all(self, seat: Seat, crew: Crew) -> None:
        async for item in seat.inbox:
            await self._hear(seat, crew, item)
        self.end(CloseReason.FAILED, "the inbox was closed")

    async def _hear(self, seat: Seat, crew: Crew, item: Item) -> None:
        assert self._outbound is not None
        now = self._house.clock.monotonic()
        if isinstance(item, AudioFrame):
            self._outbound.hear_audio(item, now)
            return
        for event in self._narrator.hear(item):
            self._outlet.tell(event)
        self._clerk.hear(item, now)
        self._outbound.hear(item, now, self._inbound.position)
        match item:
            case AudioReplay():
                await self._replay(seat, item)
            case ErrorRaised(fatal=True):
                log.warning("%s cannot go on: %s", item.by, item.message)
                crew.lost(item.by)
            case SessionClosed():
                self.end(item.reason, item.detail)

    async def _replay(self, seat: Seat, asked: AudioReplay) -> None:
        subject = subjects.audio_replay(self.id, asked.by)
        for frame in self._inbound.ring.between(asked.first_sample, asked.end_sample):
            await seat.play(subject, frame)

    async def _watch(self, crew: Crew) -> None:
        try:
            await crew.watch()
        except* (AtCapacity, BusError) as errors:
            self.end(CloseReason.FAILED, f"worker lost: {errors.exceptions[0]}")

    async def _notice_failure(self, seat: Seat) -> None:
        await seat.released.wait()
        detail = str(seat.failure) if seat.failure else "the session was taken over"
        self.end(CloseReason.FAILED, detail)

    async def _expire(self) -> None:
        await self._house.clock.sleep(self._house.config.max_session_s)
        self.end(CloseReason.EXPIRED)


def _told(errors: ExceptionGroup[Exception]) -> str:
    """Return what went wrong, in words for the client; a defect is for the log."""
    cause: Exception = errors
    while isinstance(cause, ExceptionGroup):
        cause = cause.exceptions[0]
    if isinstance(cause, SeatFailed):
        return str(cause)
    log.error("a defect ends the session", exc_info=errors)
    return "The session failed in the gateway"
