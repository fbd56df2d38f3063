"""The last seconds of the user's audio, by sample position."""

from __future__ import annotations

import numpy as np

from natter_turn.engine import Samples


class Recent:
    """A ring of samples."""

    def __init__(self, capacity: int) -> None:
        self._samples = np.zeros(capacity, np.float32)
        self.end = 0
        """Position after the newest sample."""

    def append(self, samples: Samples, end: int) -> None:
        """Add ``samples``, the last of which lies just before position ``end``."""
        capacity = len(self._samples)
        if end - len(samples) != self.end:
            self._samples[:] = 0.0
        samples = samples[-capacity:]
        start = (end - len(samples)) % capacity
        first = min(len(samples), capacity - start)
        self._samples[start : start + first] = samples[:first]
        self._samples[: len(samples) - first] = samples[first:]
        self.end = end

    def between(self, start: int, end: int) -> Samples:
        """Return a copy of the samples from ``start`` to ``end``, as far as they are still there."""
        capacity = len(self._samples)
        end = min(end, self.end)
        start = max(start, self.end - capacity, 0)
        if start >= end:
            return np.zeros(0, np.float32)
        index = np.arange(start, end) % capacity
        return self._samples[index]
