"""How much each piece of evidence says about the end of a turn. Written by ``benchmarks/train_endpointing.py``."""

from __future__ import annotations

from typing import Final, NamedTuple


class Weight(NamedTuple):
    """A feature is taken relative to its mean and deviation in the training set, times ``factor``."""

    factor: float
    mean: float
    deviation: float


BIAS: Final = -0.216
WEIGHTS: Final = {
    "sound": Weight(0.690, 0.797, 2.490),
    "ends_sentence": Weight(0.146, 2.299, 1.511),
    "reads_complete": Weight(0.709, -2.332, 1.538),
    "unfinished": Weight(-0.583, 0.070, 0.255),
}
