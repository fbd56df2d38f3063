"""What a test hears on the bus."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from natter_runtime.bus import Bus, Delivery


class Ear:
    """A handler that collects what it is given."""

    def __init__(self) -> None:
        self.heard: list[Delivery] = []
        self._more = asyncio.Event()

    def __call__(self, delivery: Delivery) -> None:
        self.heard.append(delivery)
        self._more.set()

    @property
    def data(self) -> list[bytes]:
        """The payloads, in the order in which they came."""
        return [delivery.data for delivery in self.heard]

    async def wait(self, count: int) -> list[bytes]:
        """Return the payloads when ``count`` deliveries were heard; fails after 2 s."""
        async with asyncio.timeout(2.0):
            while len(self.heard) < count:
                self._more.clear()
                await self._more.wait()
        return self.data


async def settle(*buses: Bus) -> None:
    """Return when what was published on ``buses`` before has reached every handler on them.

    A flush is answered behind everything that the server sent before it; the handlers run a turn of
    the event loop later. The second round is for those who were flushed before the publisher.
    """
    for _ in range(2):
        for bus in buses:
            await bus.flush()
    for _ in range(5):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool], timeout: float = 2.0) -> None:
    """Return when ``condition`` holds; fails after ``timeout`` seconds."""
    async with asyncio.timeout(timeout):
        while not condition():
            await asyncio.sleep(0.001)
