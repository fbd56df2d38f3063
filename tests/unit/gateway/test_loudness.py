"""Where the user's last sound lies."""

from __future__ import annotations

import numpy as np
import pytest

from natter_cli import levels, wav
from natter_gateway.loudness import BEFORE, FRAME, last_sound
from tests.support import corpus

RATE = 16_000


def pcm(*pieces: tuple[float, float]) -> bytes:
    """Return noise: pieces of so many seconds, at such a level."""
    rng = np.random.default_rng(1)
    parts = [rng.standard_normal(round(seconds * RATE)) * level for seconds, level in pieces]
    return (np.clip(np.concatenate(parts), -1, 1) * 32767).astype("<i2").tobytes()


def test_the_detector_holds_on_longer_than_the_sound() -> None:
    audio = pcm((1.0, 0.1), (0.5, 0.0005))
    assert last_sound(audio, 0, round(1.05 * RATE)) == pytest.approx(RATE, abs=FRAME)


def test_positions_count_from_the_start_of_the_session() -> None:
    audio = pcm((1.0, 0.1), (0.5, 0.0005))
    assert last_sound(audio, 80_000, 80_000 + round(1.05 * RATE)) == pytest.approx(80_000 + RATE, abs=FRAME)


def test_a_sound_just_behind_the_detectors_end_still_counts_and_a_later_one_does_not() -> None:
    audio = pcm((1.0, 0.1), (0.3, 0.0005), (0.2, 0.1))
    assert last_sound(audio, 0, round(0.95 * RATE)) == pytest.approx(RATE, abs=FRAME)


def test_where_both_disagree_the_detector_counts() -> None:
    audio = pcm((0.2, 0.1), (1.3, 0.0005))
    end = round(1.2 * RATE)
    assert last_sound(audio, 0, end) == end, "the last sound lies a second before"
    assert last_sound(bytes(2 * RATE), 0, 8000) == 8000, "nothing is loud"
    assert last_sound(b"", 0, 8000) == 8000


@pytest.mark.parametrize("name", ["osr_00.wav", "osr_03.wav", "osr_07.wav"])
def test_it_agrees_with_what_a_client_measures(name: str) -> None:
    """`natter talk` judges its own recording, padding included; here only the turn is seen."""
    speech = np.frombuffer(wav.to_pcm16(wav.read(corpus.need(name).path), RATE), "<i2")
    padded = np.concatenate([np.zeros(RATE, np.int16), speech, np.zeros(RATE, np.int16)]).astype("<i2")
    client = levels.end_of_speech(levels.loud_frames(padded.tobytes(), RATE), RATE, len(padded))
    assert client is not None
    heard_to = min(client + 640, len(padded))  # a detector that holds on by 40 ms
    seen = padded[RATE // 2 :]  # a turn, and some of what came before
    assert len(seen) > BEFORE
    assert abs(last_sound(seen.tobytes(), RATE // 2, heard_to) - client) <= 2 * FRAME
