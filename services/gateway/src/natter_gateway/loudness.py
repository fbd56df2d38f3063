"""Where the user's last sound lies: the voice detector tells it by windows of 32 ms, and holds on a little. Pure.

By the level alone, near where the detector heard the end: a frame of 5 ms is loud if its RMS is above -50 dB,
above three times the quietest tenth, and above 8 % of the loudest tenth. For clean speech that is within a frame
of what an editor would mark; where the detector and the level disagree, the detector counts.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from natter_protocol.audio import INPUT_RATE

FRAME: Final = INPUT_RATE // 200
"""Samples of 5 ms."""
BEFORE: Final = INPUT_RATE
"""So much of what came before the turn is needed to know how quiet it is when nobody speaks."""
LONGEST: Final = 6 * INPUT_RATE
"""So much of a turn's end is enough to know how loud it is when somebody does."""
LATER: Final = INPUT_RATE // 10
"""So much after the detector's end a sound may still belong to the turn."""
EARLIER: Final = INPUT_RATE // 2
"""So much before it the last sound may lie."""
QUIET: Final = 0.003
ABOVE_FLOOR: Final = 3.0
BELOW_LOUD: Final = 0.08


def last_sound(pcm: bytes, first_sample: int, end_sample: int) -> int:
    """Return the sample after the last loud frame near ``end_sample``; ``end_sample`` itself if there is none.

    Args:
        pcm: the end of the turn and what came before it (:data:`LONGEST`, :data:`BEFORE`), 16 kHz, contiguous.
        first_sample: position of its first sample.
        end_sample: where the voice detector heard the end.
    """
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
    count = min(len(samples), max(0, end_sample + LATER - first_sample)) // FRAME
    if not count:
        return end_sample
    rms = np.sqrt(np.mean(np.square(samples[: count * FRAME].reshape(count, FRAME)), axis=1))
    floor, loud = np.percentile(rms, (10, 90))
    threshold = max(QUIET, min(ABOVE_FLOOR * float(floor), 0.5 * float(loud)), BELOW_LOUD * float(loud))
    (found,) = np.nonzero(rms > threshold)
    if not len(found):
        return end_sample
    end = first_sample + (int(found[-1]) + 1) * FRAME
    return end if end_sample - end <= EARLIER else end_sample
