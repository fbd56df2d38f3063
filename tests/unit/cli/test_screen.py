"""How a call is shown."""

from __future__ import annotations

import io
import json

from natter_cli.events import (
    AgentDelta,
    AgentText,
    Event,
    Other,
    ReplyAudio,
    ReplyDone,
    ReplyError,
    SpeechStarted,
    ToolCall,
    UserDelta,
    UserText,
)
from natter_cli.screen import Conversation, Ndjson, Summary

EVENTS: list[Event | Other] = [
    SpeechStarted(),
    UserDelta(item_id="i", text="What"),
    UserDelta(item_id="i", text="What is"),
    UserText(item_id="i", text="What is it?"),
    ReplyAudio(reply_id="r", data=bytes(960)),
    AgentDelta(reply_id="r", delta="A "),
    AgentDelta(reply_id="r", delta="bus."),
    AgentText(reply_id="r", text="A bus.", interrupted=True),
    ReplyDone(reply_id="r", status="interrupted"),
    ToolCall(call_id="c", name="weather", arguments={"place": "Köln"}),
    ReplyError(reply_id="r", code="llm_provider_error", message="upstream 429"),
    Other("turn.metrics", {"type": "turn.metrics", "x": 1}),
]
SUMMARY = Summary("sess_1", ["What is it?"], ["A bus."], [0.83, 1.0], 4.25, "out.wav")


def test_on_paper_only_what_is_final() -> None:
    stream = io.StringIO()
    screen = Conversation(stream, live=False, colour=False)
    for event in EVENTS:
        screen.event(event, 0.0)
    screen.summary(SUMMARY)
    assert stream.getvalue().splitlines() == [
        "you    What is it?",
        "agent  A bus. (interrupted)",
        'tool   weather({"place": "Köln"})',
        "error  llm_provider_error: upstream 429",
        "       end of speech to first audible sound: 0.83 s, 1.00 s",
        "       4.2 s of the agent's voice in out.wav",
        "       what happened inside: natter tap sess_1 --log",
    ]


def test_on_a_terminal_lines_grow_in_place() -> None:
    stream = io.StringIO()
    screen = Conversation(stream, live=True, colour=False)
    for event in EVENTS[:8]:
        screen.event(event, 0.0)
    you, agent, rest = stream.getvalue().split("\n")
    clear = "\r\x1b[2K"
    assert you.split(clear)[1:] == ["you    What", "you    What is", "you    What is it?"]
    assert agent.split(clear)[1:] == ["agent  A ", "agent  A bus.", "agent  A bus. (interrupted)"]
    assert rest == ""


def test_ndjson() -> None:
    stream = io.StringIO()
    screen = Ndjson(stream)
    for event in EVENTS:
        screen.event(event, 1.23456)
    screen.summary(SUMMARY)
    rows = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert rows[0] == {"t": 1.235, "type": "input.speech.started", "timestamp": 0.0}
    assert rows[4] == {"t": 1.235, "type": "reply.audio", "reply_id": "r", "ms": 20.0}
    assert rows[-2] == {"t": 1.235, "type": "turn.metrics", "x": 1}
    assert rows[-1]["type"] == "talk.summary"
    assert rows[-1]["latencies_s"] == [0.83, 1.0]
