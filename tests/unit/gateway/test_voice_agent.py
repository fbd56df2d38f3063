"""The Voice Agent dialect: wire messages to commands, events to wire messages."""

from __future__ import annotations

import base64
import json
from typing import Any, get_args

import msgspec
import pytest

from natter_gateway import events, failures
from natter_gateway.commands import (
    AckPlayback,
    AddMessage,
    AppendAudio,
    CancelReply,
    Configure,
    CreateReply,
    EndSession,
    OpenAgent,
    Resume,
    ReturnTool,
)
from natter_gateway.dialects.voice_agent import Manners, VoiceAgent
from natter_gateway.dialects.voice_agent_client import SessionFields
from natter_gateway.dialects.voice_agent_server import Code
from natter_gateway.extensions import EXTENSIONS
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


def test_what_only_this_generation_knows() -> None:
    message = {"type": "conversation.message", "role": "system", "content": "The caller is Ada."}
    assert parse(message) == AddMessage("system", "The caller is Ada.")
    assert parse({"type": "session.resume", "session_id": "sess_1"}) == Resume("sess_1")
    assert parse({"type": "session.update"}) == Configure(SETTINGS)
    assert parse({"type": "session.update", "config": {"greeting": "ignored"}}) == Configure(SETTINGS)
    for extra in ({"role": "agent"}, {"content": 3}, {"more": 1}):
        assert failure({**message, **extra}).message == "Invalid message format for type 'conversation.message'"


def test_halves_of_characters_do_not_lose_a_message() -> None:
    """JavaScript writes them when a string was cut in the middle of an emoji."""
    text = r'{"type":"tool.result","call_id":"c","result":"cut \ud83d"}'
    assert parse(text) == ReturnTool("c", "cut \ufffd", False)


def test_a_reply_is_named_by_the_id_that_it_was_told_under() -> None:
    dialect = VoiceAgent()
    dialect.render(events.SessionReady("sess_1", 0, SETTINGS), 0.0)
    ids = []
    for epoch in range(1, 200):
        (text,) = dialect.render(events.ReplyBegan(epoch), 0.0)
        ids.append(json.loads(text)["reply_id"])
    cancel = json.dumps({"type": "reply.cancel", "reply_id": ids[-1]})
    assert dialect.parse(cancel, SETTINGS) == CancelReply(199)
    for unknown in (ids[0], "resp_0"):
        with pytest.raises(ClientError) as caught:
            dialect.parse(json.dumps({"type": "reply.cancel", "reply_id": unknown}), SETTINGS)
        assert (caught.value.failure.code, caught.value.failure.param) == (failures.INVALID_VALUE, "reply_id")


def test_a_reply_of_before_the_resume_can_be_named() -> None:
    first, second = VoiceAgent(), VoiceAgent()
    first.render(events.SessionReady("sess_1", 0, SETTINGS), 0.0)
    reply = json.loads(first.render(events.ReplyBegan(3), 0.0)[0])["reply_id"]
    second.render(events.SessionReady("sess_1", 0, SETTINGS, resumed=True, last_epoch=4), 0.0)
    assert second.parse(json.dumps({"type": "reply.cancel", "reply_id": reply}), SETTINGS) == CancelReply(3)


# -- stored agents --------------------------------------------------------------------------------


def agent(session: dict[str, Any], settings: SessionSettings | None = None) -> Any:
    return VoiceAgent().parse(json.dumps({"type": "session.update", "session": session}), settings)


def test_an_agent_is_opened_by_its_id_alone() -> None:
    assert agent({"agent_id": "agent_1"}) == OpenAgent("agent_1")
    extended = {"agent_id": "agent_1", "extensions": ["session.version"]}
    assert agent(extended) == OpenAgent("agent_1", ("session.version",))
    for session, settings, code, text, fatal in (
        (
            {"agent_id": "agent_1", "greeting": "Hi"},
            None,
            failures.INVALID_VALUE,
            "agent_id is mutually exclusive with other session fields",
            True,
        ),
        (
            {"agent_id": "agent_1"},
            SETTINGS,
            failures.AGENT_ID_NOT_FIRST,
            "agent_id can only be set on the first session.update",
            False,
        ),
    ):
        with pytest.raises(ClientError) as caught:
            agent(session, settings)
        failed = caught.value.failure
        assert (failed.code, failed.message, failed.param, failed.fatal) == (code, text, "agent_id", fatal)


# -- extensions -----------------------------------------------------------------------------------


def extended(*names: str, manners: Manners | None = None) -> VoiceAgent:
    dialect = VoiceAgent(manners)
    dialect.render(events.SessionReady("sess_1", 0, SessionSettings(extensions=names)), 0.0)
    return dialect


def told(dialect: VoiceAgent, event: events.Event) -> list[dict[str, Any]]:
    return [json.loads(text) for text in dialect.render(event, 1.0)]


ITEMS = (events.Remembered(1, 1, "Rye?"), events.Remembered(0, 1, "Yes", True))
EXTENDED: list[tuple[str, events.Event, dict[str, Any]]] = [
    ("agent.hold", events.AgentHeld(2), {"type": "agent.held"}),
    ("agent.hold", events.AgentResumed(2), {"type": "agent.resumed"}),
    (
        "turn.decision",
        events.TurnDecided(1, "commit", "evidence", "Because.", "Rye?", 320, 300, 0.9, {"sound": 0.8}, {"ivr": 200}),
        {
            "type": "turn.decision",
            "decision": "commit",
            "rule": "evidence",
            "reason": "Because.",
            "text": "Rye?",
            "silence_ms": 320,
            "needed_ms": 300,
            "probability": 0.9,
            "evidence": {"sound": 0.8},
            "presets": {"ivr": 200},
        },
    ),
    (
        "turn.metrics",
        events.TurnMeasured(1, 2, 512.0, (Step("decision", "turn", 500.0),), 12.0, 2, 150.0),
        {
            "type": "turn.metrics",
            "total_ms": 512.0,
            "steps": [{"name": "decision", "owner": "turn", "ms": 500.0}],
            "unaccounted_ms": 12.0,
            "speculations": 2,
            "ahead_ms": 150.0,
        },
    ),
    (
        "session.resumed_from",
        events.ResumedFrom(4800, 2, 640, ITEMS),
        {"type": "session.resumed_from", "input_sample": 4800, "reply_ms": 640},
    ),
    (
        "session.resumed_from",
        events.ResumedFrom(4800, 0, 0, ()),
        {"type": "session.resumed_from", "input_sample": 4800, "reply_ms": None, "reply_id": None, "items": []},
    ),
]


@pytest.mark.parametrize(("name", "event", "fields"), EXTENDED)
def test_an_extension_is_told_to_whoever_asked_for_it_and_to_nobody_else(
    name: str, event: events.Event, fields: dict[str, Any]
) -> None:
    assert told(extended(), event) == []
    (message,) = told(extended(name), event)
    assert message | fields == message


def test_what_was_said_is_told_by_the_ids_it_has() -> None:
    dialect = extended("session.resumed_from")
    (final,) = told(dialect, events.UserFinal(1, "Rye?"))
    (began,) = told(dialect, events.ReplyBegan(1))
    (resumed,) = told(dialect, events.ResumedFrom(0, 0, 0, ITEMS))
    assert resumed["items"] == [
        {"item_id": final["item_id"], "role": "user", "text": "Rye?", "interrupted": False},
        {"item_id": began["item_id"], "role": "agent", "text": "Yes", "interrupted": True},
    ]


def test_the_version_of_the_settings() -> None:
    update = events.SessionUpdated("sess_1", SessionSettings(extensions=("session.version",)), 3, 5)
    (message,) = told(extended(), update)
    assert (message["version"], message["effective_from_turn"]) == (3, 5)
    assert message["config"]["extensions"] == ["session.version"]
    (plain,) = told(extended(), events.SessionUpdated("sess_1", SETTINGS, 3, 5))
    assert set(plain) == {"type", "timestamp", "config"}


def test_an_account_of_what_was_played_needs_its_extension() -> None:
    dialect = extended("playout.ack")
    reply = told(dialect, events.ReplyBegan(2))[0]["reply_id"]
    ack = json.dumps({"type": "playout.ack", "reply_id": reply, "played_ms": 120.5})
    assert dialect.parse(ack, SETTINGS) == AckPlayback(2, 120.5)
    with pytest.raises(ClientError) as caught:
        extended().parse(ack, SETTINGS)
    assert caught.value.failure.message.startswith("Unknown message type: playout.ack")


def test_a_key_for_calls_that_do_something() -> None:
    call = events.ToolWanted(1, "call_1", "book", {}, side_effects=True)
    (keyed,) = told(extended("tool.idempotency"), call)
    assert keyed["idempotency_key"].startswith("key_")
    assert told(extended("tool.idempotency"), call) == [keyed]
    (other,) = told(extended("tool.idempotency"), events.ToolWanted(1, "call_2", "book", {}, side_effects=True))
    assert other["idempotency_key"] != keyed["idempotency_key"]
    harmless = events.ToolWanted(1, "call_1", "look", {})
    for dialect, event in ((extended(), call), (extended("tool.idempotency"), harmless)):
        assert "idempotency_key" not in told(dialect, event)[0]


def test_arguments_under_their_older_name() -> None:
    (call,) = told(extended(manners=Manners(args=True)), events.ToolWanted(1, "call_1", "look", {"at": "it"}))
    assert call["args"] == call["arguments"] == {"at": "it"}


def test_a_resumed_session_is_told_to_be_ready_and_nothing_else() -> None:
    (message,) = told(VoiceAgent(), events.SessionReady("sess_1", 5, SETTINGS, "rt_x", resumed=True))
    assert (message["type"], message["resume_token"]) == ("session.ready", "rt_x")


def test_every_code_is_one_of_the_contract() -> None:
    codes = {value for name, value in vars(failures).items() if name.isupper() and isinstance(value, str)}
    assert codes == set(get_args(Code))


def test_every_extension_can_be_asked_for() -> None:
    known = msgspec.json.schema(SessionFields)["$defs"]["SessionFields"]["properties"]["extensions"]
    assert set(known["anyOf"][0]["items"]["enum"]) == set(EXTENSIONS)


# -- what cannot be understood --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "code", "text"),
    [
        ("{", failures.INVALID_FORMAT, "Invalid JSON format."),
        ("[]", failures.INVALID_FORMAT, "Invalid JSON format: expected an object with a 'type'."),
        ("[" * 100_000, failures.INVALID_FORMAT, "Invalid JSON format: expected an object with a 'type'."),
        ('{"type":"session.end","x":' + "[" * 100_000, failures.INVALID_FORMAT, "Invalid JSON format."),
        ('{"type":"reply.create","instructions":NaN}', failures.INVALID_FORMAT, "Invalid JSON format."),
        ({}, failures.INVALID_FORMAT, "Invalid JSON format: expected an object with a 'type'."),
        ({"type": "x.y"}, failures.INVALID_FORMAT, "Unknown message type: x.y"),
        ({"type": "input.audio"}, failures.INVALID_FORMAT, "Invalid message format for type 'input.audio'"),
        ({"type": "input.audio", "audio": 3}, failures.INVALID_FORMAT, "Invalid message format for type 'input.audio'"),
        ({"type": "input.audio", "audio": "?"}, failures.INVALID_AUDIO, "Invalid audio data"),
        (
            {"type": "session.update", "session": 1},
            failures.INVALID_FORMAT,
            "Invalid message format for type 'session.update'",
        ),
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
