"""One session from its opening to its end: it connects the two sides of a call to the bus.

It decides nothing about the conversation. What is said and done is :mod:`natter_gateway.talk`, who is
told :mod:`natter_gateway.line`, and who works for the session :mod:`natter_gateway.crew`. A session
outlives its client's connection, and another gateway may take it over (rule R9).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final

from opentelemetry.trace import Span

from natter_gateway import failures
from natter_gateway.agent_side import AgentSide
from natter_gateway.clerk import Clerk
from natter_gateway.commands import Command, Configure, EndSession
from natter_gateway.crew import Crew
from natter_gateway.events import Event, Failed, HandedOver, SessionEnded, SessionReady
from natter_gateway.house import House
from natter_gateway.idle import Idle
from natter_gateway.line import Line
from natter_gateway.outbound import Outbound
from natter_gateway.outlet import Outlet
from natter_gateway.recollection import pending, resumed_from
from natter_gateway.records.call import CallRecord
from natter_gateway.start import ELSEWHERE, Start
from natter_gateway.talk import Talk, Voice
from natter_gateway.written import Written
from natter_protocol import subjects
from natter_protocol.audio import AudioFrame, AudioReplay
from natter_protocol.base import Message
from natter_protocol.errors import ErrorRaised
from natter_protocol.llm import LlmDelta
from natter_protocol.session import CloseReason, SessionClosed, SessionConfigured, SessionOpened, SessionTake
from natter_protocol.settings import Modality, SessionSettings
from natter_protocol.stt import SttPartial
from natter_protocol.turn import Cause
from natter_runtime import claims, names, tracing
from natter_runtime.claims import AtCapacity
from natter_runtime.errors import BusError
from natter_runtime.inbox import Item
from natter_runtime.logs import session_id, trace_id
from natter_runtime.queues import BoundedQueue, Overflow, QueueFull
from natter_runtime.seat import Hearing, Seat, SeatFailed
from natter_runtime.tasks import spawn, stop

log = logging.getLogger(__name__)

SPOKEN: Final = Hearing(live=(SttPartial,), audio_out=True)
WRITTEN: Final = Hearing(live=(SttPartial, LlmDelta))
MAX_TO_SAY: Final = 4096
MAX_TO_PLAY: Final = 1500
"""30 s of input frames, as much as the ring holds."""


class Session:
    """See the module. :meth:`run` is the session; the other methods are its client's.

    Args:
        house: the gateway.
        start: where it starts from.
        outlet: of the connection that opens it; None if it is taken over, and a client is yet to come.
    """

    def __init__(self, house: House, start: Start, outlet: Outlet | None = None) -> None:
        self.id = start.id
        self.owner = start.owner
        self.dialect = start.dialect
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the session can be talked to; raises AtCapacity or BusError if it never can."""
        self._house = house
        self._start = start
        self._line = Line(outlet, house.metrics.drop)
        self._seat: Seat | None = None
        self._ending: asyncio.Future[tuple[CloseReason | None, str]] = asyncio.get_running_loop().create_future()
        """Why it ends here; without a reason another gateway goes on with it, or (no words either) may."""
        self._to_say: BoundedQueue[Message] = BoundedQueue("gateway.say", MAX_TO_SAY, Overflow.FAIL)
        self._to_play: BoundedQueue[AudioFrame] = BoundedQueue(
            "gateway.audio_in", MAX_TO_PLAY, Overflow.DROP_OLDEST, house.metrics.drop
        )
        house.metrics.watch(self._to_say)
        house.metrics.watch(self._to_play)
        house.metrics.watch(self._line.kept)
        now, config = house.clock.monotonic(), house.config
        self._record: CallRecord | None = None
        voice = Voice(self._line.tell, self._say, self._take_frame, self.end, house.metrics.drop)
        self._talk = Talk(start, voice, Idle(config.idle_ask_s, config.idle_end_s, now))
        rate = start.settings.output.format.rate
        self._clerk = Clerk(self._talk.inbound, rate, self._say, self._line.tell, house.metrics)
        self._call_span = self._traced(start)
        self._trace = tracing.of(self._call_span)

    def _traced(self, start: Start) -> Span:
        """Return the span of the call; if another gateway has begun it, that one again: it is told of once."""
        about = {names.SESSION: self.id, names.DIALECT: self.dialect}
        tracer, left = self._house.tracer, start.left
        if left is None or not left.trace:
            return tracing.start(tracer, names.SPAN_CALL, attributes=about)
        return tracing.resume(tracer, names.SPAN_CALL, left.trace, attributes=about, at=left.opened_at)

    # -- what the client does -------------------------------------------------------------------

    @property
    def settings(self) -> SessionSettings:
        """What the session is configured with now."""
        return self._talk.settings

    @property
    def over(self) -> CloseReason | None:
        """Why it is over for good, or None."""
        return self._ending.result()[0] if self._ending.done() else None

    @property
    def handed_over(self) -> bool:
        """Whether another gateway goes on with it."""
        return self._ending.done() and self.over is None

    def command(self, command: Command) -> None:
        """Do what the client asks for.

        Raises:
            ClientError: it cannot be done; the session goes on.
        """
        if isinstance(command, EndSession):
            self.end(CloseReason.CLIENT)
        elif not self._ending.done():
            if isinstance(command, Configure):
                command = Configure(self._house.office.sealed(command.settings))
            self._talk.command(command, self._house.clock.monotonic())

    def connect(self) -> Outlet:
        """A client comes back to the session: return what it is told from now on. The one before it is cut off."""
        assert self._seat is not None
        state = self._seat.state
        now = self._house.clock.monotonic()
        if self._line.connected:
            self._talk.pause(now)
        first = [self._ready_again(), resumed_from(state, self._talk.inbound.taken, self._talk.side.going_on())]
        outlet = self._line.connect(first, pending(state), self._failed(failures.SESSION_FORBIDDEN, ELSEWHERE))
        self._talk.go_on(now)
        return outlet

    def lose(self, outlet: Outlet) -> None:
        """The connection of ``outlet`` is gone; the session waits for its client."""
        if self._line.lose(outlet) and not self._ending.done():
            log.info("the client is gone; waiting %.0f s for it", self._house.config.resume_s)
            self._talk.pause(self._house.clock.monotonic())

    def end(self, reason: CloseReason, detail: str = "") -> None:
        """End the session, for good."""
        self._end(reason, detail)

    def hand_over(self) -> None:
        """Leave the session to another gateway: this one stops."""
        if self._talk.agent is not None:
            self._talk.pause(self._house.clock.monotonic())
            self._end(None, "")
        else:
            self.end(CloseReason.SHUTDOWN, "the gateway stops")

    def _end(self, reason: CloseReason | None, detail: str) -> None:
        if not self._ending.done():
            self._ending.set_result((reason, detail))

    @property
    def _expires_at(self) -> float:
        return self._start.opened_at + self._start.max_s

    def _ready(self, *, resumed: bool, last_epoch: int) -> Event:
        expires_at = int(self._expires_at)
        token = self._house.mint.resume(self.owner, self.id, expires_at)
        return SessionReady(self.id, expires_at, self.settings, token, resumed, last_epoch)

    def _ready_again(self) -> Event:
        return self._ready(resumed=True, last_epoch=self._talk.side.newest)

    # -- the session ----------------------------------------------------------------------------

    async def run(self) -> None:
        """Open the session or take it over, serve it, close it. Everything it started has ended when this returns."""
        session_id.set(self.id)
        trace_id.set(tracing.trace_id(self._trace))
        house, start = self._house, self._start
        hearing = WRITTEN if start.settings.output.modality is Modality.TEXT else SPOKEN
        try:
            async with Seat(
                house.bus, "gateway", self.id, hearing, house.metrics, audio_overflow=Overflow.FAIL
            ) as seat:
                await seat.listen()
                number = await claims.found(house.bus, self.id, "gateway", house.instance, start.after)
                seat.on_take = lambda take, _: self._notice_take(take, number)
                await seat.take(number)
                await self._serve(seat)
        except (BusError, AtCapacity) as error:
            self._fail_opening(error)
        finally:
            if self._record is not None:
                self._record.close()
                house.office.keeper.closed(self.id)
            self._line.close()
            if self._seat is not None or start.left is None:  # else it stays with whoever has the session
                self._end_span()

    def _end_span(self) -> None:
        if not self.handed_over:
            self._call_span.end()

    def _notice_take(self, take: SessionTake, number: int) -> None:
        if take.number > number:
            self._end(None, ELSEWHERE)

    def _fail_opening(self, error: Exception) -> None:
        log.warning("session failed: %s", error)
        tracing.fail(self._call_span, str(error))
        if not self.ready.done():
            self.ready.set_exception(error)

    async def _serve(self, seat: Seat) -> None:
        house = self._house
        self._seat = seat
        crew = Crew(house.bus, seat, house.pulse, house.clock, house.metrics, house.config.reclaim_s, self._changed)
        if self._start.left is None:
            await self._open(seat, crew)
        else:
            await seat.say(SessionTake(service="gateway", instance=house.instance, number=seat.claim))
            await crew.take_over(self._start.left.assigned)
            self._changed("gateway", self._start.left.assigned.get("gateway", ""), house.instance, "resumed")
        self._record = house.office.keeper.call(seat.state, self.id, seat.claim, self._say)
        self._talk.agent = self._agent(seat, self._record)
        if self._start.left is None:
            self._line.tell(self._ready(resumed=False, last_epoch=0))
            if self.settings.greeting:
                self._talk.want(Cause.GREETING, self.settings.greeting)
        else:
            self._talk.restore(self._start, house.clock.monotonic())
            self._talk.pause(house.clock.monotonic())
        self.ready.set_result(None)
        await self._attend(seat, crew)

    async def _open(self, seat: Seat, crew: Crew) -> None:
        start = self._start
        await seat.store(
            SessionOpened(
                dialect=start.dialect,
                owner=start.owner,
                opened_at=start.opened_at,
                max_s=start.max_s,
                agent=start.agent,
                trace=self._trace,
            )
        )
        await seat.store(SessionConfigured(version=1, settings=start.settings, trace=self._trace))
        try:
            await crew.assemble()
        except Exception as error:  # whatever it is: who has been claimed already is let go
            await seat.say(SessionClosed(reason=CloseReason.FAILED, detail=str(error)))
            raise

    def _agent(self, seat: Seat, record: CallRecord) -> AgentSide:
        if self.settings.output.modality is Modality.TEXT:
            return Written(self.settings, seat.record.voids, self._line.tell, self._say_for_agent)
        return Outbound(
            self.settings,
            seat.record.voids,
            self._line.tell,
            self._say_for_agent,
            self._house.tracer,
            self._house.config.lead_ms,
            record,
            self._clerk,
        )

    def _changed(self, service: str, before: str, now: str, why: str) -> None:
        """Another instance serves the session now."""
        about = {names.SERVICE: service, names.FROM_INSTANCE: before, names.TO_INSTANCE: now, names.REASON: why}
        tracing.event(self._call_span, names.EVENT_HANDOVER, about)

    def _say(self, message: Message) -> None:
        """Let ``message`` be said to the services; a session that has more to say than they take is over."""
        self._clerk.said(message)
        try:
            self._to_say.put_nowait(message)
        except QueueFull as error:
            self.end(CloseReason.FAILED, f"overloaded: {error}")

    def _say_for_agent(self, message: Message) -> None:
        message = self._record.timed(message) if self._record is not None else message
        self._say(message)
        self._talk.said(message)

    def _take_frame(self, frame: AudioFrame) -> None:
        self._to_play.put_nowait(frame)
        if self._record is not None:
            self._record.user(frame)

    async def _attend(self, seat: Seat, crew: Crew) -> None:
        leave = self._house.pacer.join(self._talk.tick)
        try:
            async with asyncio.TaskGroup() as group:
                chores = [
                    spawn(group, self._watch(crew), "crew"),
                    spawn(group, self._speak(seat), "speak"),
                    spawn(group, self._play(seat), "play"),
                    spawn(group, self._hear_all(seat, crew), "hear"),
                    spawn(group, self._expire(), "expire"),
                    spawn(group, self._await_return(), "return"),
                    spawn(group, self._notice_release(seat), "release"),
                ]
                reason, detail = await self._ending
                for chore in chores:
                    await stop(chore)
        except ExceptionGroup as errors:
            reason, detail = CloseReason.FAILED, _told(errors)
        finally:
            leave()
        if reason is not None:
            await self._close(seat, reason, detail)
        elif detail:
            log.info("another gateway goes on with the session")
            self._line.tell(self._failed(failures.SESSION_FORBIDDEN, detail))
        else:
            await self._say_the_rest(seat)
            self._line.tell(HandedOver())

    async def _say_the_rest(self, seat: Seat) -> None:
        while len(self._to_say):
            await seat.say(self._to_say.get_nowait())

    async def _close(self, seat: Seat, reason: CloseReason, detail: str) -> None:
        while reason is CloseReason.FAILED and len(self._to_say):
            self._to_say.get_nowait()  # there may be more of it than the others can take
        self._talk.side.close()
        with contextlib.suppress(SeatFailed):  # the log does not keep up; it is over anyway
            await self._say_the_rest(seat)
        duration, heard = self._house.clock.wall() - self._start.opened_at, self._talk.inbound.received_s
        closed = SessionClosed(reason=reason, detail=detail, duration_s=duration, input_s=heard, trace=self._trace)
        try:
            await seat.store(closed)
        except BusError as error:
            log.warning("that the session is over is not in the event log: %s", error)
        self._call_span.set_attribute(names.CLOSED, reason.value)
        match reason:
            case CloseReason.FAILED:
                tracing.fail(self._call_span, detail)
                self._line.tell(self._failed(failures.INTERNAL_ERROR, detail))
            case CloseReason.EXPIRED:
                self._line.tell(self._failed(failures.SESSION_EXPIRED, "The session reached its longest duration"))
            case CloseReason.IDLE:
                self._line.tell(self._failed(failures.SESSION_EXPIRED, "Nobody has said anything for too long"))
            case _:
                self._line.tell(SessionEnded(duration, heard))

    def _failed(self, code: str, message: str) -> Failed:
        return Failed(code, message, session=self.id, fatal=True)

    # -- its chores -----------------------------------------------------------------------------

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

    async def _hear(self, seat: Seat, crew: Crew, item: Item) -> None:
        now = self._house.clock.monotonic()
        self._clerk.hear(item, now)
        self._talk.hear(item, now)
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
        for frame in self._talk.inbound.ring.between(asked.first_sample, asked.end_sample):
            await seat.play(subject, frame)

    async def _watch(self, crew: Crew) -> None:
        try:
            await crew.watch()
        except* (AtCapacity, BusError) as errors:
            self.end(CloseReason.FAILED, f"worker lost: {errors.exceptions[0]}")

    async def _notice_release(self, seat: Seat) -> None:
        await seat.released.wait()
        if seat.failure is not None:
            self.end(CloseReason.FAILED, str(seat.failure))
        else:
            self._end(seat.state.closed, ELSEWHERE)

    async def _expire(self) -> None:
        await self._house.clock.sleep(max(0.0, self._expires_at - self._house.clock.wall()))
        self.end(CloseReason.EXPIRED)

    async def _await_return(self) -> None:
        while True:
            await self._line.lost.wait()
            try:
                async with asyncio.timeout(self._house.config.resume_s):
                    await self._line.found.wait()
            except TimeoutError:
                self.end(CloseReason.LOST, "the connection was lost, and the client did not come back")
                return


def _told(errors: ExceptionGroup[Exception]) -> str:
    """Return what went wrong, in words for the client; a defect is for the log."""
    cause: Exception = errors
    while isinstance(cause, ExceptionGroup):
        cause = cause.exceptions[0]
    if isinstance(cause, SeatFailed):
        return str(cause)
    log.error("a defect ends the session", exc_info=errors)
    return "The session failed in the gateway"
