"""Where speech ends in a recording, by its level alone: good enough for clean audio, and independent of any service."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_FRAME_S: Final = 0.01
_QUIET: Final = 0.003
"""RMS below which nothing counts as speech (-50 dB)."""
_ABOVE_FLOOR: Final = 3.0
_BELOW_LOUD: Final = 0.08


def loud_frames(pcm: bytes, rate: int) -> NDArray[np.bool_]:
    """Return for every 10 ms whether there is speech.

    A frame is loud if its RMS is above -50 dB, above three times the quietest tenth, and above 8 % of the
    loudest tenth of the recording.
    """
    frame = int(rate * _FRAME_S)
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
    count = len(samples) // frame
    if not count:
        return np.zeros(0, dtype=np.bool_)
    rms = np.sqrt(np.mean(samples[: count * frame].reshape(count, frame) ** 2, axis=1))
    floor, loud = np.percentile(rms, (10, 90))
    threshold = max(_QUIET, min(_ABOVE_FLOOR * float(floor), 0.5 * float(loud)), _BELOW_LOUD * float(loud))
    return np.asarray(rms > threshold)


def end_of_speech(loud: NDArray[np.bool_], rate: int, before: int) -> int | None:
    """Return the sample after the last speech before sample ``before``, or None if there is none."""
    frame = int(rate * _FRAME_S)
    (found,) = np.nonzero(loud[: max(0, before) // frame])
    return (int(found[-1]) + 1) * frame if len(found) else None
