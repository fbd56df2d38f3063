"""What happened in a call and when."""

from __future__ import annotations

import random
from typing import Any

from natter_gateway import ids
from natter_gateway.records.timeline import Timed, timeline_of
from natter_protocol.audio import AudioStarted
from natter_protocol.base import Message
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyMeasured, ReplyWanted, Step
from natter_protocol.session import CloseReason, SessionClosed, SessionConfigured, SessionOpened, SessionProgress
from natter_protocol.settings import InputSettings, OwnModel, SessionSettings
from natter_protocol.stt import SttFinal
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from natter_protocol.turn import Cause, TurnCommitted, TurnEmpty, TurnGranted, TurnReopened, TurnStarted
from tests.support.runtime_calls import SESSION, Call, random_call

OPENED = 1_795_300_000.25


class Log:
    """Facts with the moments at which the log took them, in milliseconds after the opening."""

    def __init__(self) -> None:
        self.call = Call()
        self.timed: list[Timed] = []
        self.at(0, "gateway", SessionOpened(dialect="voice_agent", owner="anna", opened_at=OPENED))
        self.at(1, "gateway", SessionConfigured(version=1, settings=SessionSettings()))

    def at(self, ms: float, by: str, fact: Message) -> None:
        self.timed.append(Timed(self.call.say(by, fact), OPENED + ms / 1000))

    def greeting(self) -> None:
        self.at(2, "gateway", ReplyWanted(cause=Cause.GREETING, request="w1", instructions="Hello!"))
        self.at(5, "turn", TurnGranted(epoch=1, cause=Cause.GREETING, request="w1"))
        self.at(6, "llm", ReplyFinished(epoch=1, text="Hello!"))
        heard = ReplyHeard(epoch=1, text="Hello!", ms=700, outcome=Outcome.COMPLETED, started_at_ms=40, ended_at_ms=740)
        self.at(745, "gateway", heard)

    def question(self, outcome: Outcome = Outcome.COMPLETED) -> None:
        self.at(800, "gateway", AudioStarted(at_ms=800))
        self.at(1300, "turn", TurnStarted(turn=1, start_sample=8000))
        self.at(2400, "stt", SttFinal(turn=1, text="rye?", start_sample=8000, end_sample=24_000, confidence=0.9))
        committed = TurnCommitted(turn=1, epoch=2, text="Do you have rye?", start_sample=8000, end_sample=24_000)
        self.at(2600, "turn", committed)
        heard = ReplyHeard(epoch=2, text="Yes.", ms=500, outcome=outcome, started_at_ms=2800, ended_at_ms=3300)
        self.at(3305, "gateway", heard)

    def made(self) -> dict[str, Any]:
        return timeline_of(self.timed)


def test_a_greeting() -> None:
    log = Log()
    log.greeting()
    (turn,) = log.made()["turns"]
    assert turn == {
        "turn_id": ids.reply_id(SESSION, 1),
        "item_id": ids.agent_item(SESSION, 1),
        "status": "completed",
        "trigger": "greeting",
        "requested_instructions": None,
        "user_transcript": None,
        "user_speech_started_at_ms": None,
        "user_speech_ended_at_ms": None,
        "user_confidence": None,
        "agent_text": "Hello!",
        "agent_reply_started_at_ms": 40,
        "agent_reply_ended_at_ms": 740,
        "interrupted_at_ms": None,
        "time_to_first_audio_ms": None,
    }


def test_a_turn_of_the_user_and_its_answer() -> None:
    log = Log()
    log.question()
    (turn,) = log.made()["turns"]
    assert turn["trigger"] == "user_speech"
    assert turn["item_id"] == ids.user_item(SESSION, 1)
    assert (turn["user_transcript"], turn["user_confidence"]) == ("Do you have rye?", 0.9)
    assert (turn["user_speech_started_at_ms"], turn["user_speech_ended_at_ms"]) == (1300, 2300)
    assert turn["time_to_first_audio_ms"] == 500
    assert turn["agent_text"] == "Yes."


def test_how_long_the_answer_took_and_where_the_time_went() -> None:
    log = Log()
    log.question()
    assert "latency" not in log.made()
    steps = (Step("decision", "turn", 320.0), Step("first_token", "llm", 90.0))
    log.at(2810, "gateway", ReplyMeasured(turn=1, epoch=2, total_ms=430.0, steps=steps, unaccounted_ms=20.0))
    made = log.made()
    assert made["turns"][0]["latency"]["total_ms"] == 430.0
    assert made["turns"][0]["latency"]["steps"][1] == {"name": "first_token", "owner": "llm", "ms": 90.0}
    assert made["latency"]["total"]["p50_ms"] == 430.0


def test_an_interruption() -> None:
    log = Log()
    log.question(Outcome.INTERRUPTED)
    (turn,) = log.made()["turns"]
    assert (turn["status"], turn["interrupted_at_ms"]) == ("interrupted", 3300)


def test_tools_and_the_reply_that_tells_of_them() -> None:
    log = Log()
    log.question()
    log.at(2650, "llm", ToolCalled(epoch=2, turn=1, call="call_a", name="stock", arguments={"item": "rye"}))
    log.at(2655, "llm", ToolCalled(epoch=2, turn=1, call="call_b", name="stock", arguments={}))
    log.at(2900, "gateway", ToolReturned(call="call_a", result="12"))
    log.at(9000, "llm", ToolReturned(call="call_b", result="no answer", outcome=ToolOutcome.TIMED_OUT))
    log.at(9100, "turn", TurnGranted(epoch=3, cause=Cause.TOOL_RESULT, request="tools_2"))
    asked, told = log.made()["turns"]
    first, second = asked["tool_calls"]
    assert first == {
        "call_id": "call_a",
        "name": "stock",
        "arguments": {"item": "rye"},
        "result": "12",
        "dispatched_at_ms": 2650,
        "result_received_at_ms": 2900,
        "duration_ms": 250,
        "is_error": False,
        "timed_out": False,
        "parallel_call_id": ids.reply_id(SESSION, 2),
    }
    assert (second["is_error"], second["timed_out"], second["duration_ms"]) == (True, True, 6345)
    assert (told["trigger"], told["status"]) == ("tool_result", "incomplete")
    assert "tool_calls" not in told


def test_a_single_call_is_parallel_to_none_and_may_have_no_result() -> None:
    log = Log()
    log.question()
    log.at(2650, "llm", ToolCalled(epoch=2, turn=1, call="call_a", name="stock", arguments={}))
    (call,) = log.made()["turns"][0]["tool_calls"]
    assert (call["parallel_call_id"], call["result"], call["duration_ms"], call["is_error"]) == (
        None,
        None,
        None,
        False,
    )


def test_a_reply_that_the_client_asked_for_says_what_it_asked() -> None:
    log = Log()
    log.at(2, "gateway", ReplyWanted(cause=Cause.REPLY_CREATE, request="w", instructions="Say that we look."))
    log.at(5, "turn", TurnGranted(epoch=1, cause=Cause.REPLY_CREATE, request="w"))
    (turn,) = log.made()["turns"]
    assert (turn["trigger"], turn["requested_instructions"]) == ("reply_create", "Say that we look.")


def test_what_came_to_nothing_is_no_turn() -> None:
    log = Log()
    log.at(10, "turn", TurnStarted(turn=1, start_sample=0))
    log.at(20, "turn", TurnEmpty(turn=1, reason="noise", end_sample=100))
    log.at(30, "turn", TurnCommitted(turn=2, epoch=1, text="I", start_sample=200, end_sample=300))
    log.at(40, "turn", TurnReopened(turn=2, rev=1, start_sample=400, void_only=(1,)))
    assert "turns" not in log.made()


def test_the_frame_of_it() -> None:
    log = Log()
    log.at(41_070, "gateway", SessionClosed(reason=CloseReason.AGENT, duration_s=41.07))
    made = log.made()
    assert made == {
        "session_id": SESSION,
        "started_at_unix_ms": 1_795_300_000_250,
        "ended": {"reason": "agent", "public_reason": "agent", "duration_seconds": 41.07},
    }


def test_changes_of_the_settings_are_named_and_not_shown() -> None:
    log = Log()
    secret = SessionSettings(system_prompt="New.", input=InputSettings(keyterms=("x",)), llm=OwnModel("u", "m", "gAAA"))
    log.at(5000, "gateway", SessionConfigured(version=2, settings=secret))
    made = log.made()
    assert made["config_changes"] == [{"at_ms": 5000, "changed": ["input", "llm", "system_prompt"]}]
    assert "gAAA" not in str(made)


def test_the_order_of_the_log_and_repeats_do_not_matter() -> None:
    log = Log()
    log.greeting()
    log.question()
    shuffled = [*log.timed, *log.timed]
    random.Random(7).shuffle(shuffled)
    assert timeline_of(shuffled) == log.made()


def test_any_call_has_a_timeline() -> None:
    for seed in range(50):
        facts, account = random_call(random.Random(seed), 12)
        made = timeline_of([Timed(fact, OPENED + number) for number, fact in enumerate(facts)])
        said = [turn["user_transcript"] for turn in made.get("turns", []) if turn["user_transcript"]]
        spoken = [text for role, text in account.told if role == "user" and text.startswith("turn")]
        assert said == spoken


def test_of_nothing_there_is_nothing() -> None:
    assert timeline_of([]) == {"session_id": "", "started_at_unix_ms": 0}


def test_what_the_log_alone_has_timed_lies_on_the_axis_too() -> None:
    """The client was gone from 5 s to 25 s: what came after lies 20 s earlier on the axis than on the clock."""
    log = Log()
    log.question()
    log.at(5000, "gateway", SessionProgress(sample=4200 * 16, received=0, connected=False))
    log.at(10_000, "llm", ToolCalled(epoch=2, turn=1, call="call_a", name="stock", arguments={}))
    log.at(25_000, "gateway", SessionProgress(sample=4200 * 16, received=0, connected=True))
    log.at(25_500, "gateway", ToolReturned(call="call_a", result="2"))
    (call,) = log.made()["turns"][0]["tool_calls"]
    assert (call["dispatched_at_ms"], call["result_received_at_ms"], call["duration_ms"]) == (5000, 5500, 500)
