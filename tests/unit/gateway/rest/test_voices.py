"""The voices."""

from __future__ import annotations

from natter_gateway.rest.voices import voices_of
from natter_protocol.svc import SvcPong
from tests.support.gateway_rest import desk, wrong

DETAILS = {"languages": ["en"], "voices": ["alba", "ivy"], "voice": "alba", "sample_rate": 24_000}


def test_what_an_engine_declares() -> None:
    voices = voices_of(SvcPong(instance="tts-1", engine="rhvoice", model="rhvoice", details=DETAILS))
    assert [(voice.voice_id, voice.default, voice.languages) for voice in voices.voices] == [
        ("alba", True, ["en"]),
        ("ivy", False, ["en"]),
    ]
    assert (voices.engine, voices.sample_rate) == ("rhvoice", 24_000)


def test_an_engine_that_declares_nothing_has_no_voices() -> None:
    assert voices_of(SvcPong(instance="tts-1")).voices == []


async def test_the_service_is_asked() -> None:
    async with desk() as at:
        answer = await at.anna.get("/v1/voices")
        assert answer.status_code == 200
        assert answer.json()["voices"] == []  # the worker of the test declares none


async def test_without_the_service_there_is_no_answer() -> None:
    async with desk(without=("tts",)) as at:
        answer = await at.anna.get("/v1/voices")
        assert wrong(answer, 503) == ["unavailable"]
        assert answer.headers["retry-after"] == "2"
