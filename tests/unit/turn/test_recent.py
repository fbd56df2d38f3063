"""The ring of the user's newest audio, by sample position."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from natter_turn.engine import Samples
from natter_turn.recent import Recent

CAPACITY = 100


def counting(start: int, end: int) -> Samples:
    """Return samples that say where they are."""
    return np.arange(start, end, dtype=np.float32)


@given(st.lists(st.integers(1, 250), max_size=12), st.integers(0, 600), st.integers(0, 600))
def test_it_holds_the_newest_samples_whatever_pieces_they_came_in(pieces: list[int], start: int, end: int) -> None:
    recent = Recent(CAPACITY)
    position = 0
    for piece in pieces:
        recent.append(counting(position, position + piece), position + piece)
        position += piece
    first, last = max(start, position - CAPACITY, 0), min(end, position)
    np.testing.assert_array_equal(recent.between(start, end), counting(first, last))


@pytest.mark.parametrize(("start", "end"), [(50, 40), (0, 0), (200, 300), (-10, 0)])
def test_nothing_of_what_is_not_there(start: int, end: int) -> None:
    recent = Recent(CAPACITY)
    recent.append(counting(0, 60), 60)
    assert len(recent.between(start, end)) == 0


def test_what_is_taken_out_does_not_change_any_more() -> None:
    recent = Recent(CAPACITY)
    recent.append(counting(0, 60), 60)
    taken = recent.between(0, 60)
    recent.append(np.full(100, -1, np.float32), 160)
    np.testing.assert_array_equal(taken, counting(0, 60))


def test_before_a_gap_there_is_silence() -> None:
    """What was skipped is not filled with older audio."""
    recent = Recent(CAPACITY)
    recent.append(counting(1, 61), 60)
    recent.append(counting(500, 520), 520)
    np.testing.assert_array_equal(recent.between(440, 500), np.zeros(60, np.float32))
    np.testing.assert_array_equal(recent.between(500, 520), counting(500, 520))


def test_it_may_begin_in_the_middle_of_a_session() -> None:
    recent = Recent(CAPACITY)
    recent.append(counting(1000, 1010), 1010)
    np.testing.assert_array_equal(recent.between(1000, 1010), counting(1000, 1010))
    assert recent.end == 1010
