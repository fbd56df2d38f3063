"""The time of a call."""

from __future__ import annotations

import pytest

from natter_runtime.clock import ManualClock
from natter_turn.call_clock import STILL_S, CallClock


def test_before_the_first_audio_time_passes() -> None:
    clock = ManualClock()
    call = CallClock(clock)
    began = call.now()
    clock.advance(100)
    assert call.now() == began + 100


def test_while_nobody_is_there_time_stands() -> None:
    clock = ManualClock()
    call = CallClock(clock)
    call.heard()
    began = call.now()
    clock.advance(30)
    assert call.now() == began + STILL_S
    call.heard()
    assert call.now() == began + STILL_S
    clock.advance(0.5)
    call.heard()
    assert call.now() == began + STILL_S + 0.5


def test_it_never_goes_back() -> None:
    clock = ManualClock()
    call = CallClock(clock)
    times = []
    for step in range(200):
        clock.advance(0.02 if step % 50 else 3.0)
        times.append(call.now())
        call.heard()
        times.append(call.now())
    assert times == sorted(times)
    assert times[-1] - times[0] == pytest.approx(196 * 0.02 + 3 * STILL_S)
