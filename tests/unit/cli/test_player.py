"""The player: 1x, in order, silent when it has nothing, empty after a flush."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from natter_cli.player import Player, first_audible


def pcm(*values: int) -> bytes:
    return np.array(values, dtype="<i2").tobytes()


def test_silence_until_there_is_something() -> None:
    player = Player()
    assert player.play(3) == pcm(0, 0, 0)
    player.push("r", pcm(1, 2))
    assert player.play(1) == pcm(1)
    assert player.queued == 1
    assert player.play(3) == pcm(2, 0, 0)
    assert player.recording == pcm(0, 0, 0, 1, 2, 0, 0)
    assert player.position == 7


def test_positions_of_a_reply() -> None:
    player = Player()
    player.play(10)
    player.push("r", pcm(0, 0, 500, 500))
    player.play(20)
    played = player.replies["r"]
    assert (played.first, played.audible, played.last, played.samples, played.gaps) == (10, 12, 14, 4, 0)


def test_running_dry_is_counted() -> None:
    player = Player()
    player.push("r", pcm(1, 1))
    player.play(4)
    player.push("r", pcm(1, 1))
    player.play(2)
    assert player.replies["r"].gaps == 1


def test_flush_drops_what_waits() -> None:
    player = Player()
    player.push("a", pcm(1, 2, 3, 4))
    player.push("b", pcm(5, 6))
    player.play(1)
    player.flush()
    assert player.play(2) == pcm(0, 0)
    assert player.replies["a"].dropped == 3
    assert player.replies["b"].dropped == 2
    assert player.replies["b"].first is None


def test_time_does_not_run_backwards() -> None:
    player = Player()
    assert len(player.play_until(5)) == 10
    assert player.play_until(3) == b""
    assert player.position == 5


def test_nothing_is_kept_where_nobody_wants_it() -> None:
    player = Player(record=False)
    player.push("r", pcm(1))
    player.play(5)
    assert player.recording == b""


def test_first_audible() -> None:
    assert first_audible(pcm(0, 100, -400, 0)) == 2
    assert first_audible(pcm(0, 327)) is None


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 9))))
def test_all_that_is_pushed_is_played_once_in_order(steps: list[tuple[int, int]]) -> None:
    player, counter, pushed = Player(), 1, bytearray()
    for push, play in steps:
        piece = pcm(*range(counter, counter + push))
        counter += push
        pushed += piece
        player.push("r", piece)
        player.play(play)
    player.play(player.queued)
    heard = np.frombuffer(player.recording, "<i2")
    assert heard[heard != 0].astype("<i2").tobytes() == bytes(pushed)
    assert player.position * 2 == len(player.recording)
