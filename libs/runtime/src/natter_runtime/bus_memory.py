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
from natter_runtime.errors import BusError, LogConflict, LogFull, NoResponders, RequestTimeout

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Subscription:
    broker: MemoryBroker
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
        self.broker.remove(self)

    async def drain(self) -> None:
        self.broker.remove(self)
        await asyncio.sleep(0)


class MemoryLog:
    """The event log of a :class:`MemoryBroker`.

    Args:
        publish: delivers an appended event to live listeners.
        max_bytes: at most so many bytes of events are kept; one more event is refused.
    """

    def __init__(self, publish: Callable[[str, bytes], None], max_bytes: int) -> None:
        self._publish = publish
        self._max_bytes = max_bytes
        self._events: list[Stored] = []
        self._ids: dict[tuple[str, str], int] = {}
        self._last: dict[str, int] = {}
        self._bytes = 0
        self._sequence = 0

    async def append(
        self, subject: str, data: bytes, *, id: str, expect_last: int | None = None
    ) -> asyncio.Future[int]:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._publish(subject, data)
        key = (_session(subject), id)
        known = self._ids.get(key)
        if known is not None:
            future.set_result(known)
        elif expect_last is not None and self._last.get(subject, 0) != expect_last:
            future.set_exception(LogConflict(f"{subject}: last is {self._last.get(subject, 0)}, not {expect_last}"))
        elif self._bytes + len(data) > self._max_bytes:
            future.set_exception(LogFull(f"the log holds {self._bytes} of {self._max_bytes} bytes"))
        else:
            self._sequence += 1
            self._ids[key] = self._last[subject] = self._sequence
            self._bytes += len(data)
            self._events.append(Stored(self._sequence, subject, data, id))
            future.set_result(self._sequence)
        return future

    async def read(self, pattern: str) -> list[Stored]:
        return [event for event in self._events if subjects.matches(pattern, event.subject)]

    async def last(self, subject: str) -> int:
        return self._last.get(subject, 0)

    async def fullness(self) -> float:
        return self._bytes / self._max_bytes

    async def delete(self, pattern: str) -> None:
        gone = [event for event in self._events if subjects.matches(pattern, event.subject)]
        self._events = [event for event in self._events if event not in gone]
        for event in gone:
            self._bytes -= len(event.data)
            self._ids.pop((_session(event.subject), event.id), None)
            self._last.pop(event.subject, None)


def _session(subject: str) -> str:
    """Event ids are unique within a session only; NATS gets both in its message id."""
    return subject.split(".")[3]


class MemoryBroker:
    """What the connections of one process share; the counterpart of a nats-server."""

    def __init__(self, max_bytes: int = 256 * 1024 * 1024) -> None:
        self.log = MemoryLog(self.deliver_all, max_bytes)
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

    def deliver_all(self, subject: str, data: bytes) -> None:
        self.deliver(Delivery(subject, data))

    def bus(self) -> MemoryBus:
        """Return a new connection."""
        return MemoryBus(self)


class MemoryBus:
    """One service's connection to a :class:`MemoryBroker`."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self._open: set[_Subscription] = set()
        self._closed = False

    @property
    def log(self) -> EventLog:
        return self._broker.log

    async def publish(self, subject: str, data: bytes, *, headers: Mapping[str, str] | None = None) -> None:
        self._check()
        self._broker.deliver(Delivery(subject, data, dict(headers or {})))

    async def subscribe(self, pattern: str, handler: Handler, *, queue: str = "") -> _Subscription:
        self._check()
        subscription = _Subscription(self._broker, self, pattern, handler, queue)
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
            self._open.discard(subscription)

    async def respond(self, request: Delivery, data: bytes) -> None:
        if request.reply:
            await self.publish(request.reply, data)

    async def flush(self) -> None:
        await asyncio.sleep(0)

    def on_reconnect(self, callback: Callable[[], None]) -> Callable[[], None]:
        return lambda: None

    async def close(self) -> None:
        self._closed = True
        for subscription in list(self._open):
            await subscription.unsubscribe()
        self._open.clear()

    def _check(self) -> None:
        if self._closed:
            raise BusError("the bus is closed")
