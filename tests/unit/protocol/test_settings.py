"""What a session is configured with."""

from __future__ import annotations

import msgspec
import pytest

from natter_protocol.settings import (
    AudioFormat,
    Encoding,
    ExecutionMode,
    HttpCall,
    InputSettings,
    Modality,
    OutputSettings,
    OwnModel,
    SealedHeader,
    SessionSettings,
    Tool,
    TranscriptionMode,
    TurnPolicy,
)


def test_nothing_stated_is_nothing_on_the_wire() -> None:
    assert msgspec.json.encode(SessionSettings()) == b"{}"
    assert msgspec.json.decode(b"{}", type=SessionSettings) == SessionSettings()


def test_the_defaults_are_a_call_that_works() -> None:
    settings = SessionSettings()
    assert settings.input.format == settings.output.format == AudioFormat(Encoding.PCM16, 24_000)
    assert settings.input.modality is settings.output.modality is Modality.AUDIO
    assert settings.input.turn.interrupt_response
    assert settings.greeting == ""


def test_settings_are_values() -> None:
    with pytest.raises(AttributeError):
        SessionSettings().greeting = "Hi"  # type: ignore[misc]
    assert SessionSettings() == SessionSettings()


def test_defaults_are_not_shared() -> None:
    one, two = Tool("one"), Tool("two")
    one.parameters["type"] = "object"
    assert two.parameters == {}


def test_everything_stated_travels() -> None:
    settings = SessionSettings(
        system_prompt="Be brief.",
        greeting="Hello!",
        input=InputSettings(
            format=AudioFormat(Encoding.ALAW, 8000),
            turn=TurnPolicy(
                vad_threshold=0.4, min_silence_ms=0, interrupt_response=False, uninterruptible=("greeting",)
            ),
            mode=TranscriptionMode.MAX_ACCURACY,
            keyterms=("Natter",),
        ),
        output=OutputSettings(modality=Modality.TEXT, voice="slt", volume=0),
        tools=(Tool("f", parameters={"type": "object"}, mode=ExecutionMode.HOLD, timeout_s=3.0, on_success="Say it."),),
        extensions=("turn.metrics",),
    )
    assert msgspec.json.decode(msgspec.json.encode(settings), type=SessionSettings) == settings


def test_zero_is_not_unstated() -> None:
    assert msgspec.json.encode(TurnPolicy(min_silence_ms=0)) == b'{"min_silence_ms":0}'
    assert msgspec.json.encode(OutputSettings(volume=0)) == b'{"volume":0}'


def test_what_an_agent_of_its_own_brings_along_travels_sealed() -> None:
    tool = Tool(name="stock", http=HttpCall("https://example.com/x", "GET", (SealedHeader("Authorization", "gAAA"),)))
    settings = SessionSettings(
        tools=(tool, Tool(name="end_call", builtin=True)),
        llm=OwnModel("https://example.com/v1", "small", "gAAB"),
        record=False,
    )
    assert msgspec.json.decode(msgspec.json.encode(settings), type=SessionSettings) == settings


def test_by_default_the_client_runs_the_tools_and_the_platform_brings_the_model() -> None:
    assert Tool(name="stock").http is None
    assert not Tool(name="stock").builtin
    assert SessionSettings().llm is None
    assert SessionSettings().record is None
