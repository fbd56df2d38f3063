"""How long this speaker pauses within a turn, learned within the call. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

KEPT: Final = 16
ENOUGH: Final = 3
"""Fewer pauses say nothing about a habit."""
SHORTEST_MS: Final = 200
"""Shorter ones are the closures of consonants and breaths."""
USUAL: Final = 0.8
"""The pause that four of five are not longer than."""


class Habits:
    """The pauses after which the user went on."""

    def __init__(self) -> None:
        self._pauses: deque[int] = deque(maxlen=KEPT)

    def note(self, pause_ms: int) -> None:
        """The user paused for so long, and went on; also what had been taken for the end of the turn."""
        if pause_ms >= SHORTEST_MS:
            self._pauses.append(pause_ms)

    @property
    def usual_ms(self) -> int:
        """How long this speaker's longer pauses are; 0 while that is not known."""
        if len(self._pauses) < ENOUGH:
            return 0
        ordered = sorted(self._pauses)
        return ordered[min(len(ordered) - 1, int(len(ordered) * USUAL))]
