"""Loudness as if it were a probability."""

from __future__ import annotations

import numpy as np
import pytest

from natter_turn.activity import WINDOW
from natter_turn.engines.energy import LOUD_DB, QUIET_DB, Energy


def at(level_db: float) -> float:
    """Return what is said of noise at a level, in dB below full scale."""
    noise = np.random.default_rng(1).standard_normal(WINDOW).astype(np.float32)
    noise *= 10 ** (level_db / 20) / np.sqrt(np.mean(noise**2))
    return Energy().open()(noise)


@pytest.mark.parametrize(
    ("level_db", "probability"),
    [(QUIET_DB - 20, 0.0), (QUIET_DB, 0.0), ((QUIET_DB + LOUD_DB) / 2, 0.5), (LOUD_DB, 1.0), (0.0, 1.0)],
)
def test_from_quiet_to_loud(level_db: float, probability: float) -> None:
    assert at(level_db) == pytest.approx(probability, abs=0.01)


def test_silence_is_no_speech() -> None:
    detector = Energy().open()
    detector.reset()
    assert detector(np.zeros(WINDOW, np.float32)) == 0.0
