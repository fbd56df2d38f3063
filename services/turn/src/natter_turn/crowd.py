"""One voice, or many at once? Pure.

Many voices are nobody's: each fills the gaps of the others, so their level hardly moves where that of one voice
falls and rises with every syllable (on babble and the number of its voices: Krishnamurthy and Hansen, IEEE Trans.
Audio Speech Lang. Process. 17(7), 2009). Steady noise around one voice fills its gaps as well, but then these are as
loud as the room was before. Levels are compared within the call only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ENOUGH: Final = 16
"""Windows (0.5 s) of speech after which it may be told. A single voice that says nothing but vowels and nasals ("a gold
ring ...") is as steady for longer: before :data:`SURE_MS` it is a suspicion."""
SURE_MS: Final = 950
"""Milliseconds of speech after which it is taken for certain."""
SPREAD_DB: Final = 5.0
"""Standard deviation of the level below which it is many. Measured by ``benchmarks/overlap.py`` over 1 s of speech
(5 to 95 %): six voices 2.0-4.4, one voice 7.7-19."""
OVER_ROOM_DB: Final = 10.0
"""By which even their softest moment is above the room; one voice in noise of 5 to 20 dB falls to it in 95 %."""


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How the level moves in some windows of speech.

    Attributes:
        windows: how many they are.
        mean_db: of their level, below full scale.
        variance: of the same, in dB².
        softest_db: the level of the softest; 0 of none.
    """

    windows: int = 0
    mean_db: float = 0.0
    variance: float = 0.0
    softest_db: float = 0.0

    def heard(self, level_db: float | None) -> Dynamics:
        """Return them with one more window."""
        return self if level_db is None else self.joined(Dynamics(1, level_db, 0.0, level_db))

    def joined(self, other: Dynamics) -> Dynamics:
        """Return those of both together."""
        total = self.windows + other.windows
        if not total:
            return self
        part, apart = other.windows / total, other.mean_db - self.mean_db
        return Dynamics(
            total,
            self.mean_db + part * apart,
            (1 - part) * self.variance + part * other.variance + part * (1 - part) * apart * apart,
            min(self.softest_db, other.softest_db),
        )


def is_crowd(dynamics: Dynamics, room_db: float) -> bool:
    """Whether what was heard sounds like many voices at once, in a room that is else as loud as ``room_db``."""
    steady = dynamics.windows >= ENOUGH and dynamics.variance < SPREAD_DB**2
    return steady and dynamics.softest_db > room_db + OVER_ROOM_DB
