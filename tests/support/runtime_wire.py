"""A bus that a test can disturb: it loses, freezes, reconnects, or has a log that gives no answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from natter_runtime.bus import Bus, Delivery, EventLog, Handler, Stored, Subscription
from natter_runtime.errors import LogError


class Wire:
    """One connection; does what ``bus`` does unless told otherwise.

    Attributes:
        log: the event log; a test may put another in its place.
        lose: which deliveries never arrive.
    """

    def __init__(self, bus: Bus) -> None:
        self.log: EventLog = bus.log
        self.lose: Callable[[Delivery], bool] = lambda delivery: False
        self._bus = bus
        self._frozen = False
        self._kept: list[tuple[Handler, Delivery]] = []
        self._callbacks: list[Callable[[], None]] = []

    def freeze(self) -> None:
        """From now on nothing is heard, as by a process that is stopped."""
        self._frozen = True

    def thaw(self) -> None:
        """Hear all that came meanwhile, as a process does that runs again."""
        self._frozen = False
        kept, self._kept = self._kept, []
        for handler, delivery in kept:
            handler(delivery)

    def reconnect(self) -> None:
        """The connection was away for a moment."""
        for callback in list(self._callbacks):
            callback()

    async def publish(self, subject: str, data: bytes, *, headers: Mapping[str, str] | None = None) -> None:
        await self._bus.publish(subject, data, headers=headers)

    async def subscribe(self, pattern: str, handler: Handler, *, queue: str = "") -> Subscription:
        def hear(delivery: Delivery) -> None:
            if self._frozen:
                self._kept.append((handler, delivery))
            elif not self.lose(delivery):
                handler(delivery)

        return await self._bus.subscribe(pattern, hear, queue=queue)

    async def request(self, subject: str, data: bytes, *, timeout: float) -> Delivery:
        return await self._bus.request(subject, data, timeout=timeout)

    async def respond(self, request: Delivery, data: bytes) -> None:
        await self._bus.respond(request, data)

    async def flush(self) -> None:
        await self._bus.flush()

    def on_reconnect(self, callback: Callable[[], None]) -> Callable[[], None]:
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    async def close(self) -> None:
        await self._bus.close()


class MuteLog:
    """A log that takes events and never says so; what is said is heard live all the same.

    Attributes:
        mute: how many of the next appends get no answer.
        stores: whether what gets no answer is kept nevertheless (the answer was lost, not the event).
    """

    def __init__(self, bus: Bus, mute: int = 10**9, *, stores: bool = False) -> None:
        self.mute = mute
        self.stores = stores
        self.unreadable = 0
        """How many of the next reads fail."""
        self._bus = bus
        self._log = bus.log

    async def append(
        self, subject: str, data: bytes, *, id: str, expect_last: int | None = None
    ) -> asyncio.Future[int]:
        if self.mute <= 0:
            return await self._log.append(subject, data, id=id, expect_last=expect_last)
        self.mute -= 1
        if self.stores:
            await self._log.append(subject, data, id=id, expect_last=expect_last)
        else:
            await self._bus.publish(subject, data)
        return asyncio.get_running_loop().create_future()

    async def read(self, pattern: str) -> list[Stored]:
        if self.unreadable > 0:
            self.unreadable -= 1
            raise LogError("not now")
        return await self._log.read(pattern)

    async def last(self, subject: str) -> int:
        return await self._log.last(subject)

    async def fullness(self) -> float:
        return await self._log.fullness()

    async def delete(self, pattern: str) -> None:
        await self._log.delete(pattern)
