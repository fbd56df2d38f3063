"""Less noise around the user's voice: ``voice_focus``, at the edge, before anybody hears it.

WebRTC's noise suppressor (Loizou's spectral weighting with a noise floor that is learned; ``webrtc-noise-gain``)
takes 10 ms at a time, and what it gives is 6 ms late. It helps against what sounds the same all the time and costs
words when there is nothing to suppress (``benchmarks/focus.py``), so it is off unless the client asks for it.
"""

from __future__ import annotations

from math import ceil
from typing import Final

from webrtc_noise_gain import AudioProcessor

LEVELS: Final = {"near-field": 4, "far-field": 2}
"""The strongest of WebRTC's four levels that is used: a voice from far away is too like the noise for more."""
THRESHOLD: Final = 0.85
"""``voice_focus_threshold``, if it is not stated."""
CHUNK: Final = 320
"""Bytes that are taken at a time: 10 ms of 16 kHz."""


def level(mode: str | None, threshold: float | None) -> int:
    """Return WebRTC's level, 0 (off) to 4."""
    share = THRESHOLD if threshold is None else threshold
    return 0 if mode is None else ceil(share * LEVELS[mode])


class Focus:
    """Frames of 16 kHz PCM16 in, as many and as long frames out."""

    def __init__(self, mode: str | None = None, threshold: float | None = None) -> None:
        self._level = 0
        self._processor: AudioProcessor | None = None
        self.change(mode, threshold)

    def change(self, mode: str | None, threshold: float | None) -> None:
        """From now on suppress so much; a change of the level learns the noise anew."""
        wanted = level(mode, threshold)
        if wanted != self._level:
            self._level = wanted
            self._processor = AudioProcessor(0, wanted) if wanted else None

    def clean(self, frame: bytes) -> bytes:
        """Return ``frame`` (whole multiples of 10 ms) with less noise."""
        if self._processor is None:
            return frame
        process = self._processor.Process10ms
        return b"".join(process(frame[at : at + CHUNK]).audio for at in range(0, len(frame), CHUNK))
