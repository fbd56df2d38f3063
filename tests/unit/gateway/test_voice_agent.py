"""The Voice Agent dialect: wire messages to commands, events to wire messages."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from natter_gateway import events, failures
from natter_gateway.commands import AppendAudio, Configure, CreateReply, EndSession, ReturnTool
from natter_gateway.dialects.voice_agent import VoiceAgent
from natter_gateway.failures import ClientError
from natter_protocol.reply import Outcome, Step
from natter_protocol.settings import SessionSettings

SETTINGS = SessionSettings()


def parse(message: dict[str, Any] | str) -> Any:
    text = message if isinstance(message, str) else json.dumps(message)
    return VoiceAgent().parse(text, SETTINGS)


def failure(message: dict[str, Any] | str, settings: SessionSettings | None = SETTINGS) -> events.Failed:
    text = message if isinstance(message, str) else json.dumps(message)
    with pytest.raises(ClientError) as caught:
        VoiceAgent().parse(text, settings)
    return caught.value.failure


def test_audio_is_decoded() -> None:
    data = bytes(range(20))
    message = {"type": "input.audio", "audio": base64.b64encode(data).decode()}
    assert parse(message) == AppendAudio(data)


def test_the_other_commands() -> None:
    assert parse({"type": "session.end"}) == EndSession()
    assert parse({"type": "reply.create"}) == CreateReply("")
    assert parse({"type": "reply.create", "instructions": "Wait."}) == CreateReply("Wait.")
    assert parse({"type": "tool.result", "call_id": "c", "result": "{}"}) == ReturnTool("c", "{}", False)
    result = {"type": "tool.result", "call_id": "c", "result": "no", "is_error": True}
    assert parse(result) == ReturnTool("c", "no", True)
    configured = parse({"type": "session.update", "session": {"system_prompt": "Be brief."}})
    assert configured == Configure(SessionSettings(system_prompt="Be brief."))


@pytest.mark.parametrize(
    ("message", "code", "text"),
    [
        ("{", failures.INVALID_FORMAT, "Invalid JSON format."),
        ("[]", failures.INVALID_FORMAT, "Invalid JSON format: expected an object with a 'type'."),
        ("[" * 100_000, failures.INVALID_FORMAT, "Invalid JSON format."),
        ({}, failures.INVALID_FORMAT, "Invalid JSON format: expected an object with a 'type'."),
        ({"type": "x.y"}, failures.INVALID_FORMAT, "Unknown message type: x.y"),
        ({"type": "input.audio"}, failures.INVALID_FORMAT, "Invalid message format for type 'input.audio'"),
        ({"type": "input.audio", "audio": 3}, failures.INVALID_FORMAT, "Invalid message format for type 'input.audio'"),
        ({"type": "input.audio", "audio": "?"}, failures.INVALID_AUDIO, "Invalid audio data"),
        ({"type": "session.update"}, failures.INVALID_FORMAT, "Invalid message format for type 'session.update'"),
        (
            {"type": "tool.result", "call_id": "c"},
            failures.INVALID_FORMAT,
            "Invalid message format for type 'tool.result'",
        ),
        (
            {"type": "reply.create", "instructions": 3},
            failures.INVALID_FORMAT,
            "Invalid message format for type 'reply.create'",
        ),
    ],
)
def test_what_cannot_be_understood_is_said_so_and_the_session_goes_on(message: Any, code: str, text: str) -> None:
    failed = failure(message)
    assert (failed.code, failed.message, failed.fatal) == (code, text, False)


def rendered(*given: events.Event) -> list[dict[str, Any]]:
    dialect = VoiceAgent()
    ready = events.SessionReady("sess_1", 1_800_000_000, SETTINGS)
    dialect.render(ready, 0.0)
    return [json.loads(text) for event in given for text in dialect.render(event, 1_700_000_000.1234)]


def test_a_session_becomes_ready_with_both_messages() -> None:
    texts = VoiceAgent().render(events.SessionReady("sess_1", 1_800_000_000, SETTINGS), 1.5)
    updated, ready = (json.loads(text) for text in texts)
    assert updated["type"] == "session.updated"
    assert ready["type"] == "session.ready"
    assert ready["session_id"] == "sess_1"
    assert ready["expires_at"] == 1_800_000_000
    assert ready["config"] == updated["config"]
    assert ready["timestamp"] == 1.5


def test_a_whole_exchange() -> None:
    messages = rendered(
        events.SpeechStarted(1, 100),
        events.UserPartial(1, "do you"),
        events.SpeechStopped(1, 900),
        events.UserFinal(1, "Do you?"),
        events.ReplyBegan(1),
        events.ReplyAudio(1, b"\x01\x02"),
        events.AgentWord(1, "Yes. ", 10, 300),
        events.ReplyOver(1, "Yes.", Outcome.COMPLETED),
    )
    assert [message["type"] for message in messages] == [
        "input.speech.started",
        "transcript.user.delta",
        "input.speech.stopped",
        "transcript.user",
        "reply.started",
        "reply.audio",
        "transcript.agent.delta",
        "transcript.agent",
        "reply.done",
    ]
    assert all(message["timestamp"] == 1_700_000_000.123 for message in messages)
    assert messages[1]["item_id"] == messages[3]["item_id"]
    assert messages[1]["item_id"].startswith("msg_")
    reply = messages[4]["reply_id"]
    assert reply.startswith("resp_")
    assert len(reply) == len("resp_") + 32
    assert {message["reply_id"] for message in messages[4:]} == {reply}
    assert messages[4]["item_id"] == messages[6]["item_id"] == messages[7]["item_id"] != messages[3]["item_id"]
    assert base64.b64decode(messages[5]["data"]) == b"\x01\x02"
    assert (messages[6]["delta"], messages[6]["start_ms"], messages[6]["end_ms"]) == ("Yes. ", 10, 300)
    assert messages[7]["interrupted"] is False
    assert messages[8]["status"] == "completed"


@pytest.mark.parametrize("outcome", [Outcome.INTERRUPTED, Outcome.FAILED, Outcome.UNHEARD])
def test_a_reply_that_was_not_heard_to_its_end_is_interrupted(outcome: Outcome) -> None:
    agent, done = rendered(events.ReplyOver(2, "", outcome))
    assert (agent["text"], agent["interrupted"], done["status"]) == ("", True, "interrupted")


def test_a_reply_without_words_has_no_transcript() -> None:
    (done,) = rendered(events.ReplyOver(2, "", Outcome.COMPLETED))
    assert (done["type"], done["status"]) == ("reply.done", "completed")


def test_a_tool_call_and_its_failure() -> None:
    call, error = rendered(
        events.ToolWanted(3, "call_1", "stock", {"item": "rye"}), events.ReplyFailed(3, "upstream 429", True)
    )
    assert call == {
        "type": "tool.call",
        "call_id": "call_1",
        "name": "stock",
        "arguments": {"item": "rye"},
        "timestamp": call["timestamp"],
    }
    assert (error["type"], error["retryable"], error["message"]) == ("reply.error", True, "upstream 429")


def test_the_end_and_errors() -> None:
    ended, failed = rendered(
        events.SessionEnded(41.0704, 39.5), events.Failed("invalid_value", "bad", "tools", "sess_1")
    )
    assert (ended["session_duration_seconds"], ended["audio_duration_seconds"]) == (41.07, 39.5)
    assert (failed["code"], failed["param"], failed["session_id"]) == ("invalid_value", "tools", "sess_1")


def test_ids_are_the_same_on_every_gateway_and_differ_between_sessions() -> None:
    def reply_id(session: str) -> str:
        dialect = VoiceAgent()
        dialect.render(events.SessionReady(session, 0, SETTINGS), 0.0)
        return str(json.loads(dialect.render(events.ReplyBegan(1), 0.0)[0])["reply_id"])

    assert reply_id("sess_1") == reply_id("sess_1") != reply_id("sess_2")


def test_the_ledger_of_a_turn_names_what_it_is_about() -> None:
    dialect = VoiceAgent()
    ready = events.SessionReady("sess_1", 0, SETTINGS)
    dialect.render(ready, 0.0)
    (final,) = dialect.render(events.UserFinal(3, "Well?"), 0.0)
    began = json.loads(dialect.render(events.ReplyBegan(7), 0.0)[0])
    steps = (Step("decision", "turn", 320.0), Step("first_token", "llm", 90.5))
    (text,) = dialect.render(events.TurnMetrics(3, 7, 455.5, steps, 45.0), 0.0)
    assert json.loads(text) == {
        "type": "turn.metrics",
        "item_id": json.loads(final)["item_id"],
        "reply_id": began["reply_id"],
        "turn": 3,
        "total_ms": 455.5,
        "steps": [
            {"name": "decision", "owner": "turn", "ms": 320.0},
            {"name": "first_token", "owner": "llm", "ms": 90.5},
        ],
        "unaccounted_ms": 45.0,
        "timestamp": 0.0,
    }
