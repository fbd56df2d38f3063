"""The five services, and what each would choose."""

from __future__ import annotations

from pathlib import Path

import pytest

from natter_cli.inprocess import SERVICES, choose
from natter_protocol import subjects
from natter_runtime.errors import EngineError, UsageError


def test_all_five_and_the_gateway_first() -> None:
    assert tuple(service.name for service in SERVICES) == subjects.SERVICES


def test_what_is_chosen_and_why(tmp_path: Path) -> None:
    tts = choose("tts", {"NATTER_TTS_ENGINE": "tone"})
    assert tts is not None
    assert tts.engine == "tone"
    llm = choose("llm", {"NATTER_LLM_MODEL": "openai/gpt-4.1-mini"})
    assert llm is not None
    assert (llm.engine, llm.model, llm.reason) == ("litellm", "openai/gpt-4.1-mini", "NATTER_LLM_MODEL is set")
    turn = choose("turn", {"NATTER_TURN_VAD": "energy", "NATTER_TURN_ENGINE": "none"})
    assert turn is not None
    assert (turn.engine, turn.model) == ("energy+none", "")
    stt = choose("stt", {"NATTER_STT_ENGINE": "faster_whisper", "NATTER_STT_MODEL": "small.en"})
    assert stt is not None
    assert (stt.engine, stt.model) == ("faster_whisper", "small.en")
    assert choose("gateway", {}) is None


def test_why_it_would_not_work(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"stt model moonshine-tiny-en is not in .*natter models fetch"):
        choose("stt", {"NATTER_MODELS": str(tmp_path)})
    with pytest.raises(EngineError, match=r"turn model smart-turn-v3\.2"):
        choose("turn", {"NATTER_MODELS": str(tmp_path)})
    with pytest.raises(UsageError, match="NATTER_LLM_BASE_URL"):
        choose("llm", {"NATTER_LLM_ENGINE": "openai_compatible"})
    with pytest.raises(UsageError, match="NATTER_STT_ENGINE='other'"):
        choose("stt", {"NATTER_STT_ENGINE": "other"})
