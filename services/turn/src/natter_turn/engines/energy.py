"""Voice activity by loudness alone: no model, for tests and as a last resort."""

from __future__ import annotations

from typing import Final

import numpy as np

from natter_turn.engine import Samples

QUIET_DB: Final = -50.0
LOUD_DB: Final = -30.0


class Energy:
    """Loudness in dB below full scale, between quiet and loud, as if it were a probability."""

    name = "energy"

    def open(self) -> Energy:
        return self

    def reset(self) -> None:
        """There is nothing to forget."""

    def __call__(self, window: Samples) -> float:
        power = float(np.mean(np.square(window))) + 1e-12
        level = 10 * np.log10(power)
        return float(np.clip((level - QUIET_DB) / (LOUD_DB - QUIET_DB), 0.0, 1.0))
