"""Where in the call "now" is."""

from __future__ import annotations

from natter_gateway.records.axis import Axis

SECOND = 16_000


def test_before_the_first_audio_it_follows_the_clock() -> None:
    axis = Axis(100.0)
    assert axis.now(100.0) == 0
    assert axis.now(101.5) == 1.5 * SECOND
    assert axis.ms(102.0) == 2000


def test_from_the_first_audio_on_the_samples_are_the_time() -> None:
    axis = Axis(100.0)
    assert axis.hear(0, 320, 105.0)
    assert not axis.hear(320, 640, 105.02)
    assert axis.offset == 5 * SECOND
    assert axis.of_input(640) == 5 * SECOND + 640
    assert axis.now(105.02) == 5 * SECOND + 640


def test_between_two_pieces_of_audio_the_clock_goes_on_but_not_for_long() -> None:
    axis = Axis(100.0)
    axis.hear(0, 1600, 100.0)
    assert axis.now(100.1) == 1600 + 1600
    assert axis.now(100.2) == 1600 + 3200
    assert axis.now(110.0) == 1600 + 4800  # from 300 ms on silence is filled in, and comes as samples


def test_it_never_goes_back() -> None:
    axis = Axis(100.0)
    axis.hear(0, 1600, 100.0)
    ahead = axis.now(100.3)
    axis.hear(1600, 1920, 100.3)  # the client sends slower than real time
    assert axis.now(100.3) == ahead


def test_a_burst_moves_it_on_at_once() -> None:
    axis = Axis(100.0)
    axis.hear(0, 10 * SECOND, 100.0)
    assert axis.now(100.0) == 10 * SECOND


def test_another_gateway_goes_on_with_it() -> None:
    axis = Axis(100.0, input_at_ms=3000, position=20 * SECOND)
    assert axis.now(130.0) == 23 * SECOND + 4800
    axis = Axis(100.0, input_at_ms=3000, position=20 * SECOND)
    assert not axis.hear(20 * SECOND, 20 * SECOND + 320, 130.0)
    assert axis.input_ms(20 * SECOND) == 23_000
    assert axis.now(130.0) == 23 * SECOND + 320
