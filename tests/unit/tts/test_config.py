from __future__ import annotations

import pytest

from natter_runtime.config import load, settings_of
from natter_runtime.errors import UsageError
from natter_tts.config import TtsConfig
from natter_tts.engines import ENGINES


def test_nothing_has_to_be_set() -> None:
    config = load(TtsConfig, {})
    assert (config.engine, config.model, config.voice, config.language) == ("auto", "", "", "en")


def test_every_engine_can_be_chosen() -> None:
    for engine in ENGINES:
        assert load(TtsConfig, {"NATTER_TTS_ENGINE": engine}).engine == engine


def test_a_wrong_engine_is_named() -> None:
    with pytest.raises(UsageError, match="NATTER_TTS_ENGINE='kokoro'"):
        load(TtsConfig, {"NATTER_TTS_ENGINE": "kokoro"})


def test_all_variables_belong_to_this_service() -> None:
    assert all(setting.env.startswith("NATTER_TTS_") for _, setting in settings_of(TtsConfig))
