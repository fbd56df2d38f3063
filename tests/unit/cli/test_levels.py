"""The end of speech, by level."""

from __future__ import annotations

import numpy as np

from natter_cli import levels

RATE = 24_000


def sound(*pieces: tuple[float, float]) -> bytes:
    """Noise: pairs of seconds and amplitude."""
    random = np.random.default_rng(1)
    parts = [amplitude * random.uniform(-1, 1, int(seconds * RATE)) for seconds, amplitude in pieces]
    return (np.concatenate(parts) * 32767).astype("<i2").tobytes()


def test_the_last_speech_before() -> None:
    loud = levels.loud_frames(sound((0.5, 0), (1, 0.3), (0.5, 0), (1, 0.3), (1, 0)), RATE)
    assert levels.end_of_speech(loud, RATE, 4 * RATE) == 3 * RATE
    assert levels.end_of_speech(loud, RATE, int(1.8 * RATE)) == int(1.5 * RATE)
    assert levels.end_of_speech(loud, RATE, int(0.4 * RATE)) is None


def test_background_noise_is_not_speech() -> None:
    loud = levels.loud_frames(sound((0.5, 0.01), (1, 0.3), (0.5, 0.01)), RATE)
    end = levels.end_of_speech(loud, RATE, 2 * RATE)
    assert end is not None
    assert abs(end - 1.5 * RATE) <= RATE // 50


def test_speech_without_any_pause_is_speech() -> None:
    loud = levels.loud_frames(sound((1, 0.3)), RATE)
    assert levels.end_of_speech(loud, RATE, RATE) == RATE


def test_nothing() -> None:
    assert levels.end_of_speech(levels.loud_frames(b"", RATE), RATE, RATE) is None
    assert levels.end_of_speech(levels.loud_frames(bytes(2 * RATE), RATE), RATE, RATE) is None
