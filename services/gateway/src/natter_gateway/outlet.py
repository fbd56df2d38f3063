"""Where a session's events go: to one client's connection."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from natter_gateway.events import Event
from natter_runtime.queues import BoundedQueue, Overflow, QueueFull

log = logging.getLogger(__name__)

MAX_EVENTS: Final = 2000
"""About 40 s of audio; a client that is further behind does not read any more."""


class Outlet:
    """The queue between a session and one connection. It never blocks the session."""

    def __init__(self, first: Iterable[Event] = ()) -> None:
        self._queue: BoundedQueue[Event | None] = BoundedQueue("gateway.outlet", MAX_EVENTS, Overflow.FAIL)
        self._returned: list[Event] = []
        self.overrun = False
        """The client did not read; the connection is to be cut."""
        for event in first:
            self.tell(event)

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

    def give_back(self, event: Event) -> None:
        """An event that was taken could not be sent."""
        self._returned.append(event)

    def leftovers(self) -> list[Event]:
        """Take what was not sent, oldest first."""
        left, self._returned = self._returned, []
        while len(self._queue):
            event = self._queue.get_nowait()
            if event is not None:
                left.append(event)
        return left
