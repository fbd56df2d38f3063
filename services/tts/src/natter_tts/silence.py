"""The silence around a segment: what the engine adds is taken away, what the punctuation asks for is put in. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np

from natter_tts.engine import Samples

QUIET: Final = 200
"""Amplitude below which a sample is silence: -44 dB of full scale, above the noise of the CMU voices."""
LEAD_S: Final = 0.01
"""Silence that is left in front of the first sound, so that a soft onset is not cut."""
TAIL_S: Final = 0.04
"""Silence that is left behind the last sound, for its decay."""

PAUSES: Final = {",": 0.12, ";": 0.2, ":": 0.2, ".": 0.3, "!": 0.3, "?": 0.3}
"""Seconds between two segments by the punctuation at the end of the first."""
LINE_PAUSE_S: Final = 0.4
"""Seconds where a new paragraph or list item follows."""


def pause_after(written: str, spoken: str) -> float:
    """Return how many seconds of silence belong between this segment and the next.

    Args:
        written: the segment's text, with the white space at its end.
        spoken: what was said for it.
    """
    if "\n" in written[len(written.rstrip()) :]:
        return LINE_PAUSE_S
    return PAUSES.get(spoken.rstrip()[-1:], 0.0)


class Trimmer:
    """Passes on a stream of samples without the silence at its start and end.

    Silence inside is held back until sound follows, so the stream may be cut anywhere.
    """

    def __init__(self, rate: int) -> None:
        self._lead = round(LEAD_S * rate)
        self._tail = round(TAIL_S * rate)
        self._held: Samples = np.zeros(0, np.int16)
        self.removed = 0
        """Samples taken away at the start; final once :attr:`audible`."""
        self.audible = False
        """Whether anything was passed on."""

    def feed(self, samples: Samples) -> Samples:
        """Take more samples; return those that are certain to be wanted."""
        held = np.concatenate([self._held, samples])
        loud = np.flatnonzero(np.abs(held.astype(np.int32)) > QUIET)
        if not self.audible:
            if not len(loud):
                keep = held[-self._lead :] if self._lead else held[:0]
                self.removed += len(held) - len(keep)
                self._held = keep
                return held[:0]
            first = max(0, int(loud[0]) - self._lead)
            self.removed += first
            held, loud = held[first:], loud - first
            self.audible = True
        end = int(loud[-1]) + 1 if len(loud) else 0
        self._held = held[end:]
        return held[:end]

    def finish(self) -> Samples:
        """Return what is left at the end: the decay of the last sound."""
        held, self._held = self._held, self._held[:0]
        return held[: self._tail] if self.audible else held[:0]
