"""Levels of sound in bands, 16 ms by 16 ms, at whatever rate it comes."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from natter_turn.engine import Samples

Levels = NDArray[np.float32]
"""Decibels below full scale, ``[BANDS]``."""

BANDS: Final = 16
LOWEST_HZ: Final = 180.0
HIGHEST_HZ: Final = 3_900.0
"""What a telephone carries, too."""
HOPS_PER_S: Final = 62.5
FLOOR_DB: Final = -80.0
BRIGHT_HZ: Final = 2_000.0


class Analyser:
    """Band levels of a stream that comes in pieces of any length.

    Args:
        rate: samples per second, at least 8000.
    """

    def __init__(self, rate: int) -> None:
        self.hop = round(rate / HOPS_PER_S)
        """Samples between two results; each is about twice as many."""
        self._window = np.hanning(2 * self.hop).astype(np.float32)
        hertz = np.fft.rfftfreq(2 * self.hop, 1 / rate)
        mel = 2595 * np.log10(1 + hertz / 700)
        edges = np.linspace(2595 * np.log10(1 + LOWEST_HZ / 700), 2595 * np.log10(1 + HIGHEST_HZ / 700), BANDS + 1)
        inside = (mel[None] >= edges[:-1, None]) & (mel[None] < edges[1:, None])
        self._sum = (inside / np.maximum(inside.sum(axis=1, keepdims=True), 1)).astype(np.float32)
        self._scale = float(np.sum(self._window) / 2) ** 2
        self._waiting = np.zeros(self.hop, np.float32)

    def push(self, samples: Samples) -> list[Levels]:
        """Take more of the stream; return the levels of each hop that is now complete."""
        self._waiting = np.concatenate([self._waiting, samples])
        rows = []
        while len(self._waiting) >= 2 * self.hop:
            spectrum = np.fft.rfft(self._waiting[: 2 * self.hop] * self._window)
            power = (spectrum.real**2 + spectrum.imag**2) / self._scale
            rows.append(_decibels(self._sum @ power.astype(np.float32)))
            self._waiting = self._waiting[self.hop :]
        return rows


def _decibels(power: NDArray[np.float32]) -> Levels:
    levels: Levels = np.maximum(10 * np.log10(power + 1e-12), FLOOR_DB).astype(np.float32)
    return levels


def level_db(samples: Samples) -> float:
    """Return the level of ``samples``, dB below full scale."""
    return float(10 * np.log10(np.mean(np.square(samples)) + 1e-12))


def brightness_db(samples: Samples, rate: int) -> float:
    """Return the level of what lies above 2 kHz against that of the whole, in dB."""
    spectrum = np.fft.rfft(samples * np.hanning(len(samples)))
    power = spectrum.real**2 + spectrum.imag**2
    bright = power[round(BRIGHT_HZ * len(samples) / rate) :].sum()
    return float(10 * np.log10((bright + 1e-9) / (power.sum() + 1e-9)))
