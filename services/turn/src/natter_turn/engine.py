"""What the turn service needs of a model: is this speech, and does it sound complete?

A detector keeps state per session and is fast enough to run between two audio frames; a judge is
shared, slow, and runs on the executor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono, 16 kHz, -1 to 1."""


class Detector(Protocol):
    """Voice activity of one session."""

    def __call__(self, window: Samples) -> float:
        """Return the probability that the next 512 samples are speech."""
        ...

    def reset(self) -> None:
        """Forget what was heard."""
        ...


class DetectorFactory(Protocol):
    """A loaded voice activity model."""

    name: str

    def open(self) -> Detector:
        """Return a detector for one session."""
        ...


class Judge(Protocol):
    """Whether a turn sounds complete."""

    name: str

    def __call__(self, audio: Samples) -> float:
        """Return the probability that the turn which ends here is complete; blocks for tens of milliseconds.

        Args:
            audio: the end of the turn with the silence after it, at most 8 s.
        """
        ...


@dataclass(frozen=True, slots=True)
class Models:
    """What one turn service runs."""

    detectors: DetectorFactory
    judge: Judge | None
    """None: turns are judged by silence and words only."""
