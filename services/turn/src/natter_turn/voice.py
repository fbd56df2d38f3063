"""What the caller's voice has been like so far in the call: how loud, how bright. Pure.

Who speaks to the agent speaks into the microphone. A remark to somebody in the room, a television, another
person at the next desk: their voices come from further away, so they are softer, and duller, because high
tones are lost first and walls give back the low ones. Levels are compared within the call only; no absolute
level says anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ENOUGH: Final = 25
"""Windows (0.8 s) of speech before a voice is known."""
SLOWEST: Final = 400
"""The profile follows the voice as the mean of its last so many windows (13 s)."""
FAR_DB: Final = -6.8
"""So much softer than the caller is somebody else, or not meant for us; between asides and remarks to the agent of the
benchmark's tuned half."""
DULLNESS: Final = 0.3
"""Each dB duller counts as so much softer."""
UNSURE_DB: Final = 6.0
"""The less is heard of a voice, the more it takes: this, divided by its windows."""
SURE_SPEECH: Final = 0.7
"""Windows that are less surely speech say nothing about a voice."""


@dataclass(frozen=True, slots=True)
class Timbre:
    """The mean of some windows of speech, in dB.

    Attributes:
        level_db: below full scale.
        brightness_db: of what lies above 2 kHz, against the whole.
        windows: how many it is the mean of.
    """

    level_db: float = 0.0
    brightness_db: float = 0.0
    windows: int = 0

    def heard(self, speech: float, level_db: float | None, brightness_db: float | None) -> Timbre:
        """Return the timbre with one more window, if that surely is speech."""
        if speech < SURE_SPEECH or level_db is None or brightness_db is None:
            return self
        return self.joined(Timbre(level_db, brightness_db, 1))

    def joined(self, other: Timbre) -> Timbre:
        """Return the mean of both; older windows fade beyond :data:`SLOWEST`."""
        total = self.windows + other.windows
        if not total:
            return self
        part = other.windows / total
        return Timbre(
            self.level_db + part * (other.level_db - self.level_db),
            self.brightness_db + part * (other.brightness_db - self.brightness_db),
            min(total, SLOWEST),
        )


def distance(timbre: Timbre, caller: Timbre) -> tuple[float, float] | None:
    """Return how much softer and duller (negative) it is than the caller's voice, in dB; None if that is not known."""
    if caller.windows < ENOUGH or timbre.windows < ENOUGH // 5:
        return None
    return timbre.level_db - caller.level_db, timbre.brightness_db - caller.brightness_db


def is_far(timbre: Timbre, caller: Timbre) -> bool:
    """Whether what was heard comes from further away than the caller's voice does."""
    apart = distance(timbre, caller)
    if apart is None:
        return False
    softer, duller = apart
    return softer + DULLNESS * min(duller, 0.0) <= FAR_DB - UNSURE_DB / timbre.windows
