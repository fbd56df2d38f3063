"""Taking steady noise down: what hums and hisses through a whole passage. Pure.

Spectral subtraction (Boll 1979, doi:10.1109/TASSP.1979.1163209) with the quietest frames of the passage as
the noise, and a floor below which nothing is taken: a recogniser minds holes more than hiss.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from natter_stt.engine import Samples

FRAME: Final = 512
"""Samples (32 ms)."""
HOP: Final = 128
QUIET: Final = 0.2
"""The part of the frames that is taken for noise alone."""
FEWEST: Final = 4
FLOOR: Final = 0.2
"""Nothing is made quieter than by this factor (14 dB)."""
TINY: Final = 1e-12

_WINDOW: Final = np.sqrt(np.hanning(FRAME + 1)[:-1]).astype(np.float32)
_OVERLAP: Final = FRAME // HOP / 2
"""What the squared windows add up to."""


def quieter(samples: Samples) -> Samples:
    """Return ``samples`` with its steady noise taken down; as long as before."""
    padded = np.pad(samples, (FRAME, FRAME + HOP))
    spectra = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP] * _WINDOW, axis=1)
    power = np.square(np.abs(spectra))
    inner = power[FRAME // HOP : -FRAME // HOP - 1]
    if len(inner) < FEWEST:
        return samples
    count = max(FEWEST, int(len(inner) * QUIET))
    quietest = np.argpartition(inner.sum(axis=1), count - 1)[:count]
    smooth = (power + np.roll(power, 1, axis=0) + np.roll(power, -1, axis=0)) / 3
    gains = np.maximum(FLOOR, 1 - inner[quietest].mean(axis=0) / np.maximum(smooth, TINY))
    frames = np.fft.irfft(spectra * gains, axis=1).astype(np.float32) * _WINDOW
    sound = np.zeros(len(padded) + FRAME, np.float32)
    for at in range(FRAME // HOP):  # frames that do not overlap are laid at once
        part = frames[at :: FRAME // HOP].reshape(-1)
        sound[at * HOP : at * HOP + len(part)] += part
    quiet: Samples = sound[FRAME : FRAME + len(samples)] / np.float32(_OVERLAP)
    return quiet
