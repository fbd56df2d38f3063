"""One attempt to speak one segment, and what is known of it so far. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from natter_protocol.tts import Word
from natter_tts import alignment
from natter_tts.alignment import Script
from natter_tts.engine import Mark, Samples


@dataclass(slots=True)
class Take:
    """Filled in as the engine goes on; all but ``first_sample`` is in samples of the engine."""

    number: int
    """Of the segment within the reply."""
    text: str
    script: Script
    first_sample: int
    """Where its audio begins in the reply, in samples of the output."""
    rate: int
    """Of the engine, in Hz."""
    marks: list[Mark] = field(default_factory=list)
    kept: list[Samples] = field(default_factory=list)
    """Audio that waits until all of it is there, of an engine that does not stream."""
    removed: int = 0
    """Silence taken away at the start."""
    duration: int = 0
    """Of what is left, once all is there."""
    first_audio_ms: float | None = None
    published: bool = False

    @property
    def syllable_s(self) -> float | None:
        """How long a syllable took, or None if nothing was heard."""
        weight = sum(self.script.weights())
        return self.duration / self.rate / weight if self.duration and weight else None

    def words(self, rate_out: int, syllable_s: float, *, complete: bool) -> tuple[tuple[Word, ...], bool]:
        """Return the written words with their samples, and whether the engine itself has told all of them.

        Args:
            rate_out: of the output, in Hz.
            syllable_s: how long a syllable takes, as long as that is all there is to go by.
            complete: whether all of the audio, and so every mark, is there.
        """
        if not complete:
            times = alignment.estimated(self.script, sum(self.script.weights()) * syllable_s * self.rate)
        else:
            times = alignment.aligned(self.script, [self._shifted(mark) for mark in self.marks], self.duration)

        def to_sample(sample: float) -> int:
            return self.first_sample + max(0, round(sample * rate_out / self.rate))

        exact = complete and alignment.covered(self.script, self.marks)
        return alignment.words(self.script, times, to_sample), exact

    def _shifted(self, mark: Mark) -> Mark:
        """Return the mark as it lies behind the silence that was taken away."""
        end = None if mark.end is None else mark.end - self.removed
        return Mark(mark.offset, mark.length, mark.start - self.removed, end)
