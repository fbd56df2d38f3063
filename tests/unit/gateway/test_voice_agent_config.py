"""``session.update``: partial JSON to whole settings, and the echo."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from natter_gateway import failures
from natter_gateway.dialects.voice_agent_config import updated
from natter_gateway.dialects.voice_agent_echo import echo as echoed
from natter_gateway.failures import ClientError
from natter_gateway.voices import Voices
from natter_protocol.settings import (
    AudioFormat,
    Encoding,
    ExecutionMode,
    InputSettings,
    Modality,
    SessionSettings,
    Tool,
    TranscriptionMode,
    TurnPolicy,
    Webhook,
)
from natter_protocol.svc import SvcPong


def echo(settings: SessionSettings, session: str) -> Any:
    return msgspec.to_builtins(echoed(settings, session))


FULL: dict[str, Any] = {
    "system_prompt": "You answer phones for a bakery.",
    "greeting": "Bakery, good morning!",
    "input": {
        "type": "audio",
        "format": {"encoding": "audio/pcmu", "sample_rate": 8000},
        "keyterms": ["sourdough"],
        "transcription_mode": "min_latency",
        "continuous_partials": True,
        "transcription_prompt": "Customers order bread.",
        "language_codes": ["en"],
        "voice_focus": "near-field",
        "voice_focus_threshold": 0.85,
        "turn_detection": {
            "vad_threshold": 0.6,
            "min_silence": 200,
            "max_silence": 900,
            "interrupt_response": True,
            "interruption_delay": 300,
        },
    },
    "output": {
        "type": "audio",
        "voice": "eve",
        "format": {"encoding": "audio/pcma", "sample_rate": 8000},
        "volume": 80,
    },
    "tools": [
        {
            "type": "function",
            "name": "stock",
            "description": "What is left.",
            "parameters": {"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]},
            "execution_mode": "hold",
            "timeout_seconds": 5,
            "response_instructions": {"success": "Be brief."},
        }
    ],
}


def refused(update: dict[str, Any], settings: SessionSettings | None = None) -> Any:
    with pytest.raises(ClientError) as caught:
        updated(update, settings)
    return caught.value.failure


def test_a_full_update() -> None:
    settings = updated(FULL, None)
    assert settings.greeting == "Bakery, good morning!"
    assert settings.input.format == AudioFormat(Encoding.MULAW, 8000)
    assert settings.input.mode is TranscriptionMode.MIN_LATENCY
    assert settings.input.turn == TurnPolicy(
        vad_threshold=0.6, min_silence_ms=200, max_silence_ms=900, interruption_delay_ms=300
    )
    assert settings.output.format == AudioFormat(Encoding.ALAW, 8000)
    assert settings.output.volume == 80
    assert settings.tools == (
        Tool(
            name="stock",
            description="What is left.",
            parameters=FULL["tools"][0]["parameters"],
            mode=ExecutionMode.HOLD,
            timeout_s=5,
            on_success="Be brief.",
        ),
    )


def test_what_is_absent_keeps_its_value_and_null_restores_the_default() -> None:
    settings = updated(FULL, None)
    assert updated({}, settings) == settings
    assert updated({"input": {"turn_detection": None}}, settings).input.turn == TurnPolicy()
    assert updated({"input": {"turn_detection": {}}}, settings).input.turn == TurnPolicy()
    changed = updated({"input": {"turn_detection": {"min_silence": None}}}, settings).input.turn
    assert changed.min_silence_ms is None
    assert changed.max_silence_ms == 900
    assert updated({"input": {"keyterms": None}}, settings).input.keyterms == ()
    assert updated({"output": {"volume": None}}, settings).output.volume is None
    assert updated({"tools": []}, settings).tools == ()
    assert updated({"system_prompt": "New."}, settings).tools == settings.tools


@pytest.mark.parametrize(
    ("update", "param"),
    [
        ({"greeting": "Other."}, "greeting"),
        ({"output": {"voice": "anna"}}, "output.voice"),
        ({"output": {"format": {"encoding": "audio/pcm"}}}, "output.format"),
        ({"output": {"type": "text"}}, "output.type"),
    ],
)
def test_what_is_fixed_may_only_be_repeated(update: dict[str, Any], param: str) -> None:
    settings = updated(FULL, None)
    failed = refused(update, settings)
    assert (failed.code, failed.param, failed.fatal) == (failures.IMMUTABLE_FIELD, param, False)
    assert failed.message == f"'{param}' cannot be changed after the first session.update"
    assert updated(FULL, settings) == settings


@pytest.mark.parametrize(
    ("update", "param"),
    [
        ({"system_prompt": 3}, "system_prompt"),
        ({"input": {"turn_detection": {"vad_threshold": 2}}}, "input.turn_detection.vad_threshold"),
        ({"input": {"turn_detection": {"vad_threshold": True}}}, "input.turn_detection.vad_threshold"),
        ({"input": {"turn_detection": {"min_silence": 10}}}, "input.turn_detection.min_silence"),
        (
            {"input": {"turn_detection": {"min_silence": 900, "max_silence": 500}}},
            "input.turn_detection.max_silence",
        ),
        ({"input": {"format": {"encoding": "audio/opus"}}}, "input.format.encoding"),
        ({"input": {"format": {"encoding": "audio/pcm", "sample_rate": 16000}}}, "input.format.sample_rate"),
        ({"input": {"keyterms": ["x"] * 101}}, "input.keyterms"),
        ({"input": {"transcription_prompt": "x" * 1751}}, "input.transcription_prompt"),
        ({"input": {"transcription_mode": "fast"}}, "input.transcription_mode"),
        ({"input": []}, "input"),
        ({"output": {"volume": 101}}, "output.volume"),
        ({"tools": {}}, "tools"),
        ({"tools": [{"name": ""}]}, "tools[0].name"),
        ({"tools": [{"name": "x", "parameters": {"properties": []}}]}, "tools[0].parameters.properties"),
        ({"tools": [{"name": "x", "timeout_seconds": 0}]}, "tools[0].timeout_seconds"),
        ({"tools": [{"name": "aai_x"}]}, "tools[0].name"),
        ({"tools": [{"name": "x"}, {"name": "x"}]}, "tools[1].name"),
        ({"tools": [{"name": "x", "http": {"url": "https://x"}}]}, "tools[0].http"),
        ({"input": {"language_codes": ["english, please"]}}, "input.language_codes[0]"),
        (
            {"input": {"turn_detection": {"uninterruptible_turns": ["all"]}}},
            "input.turn_detection.uninterruptible_turns[0]",
        ),
        ({"extensions": ["x"]}, "extensions[0]"),
    ],
)
def test_a_bad_value_names_its_field_and_is_fatal_only_at_first(update: dict[str, Any], param: str) -> None:
    first = refused(update)
    assert (first.code, first.param, first.fatal) == (failures.INVALID_VALUE, param, True)
    assert f"'{param}' must" in first.message
    assert refused(update, SessionSettings()).fatal is False


@pytest.mark.parametrize(
    ("update", "param"),
    [
        ({"interrupt_response": False}, "interrupt_response"),
        ({"input": {"turn_detection": {"eagerness": "low"}}}, "input.turn_detection.eagerness"),
        ({"tools": [{"name": "x", "strict": True}]}, "tools[0].strict"),
    ],
)
def test_unknown_fields_are_refused_and_the_session_stays_open(update: dict[str, Any], param: str) -> None:
    failed = refused(update)
    assert (failed.code, failed.param, failed.fatal) == (failures.INVALID_FORMAT, param, False)


def test_a_model_of_ones_own_belongs_to_a_stored_agent() -> None:
    failed = refused({"llm": [{"base_url": "https://x", "model": "y"}]})
    assert (failed.code, failed.param, failed.fatal) == (failures.INVALID_VALUE, "llm", True)
    assert failed.message.startswith("BYO LLM config is not allowed on session.update")
    assert updated({"llm": [], "pre_connect_requests": []}, None) == SessionSettings()


def test_voices_that_may_be_asked_for() -> None:
    for voice in ("anna", "ivy", "Alba"):
        assert updated({"output": {"voice": voice}}, None).output.voice == voice
    failed = refused({"output": {"voice": "nobody"}})
    assert (failed.code, failed.param, failed.fatal) == (failures.INVALID_VALUE, "output.voice", True)
    assert failed.message.startswith("Invalid voice 'nobody'. Must be one of: alba, eve, ")
    with pytest.raises(ClientError):
        updated({"output": {"voice": "ivy"}}, None, Voices(strict=True))
    here = Voices(strict=True)
    here.local = {"kal": ("en",)}
    assert updated({"output": {"voice": "kal"}}, None, here).output.voice == "kal"


def test_a_language_that_nobody_hears_is_refused_with_what_would_hear_it() -> None:
    assert updated({"input": {"language_codes": ["es"]}}, None).input.languages == ("es",)  # nothing is known yet
    known = Voices()
    known.hearing.learn(
        SvcPong(
            instance="stt-1",
            engine="moonshine",
            model="moonshine-tiny-en",
            details={"languages": ["en"], "more_languages": "NATTER_STT_ENGINE=faster_whisper hears more"},
        )
    )
    assert updated({"input": {"language_codes": ["en-GB"]}}, None, known).input.languages == ("en-GB",)
    with pytest.raises(ClientError) as first:
        updated({"input": {"language_codes": ["en", "es"]}}, None, known)
    failed = first.value.failure
    assert (failed.code, failed.param, failed.fatal) == (failures.INVALID_VALUE, "input.language_codes", True)
    assert failed.message == (
        "'input.language_codes' cannot be served: moonshine (moonshine-tiny-en) hears en, not es: "
        "NATTER_STT_ENGINE=faster_whisper hears more"
    )
    with pytest.raises(ClientError) as later:
        updated({"input": {"language_codes": ["pt-BR"]}}, SessionSettings(), known)
    assert not later.value.failure.fatal
    present = SessionSettings(input=InputSettings(languages=("es",)))
    assert updated({"input": {"keyterms": ["x"]}}, present, known).input.languages == ("es",)
    assert updated({"input": {"language_codes": None}}, present, known).input.languages == ()


def test_an_invalid_voice_in_the_middle_is_first_of_all_a_change() -> None:
    assert refused({"output": {"voice": "nobody"}}, SessionSettings()).code == failures.IMMUTABLE_FIELD


def test_a_webhook_of_one_session() -> None:
    hook = {"url": "https://example.org/hook", "events": ["session.completed"], "secret": "x" * 32}
    assert updated({"webhook": hook}, None).webhook == Webhook(
        "https://example.org/hook", ("session.completed",), "x" * 32
    )
    for wrong, param in (
        ({"url": "ftp://x"}, "webhook.url"),
        ({"secret": "short"}, "webhook.secret"),
        ({"more": 1}, "webhook.more"),
    ):
        failed = refused({"webhook": hook | wrong})
        assert (failed.code, failed.param) == (failures.INVALID_WEBHOOK, param)


def test_a_tool_that_does_something() -> None:
    settings = updated({"tools": [{"name": "book", "side_effects": True}]}, None)
    assert settings.tools[0].side_effects
    assert echo(settings, "s")["tools"][0]["side_effects"] is True
    assert "side_effects" not in echo(updated({"tools": [{"name": "look"}]}, None), "s")["tools"][0]


def test_what_the_agents_input_is_may_be_said_again_but_not_changed() -> None:
    settings = updated({"input": {"type": "text"}}, None)
    assert settings.input.modality is Modality.TEXT
    assert updated({"input": {"type": "text"}}, settings) == settings
    assert refused({"input": {"type": "audio"}}, settings).param == "input.type"


def test_a_greeting_of_null_is_refused_at_first() -> None:
    assert refused({"greeting": None}).code == failures.INVALID_FORMAT
    assert updated({"greeting": ""}, None).greeting == ""


def test_the_echo_has_every_key() -> None:
    default = echo(SessionSettings(), "sess_1")
    assert default == {
        "id": "sess_1",
        "system_prompt": "",
        "greeting": None,
        "input": {
            "type": "audio",
            "format": {"encoding": "audio/pcm", "sample_rate": 24000},
            "turn_detection": None,
            "keyterms": None,
            "transcription_mode": None,
            "continuous_partials": None,
            "transcription_prompt": None,
            "language_codes": None,
            "voice_focus": None,
            "voice_focus_threshold": None,
        },
        "output": {
            "type": "audio",
            "voice": "alba",
            "format": {"encoding": "audio/pcm", "sample_rate": 24000},
            "volume": None,
        },
        "tools": [],
        "llm": [],
        "pre_connect_requests": [],
    }


def test_the_echo_of_a_full_update_can_be_sent_again() -> None:
    settings = updated(FULL, None)
    config = echo(settings, "sess_1")
    assert config["tools"][0]["http"] is None
    del config["id"]
    assert updated(config, settings) == settings
