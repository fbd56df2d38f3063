"""Silero on real speech."""

from __future__ import annotations

import numpy as np
import pytest

from natter_turn.activity import WINDOW
from natter_turn.engine import Samples
from natter_turn.engines.silero import Silero
from tests.support.turn_models import need_model, question

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def silero() -> Silero:
    return Silero(need_model("vad", "silero-v6"))


def windows(sound: Samples) -> list[Samples]:
    return [sound[start : start + WINDOW] for start in range(0, len(sound) - WINDOW + 1, WINDOW)]


def test_speech_is_told_from_silence_and_noise(silero: Silero) -> None:
    detector = silero.open()
    rng = np.random.default_rng(3)
    quiet = [detector(np.zeros(WINDOW, np.float32)) for _ in range(30)]
    noise = [detector((rng.standard_normal(WINDOW) * 0.02).astype(np.float32)) for _ in range(30)]
    speech = np.array([detector(window) for window in windows(question())])
    assert max(quiet) < 0.1
    assert max(noise) < 0.3
    assert np.all(speech[15:55] > 0.8)
    assert np.all(speech[-4:] < 0.2)


def test_sessions_do_not_hear_each_other(silero: Silero) -> None:
    sound = windows(question())
    alone = silero.open()
    expected = [alone(window) for window in sound]
    one, other = silero.open(), silero.open()
    heard = []
    for window in sound:
        heard.append(one(window))
        other(np.zeros(WINDOW, np.float32))
    assert heard == expected


def test_a_reset_forgets_all_that_was_heard(silero: Silero) -> None:
    sound = windows(question())
    detector = silero.open()
    first = [detector(window) for window in sound]
    detector.reset()
    assert [detector(window) for window in sound] == first
