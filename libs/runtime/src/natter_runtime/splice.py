"""One unbroken stream of input audio out of the frames as they come. Pure.

Frames may be repeated (a replay overlaps what was heard), missing (dropped on the way) or late. A
short gap is filled with silence at once; for a longer one the listener asks the gateway's ring, and
waits for the answer only so long.
"""

from __future__ import annotations

from typing import Final

from natter_protocol.audio import INPUT_RATE, AudioFrame

ASK_ABOVE: Final = INPUT_RATE * 60 // 1000
"""Samples; a longer gap is asked for again (60 ms, architecture: lanes)."""
PATIENCE: Final = INPUT_RATE * 400 // 1000
"""Samples of newer audio that may wait behind a gap before it is given up."""
LONGEST: Final = INPUT_RATE * 30
"""Samples; a gap longer than the gateway's ring is skipped, not filled."""


class Splicer:
    """Turns frames into a contiguous stream.

    Args:
        position: first sample wanted; None starts with whatever comes first.
    """

    def __init__(self, position: int | None = None) -> None:
        self.position = position
        self.lost = 0
        """Samples that never came."""
        self._waiting: dict[int, AudioFrame] = {}
        self._asked_through = 0

    def push(self, frame: AudioFrame) -> list[AudioFrame]:
        """Take one frame; return what now follows on without a gap, oldest first."""
        if self.position is None:
            self.position = frame.first_sample
        if frame.next_sample <= self.position or not frame.pcm:
            return []
        if frame.first_sample > self.position:
            known = self._waiting.get(frame.first_sample)
            if known is None or known.samples < frame.samples:
                self._waiting[frame.first_sample] = frame
        else:
            self._waiting[self.position] = _cut(frame, self.position)
        return self._ready()

    def wanted(self) -> tuple[int, int] | None:
        """Return the gap (first sample, end) to ask for again, once per gap; None if there is none."""
        if self.position is None or not self._waiting:
            return None
        end = min(self._waiting)
        if end - self.position <= ASK_ABOVE or end <= self._asked_through:
            return None
        self._asked_through = end
        return self.position, end

    def _ready(self) -> list[AudioFrame]:
        assert self.position is not None
        ready: list[AudioFrame] = []
        while self._waiting:
            first = min(self._waiting)
            if first > self.position:
                filler = self._filler(first)
                if filler is None:
                    break
                ready.extend(filler)
                self.position = first
            frame = _cut(self._waiting.pop(first), self.position)
            if frame.pcm:
                ready.append(frame)
                self.position = frame.next_sample
        return ready

    def _filler(self, end: int) -> list[AudioFrame] | None:
        """Return silence up to ``end``, or None if the gap, or what the answer has left of it, is worth waiting for."""
        assert self.position is not None
        gap = end - self.position
        newest = max(frame.next_sample for frame in self._waiting.values())
        asked = end <= self._asked_through
        if (gap > ASK_ABOVE or asked) and newest - end < PATIENCE:
            return None
        self.lost += gap
        if gap > LONGEST:
            return []
        return [AudioFrame(bytes(2 * gap), self.position, filled=True)]


def _cut(frame: AudioFrame, position: int) -> AudioFrame:
    """Return the part of ``frame`` from ``position`` on."""
    skip = max(0, position - frame.first_sample)
    if not skip:
        return frame
    return AudioFrame(frame.pcm[2 * skip :], position, frame.seq, frame.claim, frame.epoch, frame.end, frame.filled)
