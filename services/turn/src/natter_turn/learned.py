"""How much each piece of evidence says about the end of a turn. Written by ``benchmarks/train_endpointing.py``."""

from __future__ import annotations

from typing import Final, NamedTuple


class Weight(NamedTuple):
    """A feature is taken relative to its mean and deviation in the training set, times ``factor``."""

    factor: float
    mean: float
    deviation: float


BIAS: Final = -0.390
WEIGHTS: Final = {
    "sound": Weight(0.771, 0.786, 2.621),
    "ends_sentence": Weight(0.291, 1.851, 1.612),
    "reads_complete": Weight(0.765, -2.186, 1.491),
    "last_word": Weight(0.348, -0.388, 0.543),
    "unfinished": Weight(-0.073, 0.108, 0.311),
    "question": Weight(0.193, 0.134, 0.341),
    "short": Weight(1.244, 0.134, 0.341),
}
