from __future__ import annotations

import pytest

from natter_runtime.config import load, settings_of
from natter_runtime.errors import UsageError
from natter_stt.config import SttConfig
from natter_stt.engines import DEFAULT_MODELS


def test_without_any_variable_the_embedded_engine_hears() -> None:
    config = load(SttConfig, {})
    assert (config.engine, config.model) == ("moonshine", "")
    assert (config.partial_ms, config.pause_ms, config.tail_ms) == (320, 120, 200)


def test_every_variable_is_read() -> None:
    config = load(
        SttConfig,
        {"NATTER_STT_ENGINE": "faster_whisper", "NATTER_STT_MODEL": "small.en", "NATTER_STT_PARTIAL_MS": "500"},
    )
    assert (config.engine, config.model, config.partial_ms) == ("faster_whisper", "small.en", 500)


@pytest.mark.parametrize(
    ("name", "value"), [("NATTER_STT_ENGINE", "ears"), ("NATTER_STT_PARTIAL_MS", "1"), ("NATTER_STT_THREADS", "0")]
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name):
        load(SttConfig, {name: value})


def test_the_engines_to_choose_from_are_those_that_can_be_loaded() -> None:
    engine = next(about for _, about in settings_of(SttConfig) if about.env == "NATTER_STT_ENGINE")
    assert set(engine.choices) == set(DEFAULT_MODELS)
