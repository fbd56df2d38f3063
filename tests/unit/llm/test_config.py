"""The settings of the service."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from natter_llm.config import LlmConfig, keep_litellm_offline
from natter_runtime.config import load, settings_of
from natter_runtime.errors import UsageError


def test_nothing_set_is_the_embedded_default() -> None:
    assert load(LlmConfig, {}) == LlmConfig()


def test_what_is_set_is_read_in_its_type() -> None:
    environ = {
        "NATTER_LLM_ENGINE": "litellm",
        "NATTER_LLM_MODEL": "openai/m",
        "NATTER_LLM_TEMPERATURE": "0.3",
        "NATTER_LLM_MAX_TOKENS": "99",
        "NATTER_LLM_SPOKEN_STYLE": "no",
        "NATTER_DEMO_KNOWLEDGE": "/tmp/k.md",
        "NATTER_LLM_SCRIPT_FIRST_MS": "120",
    }
    config = load(LlmConfig, environ)
    assert (config.engine, config.model, config.temperature, config.max_tokens) == ("litellm", "openai/m", 0.3, 99)
    assert (config.spoken_style, config.demo_knowledge, config.script_first_ms) == (False, Path("/tmp/k.md"), 120.0)


@pytest.mark.parametrize(
    ("name", "value"), [("ENGINE", "gpt"), ("TEMPERATURE", "3"), ("MAX_TOKENS", "many"), ("CONNECT_S", "0")]
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"NATTER_LLM_{name}"):
        load(LlmConfig, {f"NATTER_LLM_{name}": value})


def test_every_setting_says_what_it_is_and_the_key_is_a_secret() -> None:
    settings = {about.env: about for _, about in settings_of(LlmConfig)}
    assert all(about.help for about in settings.values())
    assert [env for env, about in settings.items() if about.secret] == ["NATTER_LLM_API_KEY", "NATTER_SECRET"]


def test_litellm_is_kept_offline_unless_somebody_wants_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LITELLM_LOCAL_MODEL_COST_MAP", raising=False)
    keep_litellm_offline()
    assert os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "False")
    keep_litellm_offline()
    assert os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "False"
