"""From windows to the onset and the end of speech, with hysteresis. Pure.

A voice detector lags at the end of speech: it calls the first 100-200 ms of silence speech as well (measured
on 470 clips cut hard at their last sample: median 126 ms). So a window counts as speech only if it is also
louder than the room and not a fraction of the voice before it; every millisecond here is one of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from natter_turn.crowd import Dynamics
from natter_turn.inputs import Window
from natter_turn.voice import Timbre

WINDOW: Final = 512
"""Samples of one window: 32 ms at 16 kHz, what Silero takes."""
ONSET_WINDOWS: Final = 2
"""Speech in a row that counts as an onset, also while the agent speaks (docs/adr/0015)."""
WARY_WINDOWS: Final = 8
"""The same while the agent speaks, for a while after an overlap that was nothing."""
RELEASE_WINDOWS: Final = 3
"""Silence in a row that counts as the end."""
RELEASE_MARGIN: Final = 0.15
"""Once speaking, windows down to this much below the threshold still count (Silero's own hysteresis)."""
ECHO: Final = 0.5
"""What is explained by the agent's own voice to this degree is not the user."""
ABOVE_ROOM_DB: Final = 6.0
BELOW_VOICE_DB: Final = 34.0
"""The softest consonants lie some 30 dB below the vowels."""
_ROOM_FALLS: Final = 0.3
_ROOM_RISES_DB: Final = 0.06
_ROOM_IS_HEARD_DB: Final = 1.0
"""The room's level follows a drop within 100 ms, and rises by 30 dB a second while nobody speaks; by 2 dB a second
at most while somebody does, so that speech does not lift it."""
_NO_SPEECH: Final = 0.3
_VOICE_FALLS_DB: Final = 0.3


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
    timbre: Timbre = field(default_factory=Timbre)
    """Of the newest stretch, while it lasts."""
    heard: Timbre = field(default_factory=Timbre)
    """Of the stretch that ended last."""
    dynamics: Dynamics = field(default_factory=Dynamics)
    """Of the newest stretch, while it lasts."""
    moved: Dynamics = field(default_factory=Dynamics)
    """Of the stretch that ended last."""
    _run: int = 0
    _room_db: float = -70.0
    _voice_db: float = -120.0

    @property
    def room_db(self) -> float:
        """How loud it is while nobody speaks, dB below full scale."""
        return self._room_db

    def update(self, window: Window, threshold: float, onset_windows: int) -> Edge | None:
        """Take one window; return what it changed, if anything."""
        limit = threshold - RELEASE_MARGIN if self.speaking else threshold
        faint = self._is_faint(window)  # asked of every window: it follows the room
        loud = window.speech >= limit and window.echo < ECHO and not faint
        if self.speaking:
            return self._go_on(window, loud)
        if not loud:
            self._run, self.timbre, self.dynamics = 0, Timbre(), Dynamics()
            return None
        self._run += 1
        self._listen(window)
        if self._run < onset_windows:
            return None
        self.speaking = True
        self.start_sample = max(0, window.end_sample - self._run * WINDOW)
        self.last_speech_sample = window.end_sample
        self.voiced = self._run * WINDOW
        self.total_voiced += self.voiced
        self._run = 0
        return Edge.STARTED

    def _go_on(self, window: Window, loud: bool) -> Edge | None:
        if loud:
            self.last_speech_sample = window.end_sample
            self.voiced += WINDOW
            self.total_voiced += WINDOW
            self._listen(window)
            self._run = 0
            return None
        self._run += 1
        if self._run < RELEASE_WINDOWS:
            return None
        self.speaking, self._run = False, 0
        self.heard, self.timbre = self.timbre, Timbre()
        self.moved, self.dynamics = self.dynamics, Dynamics()
        return Edge.STOPPED

    def _listen(self, window: Window) -> None:
        self.timbre = self.timbre.heard(window.speech, window.level_db, window.brightness_db)
        self.dynamics = self.dynamics.heard(window.level_db)

    def _is_faint(self, window: Window) -> bool:
        """Whether the window is no louder than the room, or than the tail of a voice."""
        level = window.level_db
        if level is None:
            return False
        voice = self._voice_db
        self._voice_db = max(level if window.speech >= 0.5 else -120.0, voice - _VOICE_FALLS_DB)
        if level < self._room_db:
            self._room_db += _ROOM_FALLS * (level - self._room_db)
        else:
            step = _ROOM_IS_HEARD_DB if window.speech < _NO_SPEECH else _ROOM_RISES_DB
            self._room_db += min(step, level - self._room_db)
        if level < self._voice_db - BELOW_VOICE_DB:
            return True
        return self.speaking and level < self._room_db + ABOVE_ROOM_DB
