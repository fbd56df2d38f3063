"""Smart Turn: its features against an independent implementation, its judgement on a real question."""

from __future__ import annotations

import numpy as np
import pytest

from natter_turn.engine import Samples
from natter_turn.engines.smart_turn import FRAMES, MELS, RATE, SAMPLES, SmartTurn, mel_filters
from tests.support.turn_models import need_model, question

pytestmark = pytest.mark.models

SILENCE = np.zeros(RATE // 5, np.float32)


@pytest.fixture(scope="module")
def judge() -> SmartTurn:
    return SmartTurn(need_model("turn", "smart-turn-v3.2"))


def test_the_filters_are_whispers() -> None:
    whisper = pytest.importorskip("faster_whisper.feature_extractor")
    np.testing.assert_allclose(mel_filters(), whisper.FeatureExtractor(feature_size=MELS).mel_filters, atol=1e-7)


def test_the_features_are_whispers_of_the_padded_and_scaled_sound(judge: SmartTurn) -> None:
    whisper = pytest.importorskip("faster_whisper.feature_extractor")
    sound = question()
    padded = np.pad(sound, (SAMPLES - len(sound), 0))
    scaled = ((padded - padded.mean()) / np.sqrt(padded.var() + 1e-7)).astype(np.float32)
    expected = whisper.FeatureExtractor(feature_size=MELS, chunk_length=8)(scaled, padding=0)
    np.testing.assert_allclose(judge.features(sound), expected[:, :FRAMES], atol=1e-5)


@pytest.mark.parametrize("seconds", [0, 0.1, 8, 20])
def test_sound_of_any_length_is_judged(judge: SmartTurn, seconds: float) -> None:
    sound = (np.sin(np.arange(int(seconds * RATE)) / 20) * 0.1).astype(np.float32)
    assert judge.features(sound).shape == (MELS, FRAMES)
    assert 0.0 <= judge(sound) <= 1.0


def test_only_the_last_eight_seconds_count(judge: SmartTurn) -> None:
    sound = np.concatenate([np.zeros(SAMPLES, np.float32), question()])[-SAMPLES:]
    before = (np.random.default_rng(1).standard_normal(RATE) * 0.1).astype(np.float32)
    assert judge(np.concatenate([before, sound])) == judge(sound)


def test_a_question_sounds_complete_at_its_end_and_less_so_in_its_middle(judge: SmartTurn) -> None:
    def cut(seconds: float) -> Samples:
        return np.concatenate([question()[: int(seconds * RATE)], SILENCE])

    assert judge(cut(2.2)) > 0.95
    assert judge(cut(1.6)) < 0.8
