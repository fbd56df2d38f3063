"""The bus inside one process: the same semantics as NATS, with nothing to install.

It carries encoded bytes, delivers in the order of publication by ``call_soon`` in the subscriber's
own context, and never calls a handler from within ``publish``. It keeps nothing across a restart.
"""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from natter_protocol import subjects
from natter_runtime.bus import Delivery, EventLog, Handler, Stored
from natter_runtime.clock import Clock, SystemClock
from natter_runtime.errors import BusError, LogConflict, LogError, LogFull, NoResponders, RequestTimeout

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Subscription:
    owner: MemoryBus
    pattern: str
    handler: Handler
    queue: str
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    active: bool = True

    def deliver(self, delivery: Delivery) -> None:
        if not self.active:
            return
        try:
            self.handler(delivery)
        except Exception:
            log.exception("handler of %s failed", self.pattern)

    async def unsubscribe(self) -> None:
        self.active = False
        self.owner.forget(self)

    async def drain(self) -> None:
        self.owner.forget(self)
        await asyncio.sleep(0)


@dataclass(slots=True)
class _Call:
    """What is kept of one session."""

    touched: float
    events: list[Stored] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    """Event ids are unique within a session only; NATS gets both in its message id."""

    def last(self, subject: str) -> int:
        return max((event.sequence for event in self.events if event.subject == subject), default=0)


class _Store:
    """The events of a :class:`MemoryBroker`, by session, so that reading one costs nothing for the others."""

    def __init__(self, max_bytes: int, max_age_s: float, clock: Clock) -> None:
        self._max_bytes = max_bytes
        self._max_age_s = max_age_s
        self._clock = clock
        self._calls: dict[str, _Call] = {}
        self._bytes = 0
        self._sequence = 0

    def append(self, subject: str, data: bytes, id: str, expect_last: int | None) -> int:
        now = self._clock.monotonic()
        self._forget_old(now)
        call = self._calls.setdefault(_session(subject), _Call(now))
        if id in call.ids:
            return call.ids[id]
        if expect_last is not None and call.last(subject) != expect_last:
            raise LogConflict(f"{subject}: last is {call.last(subject)}, not {expect_last}")
        if self._bytes + len(data) > self._max_bytes:
            raise LogFull(f"the log holds {self._bytes} of {self._max_bytes} bytes")
        self._sequence += 1
        self._bytes += len(data)
        call.touched = now
        call.ids[id] = self._sequence
        call.events.append(Stored(self._sequence, subject, data, id, self._clock.wall()))
        return self._sequence

    def read(self, pattern: str) -> list[Stored]:
        found = [event for call in self._matching(pattern) for event in call.events]
        return sorted((event for event in found if subjects.matches(pattern, event.subject)), key=_by_sequence)

    def last(self, subject: str) -> int:
        return max((call.last(subject) for call in self._matching(subject)), default=0)

    def fullness(self) -> float:
        return self._bytes / self._max_bytes

    def delete(self, pattern: str) -> None:
        for call in self._matching(pattern):
            gone = [event for event in call.events if subjects.matches(pattern, event.subject)]
            call.events = [event for event in call.events if not subjects.matches(pattern, event.subject)]
            for event in gone:
                self._bytes -= len(event.data)
                call.ids.pop(event.id, None)

    def _matching(self, pattern: str) -> list[_Call]:
        session = _session(pattern)
        if session in ("*", ">"):
            return list(self._calls.values())
        call = self._calls.get(session)
        return [] if call is None else [call]

    def _forget_old(self, now: float) -> None:
        """Forget sessions in which nothing has happened for too long, from the oldest on."""
        while self._calls:
            oldest = next(iter(self._calls))
            if now - self._calls[oldest].touched <= self._max_age_s:
                return
            self._bytes -= sum(len(event.data) for event in self._calls.pop(oldest).events)


def _session(subject: str) -> str:
    return subject.split(".")[3]


def _by_sequence(event: Stored) -> int:
    return event.sequence


class MemoryLog:
    """One connection's view of the event log of a :class:`MemoryBroker`."""

    def __init__(self, broker: MemoryBroker, bus: MemoryBus) -> None:
        self._broker = broker
        self._bus = bus

    @property
    def _store(self) -> _Store:
        if self._bus.closed:
            raise LogError("the bus is closed")
        return self._broker.store

    async def append(
        self, subject: str, data: bytes, *, id: str, expect_last: int | None = None
    ) -> asyncio.Future[int]:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        try:
            store = self._store
            self._broker.deliver(Delivery(subject, data))
            future.set_result(store.append(subject, data, id, expect_last))
        except LogError as error:
            future.set_exception(error)
        return future

    async def read(self, pattern: str) -> list[Stored]:
        return self._store.read(pattern)

    async def last(self, subject: str) -> int:
        return self._store.last(subject)

    async def fullness(self) -> float:
        return self._store.fullness()

    async def delete(self, pattern: str) -> None:
        self._store.delete(pattern)


class MemoryBroker:
    """What the connections of one process share; the counterpart of a nats-server.

    Args:
        max_bytes: at most so many bytes of events are kept; one more event is refused.
        max_age_s: sessions in which nothing has happened for so long are forgotten.
    """

    def __init__(
        self, max_bytes: int = 256 * 1024 * 1024, max_age_s: float = 24 * 3600.0, clock: Clock | None = None
    ) -> None:
        self.store = _Store(max_bytes, max_age_s, clock or SystemClock())
        self._subscriptions: list[_Subscription] = []
        self._routes: dict[str, list[_Subscription]] = {}
        self._turns: dict[tuple[str, str], int] = defaultdict(int)
        self._inboxes = itertools.count(1)

    def add(self, subscription: _Subscription) -> None:
        self._subscriptions.append(subscription)
        self._routes.clear()

    def remove(self, subscription: _Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
            self._routes.clear()

    def inbox(self) -> str:
        return f"_INBOX.{next(self._inboxes)}"

    def deliver(self, delivery: Delivery) -> int:
        """Pass ``delivery`` to all listeners and one of each queue group; return to how many."""
        matching = self._routes.get(delivery.subject)
        if matching is None:
            matching = [s for s in self._subscriptions if subjects.matches(s.pattern, delivery.subject)]
            if len(self._routes) > 10_000:
                self._routes.clear()
            self._routes[delivery.subject] = matching
        groups: dict[tuple[str, str], list[_Subscription]] = {}
        chosen = []
        for subscription in matching:
            if subscription.queue:
                groups.setdefault((subscription.pattern, subscription.queue), []).append(subscription)
            else:
                chosen.append(subscription)
        for key, members in groups.items():
            self._turns[key] += 1
            chosen.append(members[self._turns[key] % len(members)])
        loop = asyncio.get_running_loop()
        for subscription in chosen:
            loop.call_soon(subscription.deliver, delivery, context=subscription.context)
        return len(chosen)

    def bus(self) -> MemoryBus:
        """Return a new connection."""
        return MemoryBus(self)


class MemoryBus:
    """One service's connection to a :class:`MemoryBroker`."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.closed = False
        self._broker = broker
        self._log = MemoryLog(broker, self)
        self._open: set[_Subscription] = set()

    @property
    def log(self) -> EventLog:
        return self._log

    async def publish(self, subject: str, data: bytes, *, headers: Mapping[str, str] | None = None) -> None:
        self._check()
        self._broker.deliver(Delivery(subject, data, dict(headers or {})))

    async def subscribe(self, pattern: str, handler: Handler, *, queue: str = "") -> _Subscription:
        self._check()
        subscription = _Subscription(self, pattern, handler, queue)
        self._broker.add(subscription)
        self._open.add(subscription)
        return subscription

    async def request(self, subject: str, data: bytes, *, timeout: float) -> Delivery:
        self._check()
        answer: asyncio.Future[Delivery] = asyncio.get_running_loop().create_future()
        inbox = self._broker.inbox()

        def settle(delivery: Delivery) -> None:
            if not answer.done():
                answer.set_result(delivery)

        subscription = await self.subscribe(inbox, settle)
        try:
            if not self._broker.deliver(Delivery(subject, data, {}, inbox)):
                raise NoResponders(subject)
            async with asyncio.timeout(timeout):
                return await answer
        except TimeoutError:
            raise RequestTimeout(f"{subject}: no answer in {timeout} s") from None
        finally:
            await subscription.unsubscribe()

    async def respond(self, request: Delivery, data: bytes) -> None:
        if request.reply:
            await self.publish(request.reply, data)

    async def flush(self) -> None:
        await asyncio.sleep(0)

    def on_reconnect(self, callback: Callable[[], None]) -> Callable[[], None]:
        return lambda: None

    async def close(self) -> None:
        self.closed = True
        for subscription in list(self._open):
            await subscription.unsubscribe()

    def forget(self, subscription: _Subscription) -> None:
        """``subscription`` takes nothing more."""
        self._open.discard(subscription)
        self._broker.remove(subscription)

    def _check(self) -> None:
        if self.closed:
            raise BusError("the bus is closed")
