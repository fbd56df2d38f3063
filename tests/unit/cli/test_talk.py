"""A call from a WAV file: sent at real time, played, shown, and over when it has been answered."""

from __future__ import annotations

import io
import json
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from natter_cli import exchange, talk
from natter_cli.client import RATE, CallError
from natter_cli.screen import Ndjson
from natter_cli.talk import Call, FromFile, Options
from natter_runtime.clock import SystemClock
from natter_runtime.errors import UsageError
from tests.support.cli_agent import Visit, agent

SPEECH = (8000 * np.sin(np.arange(RATE // 5) / 9)).astype("<i2").tobytes()
"""0.2 s."""
REPLY = np.full(RATE // 10, 5000, dtype="<i2").tobytes()
"""0.1 s."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "SETTLE_S", 0.2)


async def dial(url: str, out: Path | None = None, **options: Any) -> list[dict[str, Any]]:
    """Make a call; return what it printed."""
    stream, clock = io.StringIO(), SystemClock()
    call = Call(Options(url, out=out, **options), FromFile(SPEECH, clock), Ndjson(stream), clock)
    try:
        assert await call.run() == 0
    finally:
        rows = [json.loads(line) for line in stream.getvalue().splitlines()]
    return rows


async def test_question_and_answer(tmp_path: Path) -> None:
    async def script(visit: Visit) -> None:
        await visit.heard(0.3)
        await visit.answer("What is it?", "A bus.", REPLY)

    async with agent(script) as (url, visits):
        rows = await dial(url, tmp_path / "out.wav", system_prompt="Be brief.", greeting="Hi")
    assert visits[0].messages[0]["session"] == {"system_prompt": "Be brief.", "tools": [], "greeting": "Hi"}
    assert visits[0].ended
    assert bytes(visits[0].audio[: len(SPEECH)]) == SPEECH
    assert not any(visits[0].audio[len(SPEECH) :])
    assert rows[0] == {"t": 0.0, "type": "session.ready", "session_id": "sess_1", "expires_at": 1} | rows[0]
    summary = rows[-1]
    assert summary["heard"] == ["What is it?"]
    assert summary["replies"] == ["A bus."]
    assert summary["played_s"] == 0.1
    assert 0.09 < summary["latencies_s"][0] < 0.3
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert file.getframerate() == RATE
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    (loud,) = np.nonzero(heard)
    assert len(loud) == RATE // 10
    assert loud[-1] - loud[0] + 1 == RATE // 10
    assert 0.29 < loud[0] / RATE < 0.5


async def test_audio_is_sent_at_real_time() -> None:
    clock = SystemClock()
    start = clock.monotonic()
    from natter_cli.player import Player

    times = []
    voice = FromFile(SPEECH, clock)
    async for chunk in voice.chunks(Player()):
        assert len(chunk) == 2 * talk.STEP
        times.append(clock.monotonic() - start)
        if voice.ended:
            break
    assert len(times) == 10
    assert times[0] >= 0.02
    assert 0.2 <= times[-1] < 0.3


async def test_what_waits_is_dropped_when_the_user_speaks(tmp_path: Path) -> None:
    async def script(visit: Visit) -> None:
        await visit.say("reply.started", reply_id="greeting")
        await visit.audio_out("greeting", REPLY * 50)
        await visit.heard(0.1)
        await visit.say("input.speech.started")
        await visit.say("transcript.agent", reply_id="greeting", text="Hel", interrupted=True)
        await visit.say("reply.done", reply_id="greeting", status="interrupted")
        await visit.answer("Wait.", "Yes?", REPLY)

    async with agent(script) as (url, _):
        rows = await dial(url, tmp_path / "out.wav")
    assert rows[-1]["played_s"] < 0.5
    assert len(rows[-1]["latencies_s"]) == 1


async def test_tools_are_offered_and_answered() -> None:
    async def script(visit: Visit) -> None:
        await visit.heard(0.1)
        await visit.say("transcript.user", item_id="i", text="Weather?")
        await visit.say("reply.started", reply_id="preamble")
        await visit.say("tool.call", call_id="c1", name="get_weather", arguments={})
        await visit.say("reply.done", reply_id="preamble", status="completed")
        result = await visit.message("tool.result")
        assert result == {"type": "tool.result", "call_id": "c1", "result": '{"sky": "blue"}', "is_error": False}
        await visit.say("reply.started", reply_id="answer")
        await visit.say("transcript.agent", reply_id="answer", text="It is blue.")
        await visit.say("reply.done", reply_id="answer", status="completed")

    async with agent(script) as (url, visits):
        rows = await dial(url, tools={"get_weather": '{"sky": "blue"}'})
    (tool,) = visits[0].messages[0]["session"]["tools"]
    assert (tool["type"], tool["name"], tool["description"]) == ("function", "get_weather", "get weather")
    assert rows[-1]["replies"] == ["It is blue."]


async def test_no_answer() -> None:
    async def script(visit: Visit) -> None:
        await visit.heard(0.1)
        await visit.say("transcript.user", item_id="i", text="Hello?")

    async with agent(script) as (url, _):
        with pytest.raises(CallError, match=r"no reply 0.3 s after the end of the audio; it heard 'Hello\?'"):
            await dial(url, deadline_s=0.3)


async def test_an_error_of_the_server() -> None:
    async def script(visit: Visit) -> None:
        await visit.heard(0.05)
        await visit.say("session.error", code="internal_error", message="broken")
        await visit.socket.close(1011)

    async with agent(script) as (url, _):
        with pytest.raises(CallError, match="the server says internal_error: broken"):
            await dial(url)


async def test_a_failed_reply() -> None:
    async def script(visit: Visit) -> None:
        await visit.heard(0.05)
        await visit.say("reply.error", reply_id="r", code="llm_provider_error", message="upstream 429")

    async with agent(script) as (url, _):
        with pytest.raises(CallError, match="the reply failed: llm_provider_error: upstream 429"):
            await dial(url)


async def test_a_server_that_goes_away() -> None:
    async def script(visit: Visit) -> None:
        await visit.heard(0.05)
        await visit.socket.close(1012, "restart")

    async with agent(script) as (url, _):
        with pytest.raises(CallError, match="closed the connection: 1012 restart"):
            await dial(url)


def arguments(**changes: Any) -> dict[str, Any]:
    given = {"wav_path": None, "out": None, "as_json": True, "url": "ws://127.0.0.1:9/", "key": "", "system_prompt": ""}
    return given | {"greeting": "", "tools": [], "deadline_s": 1.0} | changes


def test_the_command_reads_files_of_any_rate(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(bytes(4 * 441))
    with pytest.raises(CallError, match="connection refused"):
        talk.run(**arguments(wav_path=path))


def test_wrong_options(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        talk.run(**arguments(out=tmp_path / "no" / "out.wav"))
    with pytest.raises(UsageError, match="expected NAME or NAME=RESULT"):
        talk.run(**arguments(tools=["get weather"]))
    with pytest.raises(UsageError, match="No such file"):
        talk.run(**arguments(wav_path=tmp_path / "nothing.wav"))
