"""Counts with their uncertainty, and quantiles. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Z95: Final = 1.959964
"""Two-sided 95 % of the normal distribution."""


def wilson(hits: int, total: int, z: float = Z95) -> tuple[float, float]:
    """Return the Wilson score interval of a share (Wilson 1927), between 0 and 1; (0, 1) if there is nothing."""
    if total == 0:
        return 0.0, 1.0
    share, spread = hits / total, z * z / total
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """Between 0 and 1; NaN of nothing."""
        return self.hits / self.total if self.total else math.nan

    def __str__(self) -> str:
        if not self.total:
            return "–"
        low, high = wilson(self.hits, self.total)
        return f"{100 * self.value:.0f} % ({self.hits}/{self.total}; {100 * low:.0f}–{100 * high:.0f})"


def quantile(values: Sequence[float], q: float) -> float:
    """Return the ``q`` quantile, between its neighbours in proportion; NaN of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def mean(values: Sequence[float]) -> float:
    """Return the mean; NaN of nothing."""
    return sum(values) / len(values) if values else math.nan
