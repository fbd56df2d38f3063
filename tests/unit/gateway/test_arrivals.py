"""When the user's samples came in, and when they were spoken."""

from __future__ import annotations

import pytest

from natter_gateway.arrivals import MAX, RECENT, Arrivals


def told(*pieces: tuple[int, float]) -> Arrivals:
    arrivals = Arrivals()
    for end, at in pieces:
        arrivals.note(end, at)
    return arrivals


def test_a_sample_lies_as_far_back_as_it_lies_before_the_end_of_its_piece() -> None:
    arrivals = told((320, 10.0), (640, 10.02))
    assert [arrivals.spoken(sample) for sample in (0, 320, 480, 640)] == pytest.approx([9.98, 10.0, 10.01, 10.02])


def test_what_has_not_come_has_no_time() -> None:
    assert told().spoken(0) is None
    assert told((320, 10.0)).spoken(321) is None
    assert told((320, 10.0)).when(321) is None


def test_a_piece_that_is_late_was_not_spoken_late() -> None:
    arrivals = told((320, 10.0), (640, 10.02), (960, 10.09), (1280, 10.10))
    assert arrivals.spoken(960) == pytest.approx(10.04)
    assert arrivals.when(960) == pytest.approx(10.09)


def test_a_piece_that_was_quicker_than_those_before_tells_nothing_about_them() -> None:
    arrivals = told((320, 10.5), (640, 10.02 + 0.5), (960, 10.04))
    assert arrivals.spoken(640) == pytest.approx(10.52)
    assert arrivals.spoken(960) == pytest.approx(10.04)


def test_what_is_long_past_tells_nothing_any_more() -> None:
    """A client whose clock runs slow, or that stopped for a while."""
    arrivals = told((320, 10.0), (RECENT + 640, 16.0), (RECENT + 960, 16.02))
    assert arrivals.spoken(RECENT + 960) == pytest.approx(16.02)


def test_when_the_piece_came_that_a_sample_is_in() -> None:
    arrivals = told((320, 10.0), (640, 10.02))
    assert [arrivals.when(sample) for sample in (1, 320, 321, 640, 641)] == [10.0, 10.0, 10.02, 10.02, None]


def test_it_forgets_what_is_long_past() -> None:
    arrivals = told(*((160 * number, number / 100) for number in range(1, 4 * MAX)))
    assert arrivals.spoken(160) is None
    assert arrivals.spoken(160 * (4 * MAX - 100)) == pytest.approx((4 * MAX - 100) / 100)
    assert len(arrivals._ends) <= 2 * MAX


def test_nothing_new_changes_nothing() -> None:
    assert told((320, 10.0), (320, 11.0)).when(320) == pytest.approx(10.0)
