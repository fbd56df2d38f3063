from __future__ import annotations

import numpy as np
import pytest

from natter_stt.segments import cuts, is_empty, quietest
from tests.support.stt_audio import MS, noise


def with_pauses(ms: int, *pauses: tuple[int, int]) -> np.ndarray:
    sound = noise(ms, level=0.1)
    for start, end in pauses:
        sound[start * MS : end * MS] *= 0.01
    return sound


def test_the_cut_is_in_the_middle_of_the_pause() -> None:
    sound = with_pauses(2000, (1200, 1400))
    assert abs(quietest(sound, 0, len(sound)) - 1300 * MS) <= 30 * MS


def test_a_pause_wins_over_the_closure_of_a_stop() -> None:
    sound = with_pauses(2000, (500, 560), (1200, 1400))
    assert 1200 * MS <= quietest(sound, 0, len(sound)) <= 1400 * MS


def test_only_the_given_range_is_looked_at() -> None:
    sound = with_pauses(2000, (100, 400))
    assert 1000 * MS <= quietest(sound, 1000 * MS, 2000 * MS) <= 2000 * MS


def test_a_range_without_a_whole_frame_is_cut_in_its_middle() -> None:
    assert quietest(noise(100), 10, 20) == 15


@pytest.mark.parametrize("ms", [0, 100, 15_000])
def test_what_is_short_enough_is_not_cut(ms: int) -> None:
    assert cuts(noise(ms), 15_000 * MS) == []


def test_long_audio_is_cut_at_its_pauses() -> None:
    sound = with_pauses(38_000, (12_000, 12_300), (24_000, 24_300))
    first, second = cuts(sound, 15_000 * MS)
    assert 12_000 * MS <= first <= 12_300 * MS
    assert 24_000 * MS <= second <= 24_300 * MS


@pytest.mark.parametrize("seed", range(5))
def test_no_piece_is_ever_too_long_or_empty(seed: int) -> None:
    random = np.random.default_rng(seed)
    sound = noise(int(random.integers(1, 60_000)), seed=seed) * np.float32(random.random())
    longest = int(random.integers(500, 15_000)) * MS
    edges = [0, *cuts(sound, longest), len(sound)]
    lengths = np.diff(edges)
    assert lengths.max() <= longest
    assert lengths.min() > 0


def test_only_digital_silence_is_empty() -> None:
    assert is_empty(np.zeros(1600, np.float32))
    assert is_empty(np.zeros(0, np.float32))
    assert not is_empty(noise(100, level=0.001))
