"""When the user's samples came in: ties the session's sample axis to the gateway's clock (rule R5). Pure."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from natter_protocol.audio import INPUT_RATE

MAX: Final = 4096
"""Arrivals that are remembered: more than the ring's 30 s, at a message every 10 ms."""
RECENT: Final = 3 * INPUT_RATE
"""Samples over which the quickest arrival tells how late the others were."""


class Arrivals:
    """Remembers up to which sample there was audio, and when."""

    def __init__(self) -> None:
        self._ends: list[int] = []
        self._times: list[float] = []

    def note(self, end_sample: int, now: float) -> None:
        """Audio up to ``end_sample`` (exclusive) has come in."""
        if self._ends and end_sample <= self._ends[-1]:
            return
        self._ends.append(end_sample)
        self._times.append(now)
        if len(self._ends) > 2 * MAX:
            del self._ends[:MAX], self._times[:MAX]

    def when(self, sample: int) -> float | None:
        """Return when the piece came that the sample before ``sample`` is in, or None if that is not remembered."""
        index = self._find(sample)
        return None if index is None else self._times[index]

    def spoken(self, sample: int) -> float | None:
        """Return when the sample before ``sample`` was spoken, or None if that is not remembered.

        Speech comes at one second per second, and a piece is sent when its last sample was spoken. Some pieces are
        late, because of the network or of a busy machine, none is early: the quickest of the last
        :data:`RECENT` samples tells when the others were spoken.
        """
        index = self._find(sample)
        if index is None:
            return None
        first = bisect_left(self._ends, sample - RECENT)
        quickest = min(self._times[i] - self._ends[i] / INPUT_RATE for i in range(first, index + 1))
        return quickest + sample / INPUT_RATE

    def _find(self, sample: int) -> int | None:
        index = bisect_left(self._ends, sample)
        known = index < len(self._ends) and (index > 0 or self._ends[0] - sample <= INPUT_RATE)
        return index if known else None
