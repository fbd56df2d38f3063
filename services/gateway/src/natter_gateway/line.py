"""The line to a session's client: an outlet while it is connected, a memory while it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from natter_gateway.events import Event, Failed
from natter_gateway.outlet import Outlet
from natter_runtime.queues import BoundedQueue, Overflow, ignore_drop

MAX_KEPT: Final = 1000
"""Events that wait for a client to come back; of more the oldest are dropped."""


class Line:
    """At most one connection at a time; the newest wins.

    Args:
        outlet: of the connection that opened the session.
        on_drop: counts events that were dropped.
    """

    def __init__(self, outlet: Outlet | None = None, on_drop: Callable[[str, int], None] = ignore_drop) -> None:
        self._outlet = outlet
        self.kept: BoundedQueue[Event] = BoundedQueue("gateway.line", MAX_KEPT, Overflow.DROP_OLDEST, on_drop)
        self.lost = asyncio.Event()
        """Set while no client is connected."""
        self.found = asyncio.Event()
        """Set while one is."""
        (self.found if outlet is not None else self.lost).set()

    @property
    def connected(self) -> bool:
        """Whether a client is there."""
        return self._outlet is not None

    def tell(self, event: Event) -> None:
        """Tell the client, now or when it comes back."""
        if self._outlet is not None:
            self._outlet.tell(event)
        else:
            self.kept.put_nowait(event)

    def connect(self, first: Iterable[Event], last: Iterable[Event], farewell: Failed) -> Outlet:
        """Return the outlet of a new connection: it is told ``first``, then what it missed, then of ``last`` the rest.

        A connection that is still there is told ``farewell``, and ends.
        """
        if self._outlet is not None:
            older = self._outlet
            self._keep(older.leftovers())
            older.tell(farewell)
        missed = [self.kept.get_nowait() for _ in range(len(self.kept))]
        self._outlet = Outlet([*first, *missed, *(event for event in last if event not in missed)])
        self.lost.clear()
        self.found.set()
        return self._outlet

    def lose(self, outlet: Outlet) -> bool:
        """The connection of ``outlet`` is gone; return whether it was the present one."""
        if outlet is not self._outlet:
            return False
        self._keep(outlet.leftovers())
        self._outlet = None
        self.found.clear()
        self.lost.set()
        return True

    def close(self) -> None:
        """The session is over."""
        if self._outlet is not None:
            self._outlet.close()

    def _keep(self, events: Iterable[Event]) -> None:
        for event in events:
            self.kept.put_nowait(event)
