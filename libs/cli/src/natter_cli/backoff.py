"""When to start something again that keeps failing. Pure: time is an argument."""

from __future__ import annotations

from typing import Final

WINDOW_S: Final = 60.0
MOST: Final = 5


class Backoff:
    """1, 2, 4 ... seconds; no more after :data:`MOST` failures within :data:`WINDOW_S`."""

    def __init__(self) -> None:
        self._failures: list[float] = []

    def failed(self, now: float) -> float | None:
        """Note a failure; return how long to wait before the next attempt, or None to give up."""
        self._failures = [*(at for at in self._failures if now - at < WINDOW_S), now]
        if len(self._failures) >= MOST:
            return None
        return 2.0 ** (len(self._failures) - 1)
