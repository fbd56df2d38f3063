"""The caller's voice so far."""

from __future__ import annotations

import pytest

from natter_turn.voice import ENOUGH, SLOWEST, Timbre, is_far

CALLER = Timbre(-26.0, -10.0, 100)


def heard(level: float, brightness: float, windows: int = 20) -> Timbre:
    return Timbre(level, brightness, windows)


def test_a_voice_from_across_the_room_is_softer_or_softer_and_duller() -> None:
    assert is_far(heard(-38, -10), CALLER)
    assert is_far(heard(-31, -18), CALLER)
    assert not is_far(heard(-31, -11), CALLER)
    assert not is_far(heard(-26, -20), CALLER)


def test_nobody_is_far_while_the_caller_is_not_known() -> None:
    assert not is_far(heard(-60, -30), Timbre(-26, -10, ENOUGH - 1))
    assert not is_far(heard(-60, -30, windows=2), CALLER)


def test_the_mean_is_over_windows() -> None:
    mean = Timbre(-20, -10, 1).joined(Timbre(-30, -20, 3))
    assert (mean.level_db, mean.brightness_db, mean.windows) == pytest.approx((-27.5, -17.5, 4))
    assert Timbre().joined(Timbre()) == Timbre()


def test_an_old_voice_fades() -> None:
    voice = Timbre(-20, -10, 10 * SLOWEST).joined(Timbre(-20, -10, 1))
    for _ in range(3):
        voice = voice.joined(Timbre(-30, -10, SLOWEST))
    assert voice.level_db < -28


def test_only_sure_speech_tells_of_a_voice() -> None:
    assert Timbre().heard(0.5, -20, -10) == Timbre()
    assert Timbre().heard(0.9, None, None) == Timbre()
    assert Timbre().heard(0.9, -20, -10) == Timbre(-20, -10, 1)
