"""One ticker for all sessions of a gateway: a timer every 20 ms, not one per session."""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Callable
from typing import Final

from natter_protocol.audio import FRAME_MS
from natter_runtime.clock import Clock

log = logging.getLogger(__name__)

TICK_S: Final = FRAME_MS / 1000

Tick = Callable[[float], None]
"""Called with the monotonic time; must not block."""


class Pacer:
    """Calls everybody who joined, each tick."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._members: dict[int, Tick] = {}

    def join(self, tick: Tick) -> Callable[[], None]:
        """Call ``tick`` from now on, in the context of whoever joins; return how to stop that."""
        key, context = id(tick), contextvars.copy_context()
        self._members[key] = lambda now: context.run(tick, now)
        return lambda: self._members.pop(key, None) and None

    async def run(self) -> None:
        """Tick until cancelled. A late tick is not made up for: its members see how much time has passed."""
        due = self._clock.monotonic()
        while True:
            due = max(due + TICK_S, self._clock.monotonic() - TICK_S)
            await self._clock.sleep(max(0.0, due - self._clock.monotonic()))
            now = self._clock.monotonic()
            for tick in list(self._members.values()):
                try:
                    tick(now)
                except Exception:
                    log.exception("a session's tick failed")
