"""How much each piece of evidence says about the end of a turn. Written by ``benchmarks/train_endpointing.py``."""

from __future__ import annotations

from typing import Final, NamedTuple


class Weight(NamedTuple):
    """A feature is taken relative to its mean and deviation in the training set, times ``factor``."""

    factor: float
    mean: float
    deviation: float


BIAS: Final = -0.227
WEIGHTS: Final = {
    "sound": Weight(0.695, 0.797, 2.490),
    "ends_sentence": Weight(0.138, 2.269, 1.538),
    "reads_complete": Weight(0.736, -2.354, 1.544),
    "last_word": Weight(-0.054, -0.272, 0.447),
    "unfinished": Weight(-0.589, 0.072, 0.259),
    "question": Weight(-0.060, 0.089, 0.285),
    "short": Weight(0.013, 0.222, 0.416),
}
