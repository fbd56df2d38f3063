"""One session's input audio as it comes from the bus: put in order, kept for a while, asked for again."""

from __future__ import annotations

from natter_protocol.audio import AudioFrame, AudioReplay
from natter_runtime.splice import Splicer
from natter_stt.engine import Passage
from natter_stt.recent import RecentAudio


class Ear:
    """Takes frames, gives passages."""

    def __init__(self) -> None:
        self._splicer = Splicer()
        self._recent = RecentAudio()
        self.lost = 0
        """Samples that never came, not even when asked for again."""

    @property
    def start(self) -> int:
        """Position of the oldest sample that is kept."""
        return self._recent.start

    @property
    def end(self) -> int:
        """Position of the sample that comes next."""
        return self._recent.end

    def take(self, frame: AudioFrame) -> AudioReplay | None:
        """Hear one frame; return what to ask the gateway for, if something is missing before it."""
        before = self._splicer.lost
        for piece in self._splicer.push(frame):
            self._recent.append(piece)
        self.lost += self._splicer.lost - before
        gap = self._splicer.wanted()
        return AudioReplay(first_sample=gap[0], end_sample=gap[1]) if gap else None

    def reach_back(self, sample: int) -> None:
        """Begin anew at ``sample``, which is older than what is kept.

        The next frame leaves a gap behind it, and so has the gateway asked for all in between.
        """
        self._splicer = Splicer(sample)
        self._recent = RecentAudio()

    def passage(self, first: int, end: int) -> Passage:
        """Return the audio from ``first`` up to ``end``, as far as it is kept."""
        return self._recent.passage(first, end)

    def forget_before(self, sample: int) -> None:
        """Keep nothing before ``sample``."""
        self._recent.forget_before(sample)
