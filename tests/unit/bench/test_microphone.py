from __future__ import annotations

import numpy as np
import pytest

from benchmarks.bench.microphone import STEP, Microphone
from benchmarks.bench.player import RATE
from benchmarks.bench.scenario import Cue, Echo, When

SILENCE = bytes(2 * STEP)


def cue(seconds: float) -> Cue:
    return Cue("speech", np.full(round(seconds * 16_000), 0.25, np.float32), When())


def heard(microphone: Microphone, frames: int, played: bytes = SILENCE) -> np.ndarray:
    return np.frombuffer(b"".join(microphone.frame(played) for _ in range(frames)), "<i2")


def test_a_cue_lies_where_it_was_placed() -> None:
    microphone = Microphone()
    placed = microphone.place(cue(0.1), 1000)
    samples = heard(microphone, 20)
    assert placed.end - placed.first == pytest.approx(0.1 * RATE, abs=2)
    assert not samples[:990].any()
    assert np.mean(samples[1100:3300]) == pytest.approx(0.25 * 32767, rel=0.01)
    assert not samples[placed.end + 10 :].any()


def test_what_should_have_begun_begins_now() -> None:
    microphone = Microphone()
    heard(microphone, 5)
    assert microphone.place(cue(0.1), 0).first == 5 * STEP


def test_cues_add_up() -> None:
    microphone = Microphone()
    microphone.place(cue(0.2), 0)
    microphone.place(cue(0.2), 0)
    assert np.median(heard(microphone, 5)) == pytest.approx(0.5 * 32767, rel=0.02)


def test_at_another_rate_a_cue_lies_at_the_same_time() -> None:
    microphone = Microphone(rate=16_000)
    placed = microphone.place(cue(0.1), 3 * STEP)
    samples = heard(microphone, 20)
    assert len(samples) == 20 * 320
    assert np.flatnonzero(samples)[[0, -1]].tolist() == [3 * 320, 3 * 320 + 1599]
    assert placed.end == 3 * STEP + 2400


@pytest.mark.parametrize("db", [-20.0, -10.0])
def test_an_echo_is_the_players_sound_later_and_softer(db: float) -> None:
    microphone = Microphone(Echo(db, 0.1, 0.05, seed=1))
    rng = np.random.default_rng(0)
    played = (rng.standard_normal(50 * STEP) * 3000).astype("<i2")
    out = np.concatenate(
        [np.frombuffer(microphone.frame(played[at : at + STEP].tobytes()), "<i2") for at in range(0, len(played), STEP)]
    )
    assert not out[: round(0.1 * RATE) - 1].any()
    assert out[round(0.1 * RATE)] != 0
    level = 20 * np.log10(np.std(out[RATE // 2 :]) / np.std(played))
    assert level == pytest.approx(db, abs=0.7)


def test_without_a_room_nothing_of_the_player_is_heard() -> None:
    assert not heard(Microphone(), 5, np.full(STEP, 9000, "<i2").tobytes()).any()
