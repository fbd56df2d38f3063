from __future__ import annotations

import numpy as np

from benchmarks.bench.player import RATE, UNKNOWN, Piece, Player

STEP = RATE // 50


def loud(samples: int) -> bytes:
    return np.full(samples, 1000, "<i2").tobytes()


def quiet(samples: int) -> bytes:
    return np.full(samples, 100, "<i2").tobytes()


def test_plays_at_1x_what_has_come_and_silence_after_it() -> None:
    player = Player()
    player.push("a", loud(STEP + 100))
    assert player.play(STEP) == loud(STEP)
    assert player.play(STEP) == loud(100) + bytes(2 * (STEP - 100))
    assert player.position == 2 * STEP
    assert player.tracks["a"].pieces == [Piece(0, 0, STEP + 100)]


def test_sound_that_comes_late_is_a_gap_and_goes_on_where_it_was() -> None:
    player = Player()
    player.push("a", loud(100))
    player.play(STEP)
    player.push("a", loud(50))
    player.play(STEP)
    assert player.tracks["a"].pieces == [Piece(0, 0, 100), Piece(STEP, 100, 50)]


def test_where_it_was_audible_to_the_sample() -> None:
    player = Player()
    player.push("a", quiet(30) + loud(40) + quiet(1000) + loud(10) + quiet(STEP * 10) + loud(5))
    for _ in range(20):
        player.play(STEP)
    first, second = player.tracks["a"].audible
    assert first == (30, 30 + 40 + 1000 + 10)  # so short a silence belongs to it
    assert second[0] == first[1] + STEP * 10
    assert player.tracks["a"].first_audible == 30
    assert player.tracks["a"].last_audible == second[1]


def test_a_drop_throws_away_what_waits_and_counts_what_still_comes() -> None:
    player = Player()
    player.push("a", loud(3 * STEP))
    player.play(STEP)
    player.drop()
    assert not player.waiting("a")
    assert player.play(STEP) == bytes(2 * STEP)
    player.push("a", loud(10))
    player.push("b", loud(20))
    assert player.tracks["a"].late == 10
    assert player.tracks["b"].late == 0
    assert player.play(STEP).startswith(loud(30))  # a player that knows no better plays it


def test_replies_are_in_the_order_in_which_they_were_heard() -> None:
    player = Player()
    player.push(UNKNOWN, loud(10))
    player.push("b", loud(10))
    player.push("a", loud(10))
    player.play(STEP)
    assert player.audible == ["b", "a"]


def test_a_piece_may_say_where_in_the_reply_it_lies() -> None:
    player = Player()
    player.push("a", loud(10), first=500)
    player.play(STEP)
    assert player.tracks["a"].pieces == [Piece(0, 500, 10)]
