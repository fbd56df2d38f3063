"""Levels in bands."""

from __future__ import annotations

import numpy as np
import pytest

from natter_turn.sound.spectrum import BANDS, FLOOR_DB, Analyser, brightness_db, level_db


def tone(hertz: float, rate: int, seconds: float = 0.5, amplitude: float = 0.1) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.float32)


@pytest.mark.parametrize("hertz", [300, 1000, 3000])
def test_a_tone_lies_in_the_same_band_at_every_rate(hertz: float) -> None:
    loudest = {int(Analyser(rate).push(tone(hertz, rate))[10].argmax()) for rate in (8000, 16_000, 24_000)}
    assert len(loudest) == 1


def test_levels_are_the_same_at_every_rate() -> None:
    levels = [Analyser(rate).push(tone(1000, rate))[10].max() for rate in (8000, 16_000, 24_000)]
    assert max(levels) - min(levels) < 3.5


def test_results_do_not_depend_on_how_the_stream_is_cut() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, 16_000).astype(np.float32)
    whole = Analyser(16_000).push(sound)
    pieces = Analyser(16_000)
    rows = [row for start in range(0, len(sound), 313) for row in pieces.push(sound[start : start + 313])]
    assert len(whole) == len(rows) == 62
    np.testing.assert_allclose(whole, rows, atol=1e-4)


def test_silence_lies_on_the_floor() -> None:
    (row, *_) = Analyser(16_000).push(np.zeros(1024, np.float32))
    assert row.shape == (BANDS,)
    assert (row == FLOOR_DB).all()


def test_the_level_of_a_full_tone() -> None:
    assert level_db(tone(1000, 16_000, amplitude=1.0)) == pytest.approx(-3.0, abs=0.1)


def test_high_tones_are_bright() -> None:
    assert brightness_db(tone(3000, 16_000)[:512], 16_000) > -1
    assert brightness_db(tone(300, 16_000)[:512], 16_000) < -30
