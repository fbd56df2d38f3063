"""The newest input audio of one session, as one stretch without gaps. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np

from natter_protocol.audio import INPUT_RATE, AudioFrame
from natter_stt.engine import Passage

LIMIT: Final = 60 * INPUT_RATE
"""Samples; older audio is dropped whatever it is needed for."""
_FULL_SCALE: Final = 32768.0


class RecentAudio:
    """Holds the samples from :attr:`start` to :attr:`end` of the session's axis."""

    def __init__(self) -> None:
        self.start = 0
        self._pcm = bytearray()

    @property
    def end(self) -> int:
        """Position of the sample that comes next."""
        return self.start + len(self._pcm) // 2

    def append(self, frame: AudioFrame) -> None:
        """Add what follows; a frame that does not follow begins a new stretch."""
        if frame.first_sample != self.end:
            self._pcm.clear()
            self.start = frame.first_sample
        self._pcm += frame.pcm
        self.forget_before(self.end - LIMIT)

    def forget_before(self, sample: int) -> None:
        """Drop everything before ``sample``."""
        count = min(sample, self.end) - self.start
        if count > 0:
            del self._pcm[: 2 * count]
            self.start += count

    def passage(self, first: int, end: int) -> Passage:
        """Return the audio from ``first`` up to ``end``, as far as it is there."""
        first = min(max(first, self.start), self.end)
        end = min(max(end, first), self.end)
        pcm = bytes(self._pcm[2 * (first - self.start) : 2 * (end - self.start)])
        return Passage(np.frombuffer(pcm, "<i2").astype(np.float32) / _FULL_SCALE, first)
