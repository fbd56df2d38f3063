from __future__ import annotations

import numpy as np
import pytest

from natter_stt.engine import Samples
from natter_stt.engines.denoise import FLOOR, quieter
from tests.support.stt_audio import MS, noise


def tone(ms: int, level: float) -> Samples:
    return (level * np.sin(2 * np.pi * 440 * np.arange(ms * MS) / 16_000)).astype(np.float32)


def power(samples: Samples) -> float:
    return float(np.mean(np.square(samples)))


def test_hiss_is_taken_down_and_what_is_louder_stays() -> None:
    hiss = noise(2000, 0.02)
    sound = hiss.copy()
    sound[1000 * MS :] += tone(1000, 0.3)
    quiet = quieter(sound)
    before, after = slice(100 * MS, 900 * MS), slice(1100 * MS, 1900 * MS)
    assert power(quiet[before]) < 0.3 * power(sound[before])
    assert power(quiet[after]) == pytest.approx(power(sound[after]), rel=0.1)


def test_nothing_is_taken_away_altogether() -> None:
    hiss = noise(1000, 0.05)
    assert power(quieter(hiss)) >= 0.5 * FLOOR**2 * power(hiss)


@pytest.mark.parametrize("samples", [1, 100, 1600, 1601, 16_000, 240_000])
def test_the_length_stays(samples: int) -> None:
    quiet = quieter(noise(15_000)[:samples])
    assert len(quiet) == samples
    assert quiet.dtype == np.float32


def test_silence_is_silent_and_the_input_is_left_alone() -> None:
    silence = np.zeros(8000, np.float32)
    assert not quieter(silence).any()
    hiss = noise(500)
    before = hiss.copy()
    quieter(hiss)
    assert np.array_equal(hiss, before)
