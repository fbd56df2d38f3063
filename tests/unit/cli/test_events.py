"""The events of the protocol, from JSON to values."""

from __future__ import annotations

import pytest

from natter_cli import events
from natter_cli.events import AgentDelta, Other, ReplyAudio, SessionError, SessionReady, SpeechStarted, ToolCall


def test_audio_comes_as_bytes() -> None:
    event = events.decode('{"type":"reply.audio","reply_id":"r","data":"AQACAA==","timestamp":1.5}')
    assert event == ReplyAudio(reply_id="r", data=b"\x01\x00\x02\x00", timestamp=1.5)


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ('{"type":"input.speech.started"}', SpeechStarted()),
        ('{"type":"session.ready","session_id":"s","new":1}', SessionReady(session_id="s")),
        ('{"type":"session.error","code":"c","message":"m","param":null}', SessionError(code="c", message="m")),
        (
            '{"type":"transcript.agent.delta","reply_id":"r","delta":"a ","start_ms":null}',
            AgentDelta(reply_id="r", delta="a "),
        ),
        (
            '{"type":"tool.call","call_id":"c","name":"n","arguments":{"a":[1]}}',
            ToolCall(call_id="c", name="n", arguments={"a": [1]}),
        ),
    ],
)
def test_known(message: str, event: events.Event) -> None:
    assert events.decode(message) == event


def test_a_type_that_is_not_known() -> None:
    assert events.decode('{"type":"turn.metrics","x":1}') == Other("turn.metrics", {"type": "turn.metrics", "x": 1})


@pytest.mark.parametrize("message", ["", "[]", "{}", '{"type":3}', '{"type":"reply.done"}', b"\xff"])
def test_no_event(message: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        events.decode(message)


def test_every_event_of_the_protocol_has_a_class() -> None:
    assert set(events.KNOWN) == {
        "session.updated",
        "session.ready",
        "session.ended",
        "session.error",
        "input.speech.started",
        "input.speech.stopped",
        "transcript.user.delta",
        "transcript.user",
        "reply.started",
        "reply.audio",
        "transcript.agent.delta",
        "transcript.agent",
        "reply.done",
        "reply.error",
        "tool.call",
    }
