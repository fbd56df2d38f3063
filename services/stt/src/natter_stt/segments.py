"""Where to cut audio that is longer than the recogniser takes at once. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np

from natter_protocol.audio import INPUT_RATE
from natter_stt.engine import Samples

FRAME: Final = INPUT_RATE // 50
"""Loudness is measured in frames of 20 ms."""
SMOOTH: Final = 7
"""Frames (140 ms) that must be quiet together: longer than the closure of a "t", shorter than a pause."""
EARLIEST: Final = 0.5
"""A cut lies in the second half of what is allowed: long segments are heard better."""


def quietest(samples: Samples, low: int, high: int) -> int:
    """Return the middle of the quietest place between the samples ``low`` and ``high``."""
    frames = samples[low : high - (high - low) % FRAME].reshape(-1, FRAME)
    power = (frames.astype(np.float64) ** 2).mean(axis=1)
    smooth = min(SMOOTH, len(power))
    if not smooth:
        return (low + high) // 2
    loudness = np.convolve(power, np.ones(smooth) / smooth, mode="valid")
    return low + (int(loudness.argmin()) * 2 + smooth) * FRAME // 2


def cuts(samples: Samples, longest: int) -> list[int]:
    """Return the positions to cut ``samples`` at so that no piece is longer than ``longest``."""
    positions = []
    start = 0
    while len(samples) - start > longest:
        start = quietest(samples, start + int(longest * EARLIEST), start + longest)
        positions.append(start)
    return positions


def is_empty(samples: Samples) -> bool:
    """Whether there is no signal at all: a gap that was filled, or a muted microphone."""
    return not samples.any()
