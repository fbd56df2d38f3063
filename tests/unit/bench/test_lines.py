"""What systems say on their wires, in the benchmark's own words."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from benchmarks.bench.lines import Began, Drop, Event, LineError, Over, Sound, Spoken, Told
from benchmarks.bench.lines.bot import BotLine
from benchmarks.bench.lines.natter import NatterLine
from benchmarks.bench.model import Script
from benchmarks.bench.player import UNKNOWN
from benchmarks.bench.record import Asked, Word
from natter_cli import events
from tests.support.bench_wire import FakeAgent, FakeSocket


async def heard(line: NatterLine | BotLine) -> list[Event]:
    return [event async for event in line.events()]


# -- Natter ---------------------------------------------------------------------------------------


async def test_a_reply_of_natter() -> None:
    line = NatterLine(
        FakeAgent(
            events.ReplyStarted(reply_id="r1"),
            events.ReplyAudio(reply_id="r1", data=b"\x01\x00"),
            events.AgentDelta(reply_id="r1", delta=" Reply", start_ms=10, end_ms=300),
            events.AgentText(reply_id="r1", text="Reply"),
            events.ReplyDone(reply_id="r1"),
        )
    )
    assert await heard(line) == [
        Began("r1"),
        Sound("r1", b"\x01\x00"),
        Spoken("r1", (Word(" Reply", 10, 300),)),
        Told("transcript.agent", "Reply"),
        Over("r1", True, "Reply"),
    ]


async def test_speech_and_an_interrupted_reply_drop_what_waits() -> None:
    line = NatterLine(FakeAgent(events.SpeechStarted(), events.ReplyDone(reply_id="r1", status="interrupted")))
    assert await heard(line) == [Told("input.speech.started"), Drop(), Drop(), Over("r1", False)]


async def test_an_error_of_the_session_ends_the_line() -> None:
    with pytest.raises(LineError, match="at_capacity: no room"):
        await heard(NatterLine(FakeAgent(events.SessionError(code="at_capacity", message="no room"))))


async def test_what_is_not_known_is_told() -> None:
    line = NatterLine(FakeAgent(events.UserText(item_id="m", text="Hello."), events.Other("turn.decision", {})))
    assert await heard(line) == [Told("transcript.user", "Hello."), Told("turn.decision")]


# -- a bot ----------------------------------------------------------------------------------------

PCM = np.random.default_rng(1).integers(1, 3000, 960).astype("<i2").tobytes()


def voice(text: str, pcm: bytes, words: list[Any]) -> str:
    body = {"type": "voice", "pcm": base64.b64encode(pcm).decode(), "text": text, "words": words}
    return json.dumps(body)


def script() -> Script:
    return Script(("short",), [Asked(0.0, 1, [], "Reply one. Yes")])


async def test_a_bots_sound_is_known_by_what_its_voice_made() -> None:
    made = voice("Reply one. Yes", PCM, [["Reply", 0, 10], ["one.", 10, 20], ["Yes", 20, 40]])
    line = BotLine(FakeSocket(made, PCM[:960], PCM[960:]), script())
    told, began, first, second, over = await heard(line)
    assert told == Spoken("reply-1", (Word(" Reply", 0, 10), Word(" one.", 10, 20), Word(" Yes", 20, 40)))
    assert began == Began("reply-1")
    assert (first, second) == (Sound("reply-1", PCM[:960], 0), Sound("reply-1", PCM[960:], 480))
    assert over == Over("reply-1", True)


async def test_a_reply_is_not_over_before_all_of_its_text_was_spoken() -> None:
    made = voice("Reply one.", PCM, [["Reply", 0, 10], ["one.", 10, 20]])
    assert not [event for event in await heard(BotLine(FakeSocket(made, PCM), script())) if isinstance(event, Over)]


async def test_a_drop_ends_the_reply_that_is_open() -> None:
    made = voice("Reply one. Yes", PCM, [["Reply", 0, 10]])
    events_ = await heard(BotLine(FakeSocket(made, PCM[:960], '{"type":"drop"}', '{"type":"drop"}'), script()))
    assert events_[-3:] == [Drop(), Over("reply-1", False), Drop()]


async def test_silence_and_strange_sound_belong_to_no_reply() -> None:
    line = BotLine(FakeSocket(bytes(100), PCM[:100]), script())
    silence, *strange = await heard(line)
    assert silence == Sound(UNKNOWN, bytes(100))
    assert strange[-1] == Told("unknown sound", "50 samples")


async def test_a_bot_is_sent_what_the_microphone_carries() -> None:
    socket = FakeSocket()
    line = BotLine(socket, script())
    await line.send(bytes(640))
    assert (line.rate, socket.sent) == (16_000, [bytes(640)])
