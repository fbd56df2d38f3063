"""Where a session's events go: to the client that is connected now, or nowhere."""

from __future__ import annotations

import logging
from typing import Final

from natter_gateway.events import Event
from natter_runtime.queues import BoundedQueue, Overflow, QueueFull

log = logging.getLogger(__name__)

MAX_EVENTS: Final = 2000
"""About 40 s of audio; a client that is further behind does not read any more."""


class Outlet:
    """The queue between a session and one connection. It never blocks the session."""

    def __init__(self) -> None:
        self._queue: BoundedQueue[Event | None] = BoundedQueue("gateway.outlet", MAX_EVENTS, Overflow.FAIL)
        self.overrun = False
        """The client did not read; the connection is to be cut."""

    def tell(self, event: Event) -> None:
        """Pass an event to the client."""
        if self.overrun:
            return
        try:
            self._queue.put_nowait(event)
        except QueueFull:
            log.warning("the client does not read; %d events wait", len(self._queue))
            self.overrun = True

    def close(self) -> None:
        """Nothing more will come."""
        if not self.overrun:
            try:
                self._queue.put_nowait(None)
            except QueueFull:
                self.overrun = True

    async def next(self) -> Event | None:
        """Return the next event, or None at the end."""
        return await self._queue.get()
