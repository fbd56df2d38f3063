"""From probabilities per window to the onset and the end of speech, with hysteresis. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

WINDOW: Final = 512
"""Samples of one window: 32 ms at 16 kHz, what Silero takes."""
ONSET_WINDOWS: Final = 2
"""Speech in a row that counts as an onset while the agent is silent."""
OVERLAP_WINDOWS: Final = 3
"""The same while the agent speaks (architecture: a hold needs three speech windows)."""
RELEASE_WINDOWS: Final = 3
"""Silence in a row that counts as the end."""
RELEASE_MARGIN: Final = 0.15
"""Once speaking, windows down to this much below the threshold still count (Silero's own hysteresis)."""


class Edge(Enum):
    """What a window changed."""

    STARTED = auto()
    STOPPED = auto()


@dataclass(slots=True)
class Activity:
    """Whether the user speaks, and since or until which sample."""

    speaking: bool = False
    start_sample: int = 0
    """First sample of the newest stretch of speech."""
    last_speech_sample: int = 0
    """End of the newest window that was speech."""
    voiced: int = 0
    """Samples of speech in the newest stretch."""
    total_voiced: int = 0
    """Samples of speech in all stretches so far."""
    _run: int = 0

    def update(self, end_sample: int, speech: float, threshold: float, onset_windows: int) -> Edge | None:
        """Take one window; return what it changed, if anything."""
        loud = speech >= (threshold - RELEASE_MARGIN if self.speaking else threshold)
        if loud:
            self.last_speech_sample = end_sample if self.speaking else self.last_speech_sample
        if self.speaking:
            if loud:
                self.voiced += WINDOW
                self.total_voiced += WINDOW
                self._run = 0
                return None
            self._run += 1
            if self._run < RELEASE_WINDOWS:
                return None
            self.speaking, self._run = False, 0
            return Edge.STOPPED
        self._run = self._run + 1 if loud else 0
        if self._run < onset_windows:
            return None
        self.speaking = True
        self.start_sample = max(0, end_sample - self._run * WINDOW)
        self.last_speech_sample = end_sample
        self.voiced = self._run * WINDOW
        self.total_voiced += self.voiced
        self._run = 0
        return Edge.STARTED
