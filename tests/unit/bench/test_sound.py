from __future__ import annotations

import numpy as np
import pytest

from benchmarks.bench import sound
from benchmarks.bench.sound import RATE


def tone(seconds: float, hertz: float = 440.0) -> sound.Audio:
    return (0.1 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def test_a_hole_is_as_long_as_it_is_said_to_be() -> None:
    quiet = np.concatenate([tone(0.5), sound.silence(0.3), tone(0.4)])
    audio, (begin, end) = sound.with_hole(quiet, round(0.6 * RATE), round(0.7 * RATE), 1.25)
    assert end - begin == 1.25 * RATE
    assert not audio[begin:end].any()
    assert abs(begin - 0.5 * RATE) < 10  # cut hard at what can be heard, not where the word was said to end
    assert abs(len(audio) - end - 0.4 * RATE) < 10


def test_levels() -> None:
    assert sound.level_db(sound.at_level(tone(1.0), -26.0)) == pytest.approx(-26.0, abs=0.1)
    assert sound.level_db(sound.silence(0.001)) == -120.0


def test_off_axis_speech_is_softer_and_duller() -> None:
    rng = np.random.default_rng(1)
    speech = tone(0.5, 300.0) + tone(0.5, 6000.0)
    heard = sound.off_axis(speech, rng)
    assert sound.level_db(heard) == pytest.approx(sound.level_db(speech) - 12.0, abs=0.2)
    spectrum = np.abs(np.fft.rfft(heard))
    low, high = spectrum[150 - 5 : 150 + 5].max(), spectrum[3000 - 5 : 3000 + 5].max()
    assert low > 30 * high


def test_noise_has_the_same_power_whatever_its_colour() -> None:
    rng = np.random.default_rng(2)
    assert np.std(sound.white(1.0, rng)) == pytest.approx(1.0, abs=0.05)
    assert np.std(sound.pink(1.0, rng)) == pytest.approx(1.0, abs=0.05)
    assert np.std(sound.babble([tone(1.0, hertz) for hertz in (200, 300, 410)], 1.0, rng)) == pytest.approx(1, abs=0.05)
    assert np.max(np.abs(sound.cough(rng))) == pytest.approx(1.0, abs=0.01)


def test_pcm_at_another_rate() -> None:
    assert len(sound.to_pcm(tone(0.5), 24_000)) == 2 * 12_000
    assert sound.to_pcm(np.array([2.0, -2.0], np.float32)) == b"\xff\x7f\x01\x80"
