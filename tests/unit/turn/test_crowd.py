"""One voice, or many at once."""

from __future__ import annotations

import statistics

import pytest

from natter_turn.crowd import ENOUGH, Dynamics, is_crowd

ONE = [-20.0, -24.0, -36.0, -22.0] * 5
MANY = [-20.0, -24.0, -21.0, -26.0] * 5


def heard(levels: list[float]) -> Dynamics:
    dynamics = Dynamics()
    for level in levels:
        dynamics = dynamics.heard(level)
    return dynamics


def test_what_is_joined_is_as_if_heard_in_one_piece() -> None:
    levels = [-20.0, -31.0, -27.0, -24.0, -38.0, -22.0]
    whole, joined = heard(levels), heard(levels[:2]).joined(heard(levels[2:]))
    assert whole.variance == pytest.approx(statistics.pvariance(levels))
    assert (joined.windows, joined.softest_db) == (6, -38.0)
    assert (joined.mean_db, joined.variance) == pytest.approx((whole.mean_db, whole.variance))


def test_what_has_no_level_says_nothing() -> None:
    assert Dynamics().heard(None) == Dynamics() == Dynamics().joined(Dynamics())


def test_many_voices_have_no_gaps_where_one_has() -> None:
    assert not is_crowd(heard(ONE), room_db=-65.0)
    assert is_crowd(heard(MANY), room_db=-65.0)


def test_it_takes_a_while_to_tell() -> None:
    assert not is_crowd(heard(MANY[: ENOUGH - 1]), room_db=-65.0)


def test_a_voice_whose_gaps_are_filled_by_the_noise_of_the_room_is_one() -> None:
    assert not is_crowd(heard(MANY), room_db=-30.0)
