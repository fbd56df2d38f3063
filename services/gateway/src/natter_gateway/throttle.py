"""How much a client may send, and how fast. Pure: time is an argument."""

from __future__ import annotations


class Allowance:
    """A leaky bucket: what goes in runs out at a constant rate, and no more than a burst may be in it.

    Args:
        rate: units per second that may come for ever.
        burst: units that may come at once.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._level = 0.0
        self._at: float | None = None

    def take(self, amount: float, now: float) -> bool:
        """Whether ``amount`` more may come now; if so, it has."""
        self._leak(now)
        if self._level + amount > self._burst:
            return False
        self._level += amount
        return True

    def wait(self, amount: float, now: float) -> float:
        """Let ``amount`` come in any case; return the seconds to wait before anything more is taken."""
        self._leak(now)
        self._level += amount
        return max(0.0, (self._level - self._burst) / self._rate)

    def _leak(self, now: float) -> None:
        if self._at is not None:
            self._level = max(0.0, self._level - (now - self._at) * self._rate)
        self._at = now
