"""What the agent is saying, on the axis of the user's audio: the reference that an echo is compared with.

The gateway tells ten times a second which sample of the reply is being played, and which sample of the input
was the newest then. Between two reports playback goes on at 1x. How much later the loudspeaker's sound is back
in the microphone is not known here: :mod:`natter_turn.sound.echo` finds it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from natter_protocol.audio import INPUT_RATE, AudioFrame
from natter_protocol.playback import PlaybackProgress, PlaybackState
from natter_turn.sound.spectrum import BANDS, FLOOR_DB, Analyser, Levels

SILENT: Final[Levels] = np.full(BANDS, FLOOR_DB, np.float32)
MAX_AGE: Final = INPUT_RATE // 2
"""A report that is older, in samples of input, says nothing any more."""
MAX_REPLIES: Final = 4
MAX_HOPS: Final = 62 * 660
"""Eleven minutes: a little more than the longest reply."""


class Reference:
    """The replies' audio by band and hop.

    Args:
        rate: samples per second of the agent's audio.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._analysers: dict[int, Analyser] = {}
        self._rows: dict[int, list[Levels]] = {}
        self._ends: dict[int, int] = {}
        self._report: PlaybackProgress | None = None
        self._lengths: dict[int, int] = {}

    def hear(self, frame: AudioFrame) -> None:
        """Take a frame of a reply; what is missing before it counts as silence, what comes again as nothing."""
        epoch = frame.epoch
        if epoch not in self._rows:
            self._begin(epoch)
        position = self._ends.get(epoch, 0)
        if frame.end:
            self.lengths[epoch] = frame.next_sample
        if frame.next_sample <= position or len(self._rows[epoch]) > MAX_HOPS:
            return
        samples = np.frombuffer(frame.pcm, "<i2").astype(np.float32) / 32768
        gap = max(0, frame.first_sample - position)
        new = samples[max(0, position - frame.first_sample) :]
        self._rows[epoch] += self._analysers[epoch].push(np.concatenate([np.zeros(gap, np.float32), new]))
        self._ends[epoch] = frame.next_sample

    def _begin(self, epoch: int) -> None:
        self._analysers[epoch], self._rows[epoch] = Analyser(self._rate), []
        for old in sorted(self._rows)[:-MAX_REPLIES]:
            for known in (self._analysers, self._rows, self._ends, self.lengths):
                known.pop(old, None)

    @property
    def lengths(self) -> dict[int, int]:
        """Samples of each reply whose last frame has come."""
        return self._lengths

    def report(self, progress: PlaybackProgress) -> None:
        """Take the gateway's word on where playback stands."""
        self._report = progress

    def at(self, sample: int) -> Levels:
        """Return what is being played, by that word, at input sample ``sample``."""
        report = self._report
        if report is None or report.state is not PlaybackState.PLAYING:
            return SILENT
        age = sample - report.at_sample
        if not 0 <= age <= MAX_AGE:
            return SILENT
        rows = self._rows.get(report.epoch)
        if not rows:
            return SILENT
        position = report.heard + age * self._rate // INPUT_RATE
        hop = position // self._analysers[report.epoch].hop
        return rows[hop] if hop < len(rows) else SILENT

    def left_ms(self, epoch: int) -> int | None:
        """Return how much of a reply is still to be heard; None while its end is not known."""
        report, length = self._report, self.lengths.get(epoch)
        if report is None or report.epoch != epoch or length is None:
            return None
        return max(0, length - report.heard) * 1000 // self._rate
