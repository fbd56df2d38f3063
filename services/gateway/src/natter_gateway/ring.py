"""The last 30 s of input audio: the only part of a call that lives in one process alone (rule R3)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from natter_protocol.audio import FRAME_MS, AudioFrame

SECONDS: Final = 30


class Ring:
    """Keeps the newest frames, by their sample positions."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._frames: deque[AudioFrame] = deque(maxlen=int(seconds * 1000 / FRAME_MS))

    def add(self, frame: AudioFrame) -> None:
        """Keep ``frame``; the oldest gives way."""
        self._frames.append(frame)

    def between(self, first_sample: int, end_sample: int = 0) -> Iterator[AudioFrame]:
        """Yield the frames that hold any of ``first_sample`` to ``end_sample`` (exclusive; 0: to the newest)."""
        for frame in self._frames:
            if frame.next_sample > first_sample and (not end_sample or frame.first_sample < end_sample):
                yield frame
