"""The reply's text on its way out: at most one message in :data:`INTERVAL_S`, but the first at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from natter_runtime.clock import Clock

INTERVAL_S: Final = 0.025
"""Well below what an ear notices, well above how often a fast model sends a token."""


class Deltas:
    """Collects the text of one reply and sends the whole of it, as it grows.

    Args:
        send: sends the whole text so far.
        clock: what the interval is measured with.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]], clock: Clock) -> None:
        self.text = ""
        self._send = send
        self._clock = clock
        self._sent = ""
        self._grown = asyncio.Event()

    def add(self, delta: str) -> None:
        """Append ``delta``."""
        self.text += delta
        self._grown.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._grown.wait()
            self._grown.clear()
            await self._flush()
            await self._clock.sleep(INTERVAL_S)

    async def finish(self) -> None:
        """Send what has not been sent; to be called when :meth:`run` has been stopped."""
        await self._flush()

    async def _flush(self) -> None:
        if self.text != self._sent:
            self._sent = self.text
            await self._send(self.text)
