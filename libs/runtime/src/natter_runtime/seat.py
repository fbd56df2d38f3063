"""One service's place in one session: what it hears, what it says, and under which claim.

A seat subscribes first. When it is taken it reads the log, merges it by id with what was heard in
the meantime, and only then do messages reach the inbox (rule R4). It stamps what is said with the
session's coordinates, drops what is repeated, stale or void, and re-reads the log when it sees that
something is missing (rule R3).
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final, Self

import msgspec

from natter_protocol import codec, subjects
from natter_protocol.audio import AudioFrame, decode_frame, encode_frame
from natter_protocol.base import Lane, Message
from natter_protocol.errors import ErrorCode, ProtocolError
from natter_protocol.session import SessionAssigned, SessionClosed, SessionOpened, SessionTake
from natter_runtime import logs, tracing
from natter_runtime.bus import Bus, Delivery, Subscription
from natter_runtime.clock import Clock, SystemClock
from natter_runtime.errors import BusError, LogConflict, LogError, LogFull
from natter_runtime.inbox import Inbox
from natter_runtime.metrics import Metrics
from natter_runtime.queues import Overflow, QueueFull
from natter_runtime.record import Record
from natter_runtime.sequence import Verdict
from natter_runtime.state import SessionState
from natter_runtime.tasks import spawn

log = logging.getLogger(__name__)

APPEND_ATTEMPTS: Final = 4
APPEND_TIMEOUT_S: Final = 0.5
"""Together the 2 s that rule R3 allows an event to reach the log."""
MAX_UNSTORED: Final = 256
MAX_EARLY: Final = 4096


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a service listens to beyond facts and commands.

    Attributes:
        live: types of the replaceable messages it wants.
        audio_in: whether it wants the user's audio (and what it asks to be replayed).
        audio_out: whether it wants the agent's audio.
    """

    live: tuple[type[Message], ...] = ()
    audio_in: bool = False
    audio_out: bool = False


class SeatFailed(Exception):
    """The session cannot go on here.

    Attributes:
        code: why, in the protocol's words.
    """

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def _count_drop(metrics: Metrics, audio: Overflow, name: str, count: int) -> None:
    policy = Overflow.LATEST if name == "inbox.live" else audio
    metrics.drop(name, count, policy.value)


class Seat:
    """See the module. Use as ``async with seat:``; leaving it waits for the log and unsubscribes."""

    def __init__(
        self,
        bus: Bus,
        service: str,
        session: str,
        hearing: Hearing,
        metrics: Metrics,
        *,
        audio_overflow: Overflow = Overflow.DROP_OLDEST,
        clock: Clock | None = None,
    ) -> None:
        self.session = session
        self.service = service
        self.claim = 0
        self.inbox = Inbox(audio_overflow, functools.partial(_count_drop, metrics, audio_overflow))
        metrics.watch(self.inbox)
        self.record = Record()
        self.released = asyncio.Event()
        """Set when the session is closed, given to somebody else, or has failed."""
        self.failure: SeatFailed | None = None
        self.on_take: Callable[[SessionTake, Delivery], None] = lambda take, delivery: None
        self._bus = bus
        self._hearing = hearing
        self._metrics = metrics
        self._clock = clock or SystemClock()
        self._early: deque[Message] = deque()
        self._taken = False
        self._takes: dict[str, int] = {}
        self._seqs: dict[Lane, int] = {}
        self._unstored = 0
        self._call_trace = ""
        self._behind = asyncio.Event()
        self._subscriptions: list[Subscription] = []
        self._group = asyncio.TaskGroup()
        self._stop_listening: Callable[[], None] = lambda: None
        self._chores: list[asyncio.Task[None]] = []

    # -- the life of a seat ---------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._chores.append(spawn(self._group, self._catch_up(), f"{self.service}.catch_up"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for chore in self._chores:
            chore.cancel()
        self._stop_listening()
        self.inbox.close()
        try:
            await self._group.__aexit__(kind, error, trace)
        except BaseExceptionGroup as group:
            if group.exceptions != (error,):  # the caller's own error goes on as it is
                raise
        finally:
            for subscription in self._subscriptions:
                await subscription.unsubscribe()

    async def listen(self) -> None:
        """Subscribe to all that this service hears; no message reaches the inbox yet."""
        patterns = [subjects.lane(self.session, Lane.CTL), subjects.lane(self.session, Lane.EVT)]
        patterns += [subjects.of_type(self.session, message) for message in self._hearing.live]
        for pattern in patterns:
            self._subscriptions.append(await self._bus.subscribe(pattern, self._on_message))
        audio = []
        if self._hearing.audio_in:
            audio += [subjects.audio_in(self.session), subjects.audio_replay(self.session, self.service)]
        if self._hearing.audio_out:
            audio.append(subjects.audio_out(self.session))
        for subject in audio:
            self._subscriptions.append(await self._bus.subscribe(subject, self._on_audio))
        self._stop_listening = self._bus.on_reconnect(self._behind.set)
        await self._bus.flush()

    async def take(self, number: int) -> None:
        """Begin to act under claim ``number``: read the log, then let messages through.

        Raises:
            LogError: the log cannot be read.
        """
        self.claim = number
        await self._read_log()
        self.record.sequences.set_claim(self.service, number)
        self._call_trace = self.state.trace
        if self._call_trace:
            logs.trace_id.set(tracing.trace_id(self._call_trace))
        self._taken = True
        while self._early:
            self._hear(self._early.popleft())
        self._notice_successor()

    @property
    def state(self) -> SessionState:
        """The fold over all facts known so far."""
        return self.record.state

    # -- speaking -------------------------------------------------------------------------------

    async def say(self, message: Message) -> None:
        """Publish ``message``. A fact is on its way to the log when this returns, not yet in it.

        Raises:
            SeatFailed: too many facts wait for the log.
        """
        message = self._stamped(message)
        if message.lane is Lane.EVT:
            if self._unstored >= MAX_UNSTORED and self.failure is None:  # the last words may pass
                raise self.fail(ErrorCode.LOG_UNAVAILABLE, f"{self._unstored} facts wait for the event log")
            first = await self._append(message)
            self._unstored += 1
            spawn(self._group, self._confirm(message, first), f"{self.service}.confirm")
            return
        try:
            await self._bus.publish(subjects.of(message), codec.encode(message))
        except BusError as error:
            self._metrics.drop("bus.down")
            log.debug("%s not sent: %s", message.type_name(), error)

    async def store(self, message: Message, *, expect_last: int | None = None) -> int:
        """Publish a fact and return its sequence number once the log has it.

        Raises:
            LogConflict: ``expect_last`` is not the subject's last sequence.
            LogError: the log did not take it within 2 s.
        """
        message = self._stamped(message)
        return await self._stored(message, await self._append(message, expect_last), expect_last)

    async def ask(self, message: Message, *, timeout: float) -> Message | codec.Unknown:
        """Publish a command as a request and return the answer.

        Raises:
            NoResponders, RequestTimeout: as :meth:`Bus.request`.
        """
        message = self._stamped(message)
        answer = await self._bus.request(subjects.of(message), codec.encode(message), timeout=timeout)
        return codec.decode(answer.data)

    async def play(self, subject: str, frame: AudioFrame) -> None:
        """Publish an audio frame, numbered and under this seat's claim."""
        frame = replace(frame, seq=self._next_seq(Lane.AUD), claim=self.claim)
        try:
            await self._bus.publish(subject, encode_frame(frame))
        except BusError:
            self._metrics.drop("bus.down")

    def fail(self, code: ErrorCode, message: str) -> SeatFailed:
        """Note that the session cannot go on here, and return the exception to raise."""
        if self.failure is None:
            self.failure = SeatFailed(code, message)
            log.error("session failed: %s: %s", code.value, message)
            self.released.set()
        return self.failure

    def _stamped(self, message: Message) -> Message:
        if isinstance(message, SessionOpened):
            self._call_trace = message.trace
        stamped = msgspec.structs.replace(
            message,
            session=self.session,
            by=self.service,
            claim=self.claim,
            seq=self._next_seq(message.lane),
            trace=message.trace or tracing.current() or self._call_trace,
        )
        self.record.say(stamped)
        return stamped

    def _next_seq(self, lane: Lane) -> int:
        self._seqs[lane] = self._seqs.get(lane, 0) + 1
        return self._seqs[lane]

    async def _append(self, message: Message, expect_last: int | None = None) -> asyncio.Future[int]:
        return await self._bus.log.append(
            subjects.of(message), codec.encode(message), id=message.id, expect_last=expect_last
        )

    async def _stored(self, message: Message, first: asyncio.Future[int], expect_last: int | None = None) -> int:
        promise = first
        for attempt in range(1, APPEND_ATTEMPTS + 1):
            try:
                async with asyncio.timeout(APPEND_TIMEOUT_S):
                    return await promise
            except (LogConflict, LogFull):
                raise
            except (LogError, TimeoutError) as error:
                log.debug("%s not stored yet (%d): %s", message.id, attempt, error)
                if isinstance(error, LogError):
                    await asyncio.sleep(APPEND_TIMEOUT_S / 4)
            if attempt < APPEND_ATTEMPTS:
                promise = await self._append(message, expect_last)
        raise LogError(f"{message.type_name()}: the event log gave no acknowledgement")

    async def _confirm(self, message: Message, first: asyncio.Future[int]) -> None:
        began = self._clock.monotonic()
        try:
            await self._stored(message, first)
            self._metrics.stored(self._clock.monotonic() - began)
        except LogError as error:
            self.fail(ErrorCode.LOG_UNAVAILABLE, f"{message.type_name()}: {error}")
        finally:
            self._unstored -= 1

    # -- hearing --------------------------------------------------------------------------------

    def _on_message(self, delivery: Delivery) -> None:
        message = self._decoded(delivery)
        if message is None:
            return
        if isinstance(message, SessionTake):
            self._on_session_take(message, delivery)
        elif self._taken:
            self._hear(message)
        elif len(self._early) < MAX_EARLY:
            self._early.append(message)
        else:
            self.fail(ErrorCode.OVERLOADED, "too much was said before the session was taken")

    def _hear(self, message: Message) -> None:
        if message.by == self.service and message.claim == self.claim:
            return
        verdict = self.record.hear(message)
        if verdict in (Verdict.REPEAT, Verdict.STALE):
            self._metrics.drop(verdict.name.lower())
            return
        if verdict is Verdict.GAP:
            self._behind.set()
        if not isinstance(message, SessionAssigned):  # what counts is the take that follows it
            self._deliver(message)
        self._notice_successor()

    def _notice_successor(self) -> None:
        """Who speaks for this service under a newer claim has the session."""
        if self.record.sequences.claim_of(self.service) > self.claim:
            self.released.set()

    def _deliver(self, message: Message) -> None:
        try:
            self.inbox.put(message)
        except QueueFull as error:
            self.fail(ErrorCode.OVERLOADED, str(error))
        if isinstance(message, SessionClosed):
            self.released.set()

    def _on_session_take(self, take: SessionTake, delivery: Delivery) -> None:
        if take.number <= self._takes.get(take.service, 0):
            self._metrics.drop("stale")
            return
        self._takes[take.service] = take.number
        if take.service == self.service:
            self.on_take(take, delivery)
        else:
            self.record.taken(take)
        if self._taken:
            self._deliver(take)

    def _on_audio(self, delivery: Delivery) -> None:
        try:
            frame = decode_frame(delivery.data)
        except ProtocolError as error:
            self._metrics.drop("malformed")
            log.warning("%s: %s", delivery.subject, error)
            return
        speaker = "tts" if frame.epoch else "gateway"
        if frame.claim < self.record.sequences.claim_of(speaker) or frame.epoch in self.record.voids:
            self._metrics.drop("stale")
            return
        try:
            self.inbox.put(frame)
        except QueueFull as error:
            self.fail(ErrorCode.OVERLOADED, str(error))

    def _decoded(self, delivery: Delivery) -> Message | None:
        try:
            message = codec.decode(delivery.data)
        except ProtocolError as error:
            self._metrics.drop("malformed")
            log.warning("%s: %s", delivery.subject, error)
            return None
        if isinstance(message, codec.Unknown):
            self._metrics.drop("unknown_type")
            return None
        return message

    async def _catch_up(self) -> None:
        while True:
            await self._behind.wait()
            self._behind.clear()
            if not self._taken:
                continue
            try:
                unknown = await self._read_log()
            except LogError as error:
                log.warning("cannot re-read the event log: %s", error)
                await asyncio.sleep(APPEND_TIMEOUT_S)
                self._behind.set()
                continue
            for message in unknown:
                self._deliver(message)
            self._notice_successor()

    async def _read_log(self) -> list[Message]:
        """Read what the log has; return the facts that were not known, oldest first."""
        unknown = []
        for stored in await self._bus.log.read(subjects.lane(self.session, Lane.EVT)):
            message = self._decoded(Delivery(stored.subject, stored.data))
            if message is not None and self.record.read(message, stored.sequence):
                unknown.append(message)
        return unknown
