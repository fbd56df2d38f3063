"""Is what the microphone hears the agent's own voice? The echo path, learned while the agent speaks.

We know what is being played, and when (:mod:`natter_turn.sound.reference`). What is not known is the way back:
how long it takes, how loud it is, what a room does to it. Levels by band, in decibels, turn that way into a lag
and a gain per band. For each lag up to 0.8 s the correlation of microphone and reference is kept up over the
last seconds; if it stands out at one, there is an echo path, and what the microphone hears above it is the user.

It is the detector for double talk of an echo canceller (normalised cross-correlation; Benesty, Morgan and Cho,
IEEE Trans. Speech Audio Process. 8(2), 2000), on band levels instead of samples, so that it bears clients whose
clocks and buffers we do not know. Nothing is cancelled: the question is only who speaks.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

import numpy as np

from natter_turn.sound.spectrum import BANDS, FLOOR_DB, HOPS_PER_S, Levels

LAGS: Final = round(0.8 * HOPS_PER_S) + 1
"""Hops from the gateway's clock to the microphone that an echo may take: 0 to 0.8 s."""
MEMORY: Final = 0.992
"""What of a hop counts after the next one: a time constant of 2 s."""
LEARN: Final = round(0.6 * HOPS_PER_S)
"""Hops of the agent's voice before anything is known."""
ACTIVE_DB: Final = -52.0
"""Bands of the reference below say nothing."""
PRESENT: Final = 0.52
"""Correlation that shows an echo path. Measured: 0.9 without a room, 0.6-0.8 with half a second of reverberation;
two people who talk at once 0.2-0.4, and by chance more within the first two seconds."""
ABSENT: Final = 0.4
STANDS_OUT: Final = 0.12
"""By which the best lag must be above the mean of all."""
ROOM_DB: Final = 8.0
"""Bands that are no louder than that above the room are not looked at."""
EXPLAINED_DB: Final = 3.0
UNEXPLAINED_DB: Final = 7.0
"""Between these an excess over the predicted echo counts in part."""
TAIL_DB: Final = 2.5
"""A room's answer falls by so much a hop (a reverberation time of half a second)."""
DOUBLE_TALK: Final = 0.1
"""What a hop counts in which the user speaks as well: little, but a path that has changed is found again."""
UNKNOWN: Final = 0.6
"""How much is taken for echo while nothing is known and the agent is heard."""


class Path(Enum):
    """What is known of the way from the loudspeaker to the microphone."""

    UNKNOWN = auto()
    ABSENT = auto()
    PRESENT = auto()


class Echo:
    """The echo path of one session."""

    def __init__(self) -> None:
        self.path = Path.UNKNOWN
        self.lag = 0
        """In hops, while there is a path."""
        self._played = np.full((LAGS, BANDS), FLOOR_DB, np.float32)
        """The reference of the last hops, the newest first."""
        self._sums = np.zeros((5, LAGS, BANDS), np.float64)
        self._weight = np.zeros((LAGS, BANDS), np.float64)
        self._learned = 0
        self._room = np.full(BANDS, FLOOR_DB, np.float32)
        self._predicted = np.full(BANDS, FLOOR_DB, np.float32)
        self._gain = np.zeros(BANDS, np.float32)
        self._near = 0.0

    def hear(self, microphone: Levels, played: Levels) -> float:
        """Take one hop of both; return how far the microphone is explained by the agent's voice, 0-1."""
        self._played = np.roll(self._played, 1, axis=0)
        self._played[0] = played
        self._room += np.where(microphone < self._room, 0.3 * (microphone - self._room), 0.02).astype(np.float32)
        if played.max() > ACTIVE_DB:
            self._learned += 1
            self._learn(microphone)
        self._near = 1.0 - (explained := self._explained(microphone))
        return explained

    def _learn(self, microphone: Levels) -> None:
        double_talk = self.path is Path.PRESENT and self._near > 0.3
        weight = (self._played > ACTIVE_DB).astype(np.float64) * (DOUBLE_TALK if double_talk else 1.0)
        x, y = self._played.astype(np.float64), microphone.astype(np.float64)[None]
        terms = np.stack([x, np.broadcast_to(y, x.shape), x * x, np.broadcast_to(y * y, x.shape), x * y])
        self._sums = MEMORY * self._sums + weight * terms
        self._weight = MEMORY * self._weight + weight
        if self._learned >= LEARN and self._learned % 4 == 0:
            self._conclude()

    def _conclude(self) -> None:
        n = np.maximum(self._weight, 1.0)
        mean_x, mean_y, xx, yy, xy = self._sums / n
        covariance = xy - mean_x * mean_y
        spread = np.sqrt(np.maximum(xx - mean_x**2, 1.0) * np.maximum(yy - mean_y**2, 1.0))
        enough = self._weight > LEARN / 3
        correlation = np.where(enough, covariance / spread, 0.0)
        bands = np.maximum(enough.sum(axis=1), 1)
        score = correlation.sum(axis=1) / bands
        best = int(score.argmax())
        stands_out = score[best] - score.mean() >= STANDS_OUT
        if score[best] >= PRESENT and stands_out:
            self.path, self.lag = Path.PRESENT, best
        elif score[best] < ABSENT or self.path is Path.UNKNOWN:
            self.path = Path.ABSENT
        if self.path is Path.PRESENT:
            self._gain = (mean_y - mean_x)[self.lag].astype(np.float32)

    def _explained(self, microphone: Levels) -> float:
        if self.path is Path.ABSENT:
            return 0.0
        if self.path is Path.UNKNOWN:
            return UNKNOWN if self._played.max() > ACTIVE_DB else 0.0
        around = self._played[max(0, self.lag - 1) : self.lag + 2].max(axis=0)
        self._predicted = np.maximum(around + self._gain, self._predicted - TAIL_DB)
        loudness = np.maximum(microphone - self._room - ROOM_DB, 0.0)
        if loudness.sum() < 1.0:
            return 0.0
        excess = (microphone - self._predicted - EXPLAINED_DB) / (UNEXPLAINED_DB - EXPLAINED_DB)
        near = float((np.clip(excess, 0.0, 1.0) * loudness).sum() / loudness.sum())
        return 1.0 - near
