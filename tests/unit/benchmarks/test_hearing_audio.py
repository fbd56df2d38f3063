from __future__ import annotations

import numpy as np
import pytest

from benchmarks.bench.hearing_audio import CONDITIONS, SOUNDS, heard, mu_law, nobody, power_db
from benchmarks.bench.sound import RATE, Audio


def tone(seconds: float = 1.0, level: float = 0.1) -> Audio:
    return (level * np.sin(2 * np.pi * 440 * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


VOICES = [tone(2.0, 0.05) for _ in range(9)]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_speech_lies_where_it_is_said_to(condition: str) -> None:
    audio, start, end = heard(tone(), condition, VOICES, np.random.default_rng(0))
    assert end - start == RATE
    assert audio.dtype == np.float32
    assert power_db(audio[start:end]) > power_db(tone()) - 1


@pytest.mark.parametrize(("condition", "db"), [("white 10 dB", 10), ("babble 5 dB", 5), ("6 talkers 10 dB", 10)])
def test_noise_is_so_much_below_the_speech(condition: str, db: float) -> None:
    audio, start, end = heard(tone(), condition, VOICES, np.random.default_rng(0))
    noise = np.concatenate([audio[:start], audio[end:]])
    assert power_db(tone()) - power_db(noise) == pytest.approx(db, abs=1.5)


def test_the_same_seed_gives_the_same_noise() -> None:
    one, other = (heard(tone(), "white 5 dB", VOICES, np.random.default_rng(3))[0] for _ in range(2))
    assert np.array_equal(one, other)


def test_the_telephone_keeps_the_voice_and_takes_what_is_high() -> None:
    low, high = tone(), (tone() * np.sin(2 * np.pi * 6000 * np.arange(RATE) / RATE)).astype(np.float32)
    assert power_db(mu_law(low)) == pytest.approx(power_db(low), abs=0.5)
    assert power_db(mu_law(high)) < power_db(high) - 20


@pytest.mark.parametrize("kind", [*SOUNDS, "babble"])
def test_a_sound_that_nobody_said_is_there(kind: str) -> None:
    audio, start, end = nobody(kind, 0.6, VOICES, np.random.default_rng(1))
    assert power_db(audio[start:end]) > power_db(audio[: start // 2]) + 6
