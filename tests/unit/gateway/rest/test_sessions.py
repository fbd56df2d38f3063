"""Records of sessions over REST, and what remains of a call."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import soundfile

from natter_protocol import subjects
from natter_protocol.audio import AudioFrame
from natter_protocol.base import Lane
from natter_protocol.reply import ReplyFinished, ReplyHeard
from natter_protocol.tool import ToolCalled, ToolReturned
from natter_protocol.tts import TtsSegment, Word
from natter_protocol.turn import TurnCommitted, TurnStarted
from tests.support.gateway_house import Client, client
from tests.support.gateway_rest import ANNA, Desk, desk, wrong

HEADERS = {"Authorization": ANNA}


async def say(caller: Client, seconds: float, hertz: float = 440.0) -> None:
    """Speak in real time, in pieces of 50 ms."""
    samples = (np.sin(np.arange(int(seconds * 24_000)) * 2 * np.pi * hertz / 24_000) * 8000).astype("<i2").tobytes()
    for start in range(0, len(samples), 2400):
        audio = base64.b64encode(samples[start : start + 2400]).decode()
        await caller.send({"type": "input.audio", "audio": audio})
        await asyncio.sleep(0.05)


async def answer(at: Desk, epoch: int, seconds: float, text: str) -> None:
    """Let ``tts`` speak a reply: a tone."""
    seat, count = at.place.workers["tts"].seat, int(seconds * 24_000)
    await seat.say(TtsSegment(epoch=epoch, segment=0, text=text, first_sample=0, words=(Word(text, 0, count),)))
    samples = (np.sin(np.arange(count) * 2 * np.pi * 300 / 24_000) * 8000).astype("<i2").tobytes()
    for start in range(0, count, 480):
        frame = AudioFrame(samples[2 * start : 2 * (start + 480)], start, epoch=epoch, end=start + 480 >= count)
        await seat.play(subjects.audio_out(seat.session), frame)


async def conversation(at: Desk) -> str:
    """A second of the user, half a second of the agent with a tool; return the session's id."""
    async with client(at.place.url, {"system_prompt": "Sell."}, additional_headers=HEADERS) as caller:
        session: str = caller.events[-1]["session_id"]
        llm = at.place.workers["llm"].seat
        await say(caller, 1.0)
        turn = at.place.workers["turn"].seat
        await turn.say(TurnStarted(turn=1, start_sample=0))
        await turn.say(TurnCommitted(turn=1, epoch=1, text="Rye?", start_sample=0, end_sample=14_400))
        await llm.say(ReplyFinished(epoch=1, turn=1, text="Two are left.", model="m", input_tokens=9, output_tokens=3))
        await llm.store(ToolCalled(epoch=1, turn=1, call="call_1", name="stock", arguments={"item": "rye"}))
        await llm.say(ToolReturned(epoch=1, turn=1, call="call_1", result="2"))
        await answer(at, 1, 0.5, "Two are left.")
        await caller.until("reply.done")
        await at.place.workers["llm"].hears(ReplyHeard)
        await caller.send({"type": "session.end"})
        assert await caller.closed() == 1000
    return session


def link(session: dict[str, Any], type: str) -> str:
    return next(str(artifact["url"]) for artifact in session["artifacts"] if artifact["type"] == type)


async def test_a_call_and_what_remains_of_it(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('currency = "USD"\nsession_hour = 3600\n[llm.m]\ninput_million = 1e5\noutput_million = 0\n')
    async with desk(prices=prices) as at:
        session = await at.complete(await conversation(at))
        assert (session["status"], session["public_close_reason"], session["agent_id"]) == ("completed", "client", None)
        assert session["config"]["system_prompt"] == "Sell."
        assert session["ended_at"] > session["created_at"]
        usage = session["usage"]
        assert usage["session_seconds"] == session["duration_seconds"] == pytest.approx(2.0, abs=1.5)
        assert usage["audio_in_seconds"] == pytest.approx(1.0, abs=0.1)
        assert (usage["audio_out_seconds"], usage["tts_characters"], usage["tool_calls"]) == (0.5, 13, 1)
        assert usage["llm"] == [{"model": "m", "input_tokens": 9, "output_tokens": 3}]
        assert session["cost"]["parts"]["llm"] == 0.9
        assert session["cost"]["total"] == pytest.approx(0.9 + usage["session_seconds"], abs=0.01)
        types = {artifact["type"]: artifact["content_type"] for artifact in session["artifacts"]}
        assert types == {"audio": "audio/ogg", "timeline": "application/json", "metadata": "application/json"}
        timeline = (await at.anna.get(link(session, "timeline"))).json()
        (turn,) = timeline["turns"]
        assert (turn["trigger"], turn["agent_text"]) == ("user_speech", "Two are left.")
        assert turn["tool_calls"][0]["result"] == "2"
        assert session["latency"] == timeline["latency"]
        assert (session["latency"]["answers"], session["latency"]["speculations"]) == (1, 0)
        assert session["latency"]["total"]["p50_ms"] == turn["latency"]["total_ms"] > 0
        await check_recording(at, session, turn, tmp_path)


async def check_recording(at: Desk, session: dict[str, Any], turn: dict[str, Any], tmp: Path) -> None:
    """Both channels lie where the timeline says."""
    metadata = (await at.anna.get(link(session, "metadata"))).json()
    assert (metadata["session_id"], metadata["channels"]) == (session["id"], 2)
    assert metadata["channel_layout"] == {"left": "user", "right": "agent"}
    assert (metadata["dropped_chunks"], metadata["uploaded_chunks"]) == (0, 1)
    del at.anna.headers["authorization"]  # the link alone is enough
    sound = await at.anna.get(link(session, "audio"))
    assert sound.headers["content-type"] == "audio/ogg"
    assert sound.content.startswith(b"OggS")
    part = await at.anna.get(link(session, "audio"), headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"OggS")
    path = tmp / "sound.ogg"
    path.write_bytes(sound.content)
    samples, rate = soundfile.read(path)
    left, right = (np.flatnonzero(np.abs(samples[:, channel]) > 0.02) / rate for channel in (0, 1))
    assert metadata["duration_seconds"] == pytest.approx(len(samples) / rate, abs=0.01)
    assert left[-1] - left[0] == pytest.approx(1.0, abs=0.1)
    assert right[-1] - right[0] == pytest.approx(0.5, abs=0.05)
    assert right[0] * 1000 == pytest.approx(turn["agent_reply_started_at_ms"], abs=50)
    assert right[0] > left[-1] - 0.1


async def test_a_session_tells_where_its_trace_is_if_the_operator_has_told() -> None:
    async with desk() as at:
        assert (await at.complete(await at.call()))["trace_url"] is None
    async with desk(traces_url="http://127.0.0.1:16686/") as at:
        session = await at.complete(await at.call())
    address = urlsplit(session["trace_url"])
    assert (address.netloc, address.path) == ("127.0.0.1:16686", "/search")
    (tags,) = parse_qs(address.query)["tags"]
    assert tags == f'{{"natter.session":"{session["id"]}"}}'


async def test_a_session_is_listed_from_its_beginning() -> None:
    async with desk() as at, client(at.place.url, {}, additional_headers=HEADERS) as caller:
        id = caller.events[-1]["session_id"]
        async with asyncio.timeout(5):
            while not (found := (await at.anna.get("/v1/sessions")).json()["sessions"]):
                await asyncio.sleep(0.02)
        assert [(session["id"], session["status"], session["ended_at"]) for session in found] == [(id, "active", None)]
        detail = (await at.anna.get(f"/v1/sessions/{id}")).json()
        assert (detail["usage"], detail["cost"], detail["latency"], detail["artifacts"]) == (None, None, None, [])
        assert wrong(await at.anna.delete(f"/v1/sessions/{id}"), 409) == ["session_active"]
        await caller.send({"type": "session.end"})
        await caller.closed()


async def test_lists_are_narrowed_down() -> None:
    async with desk(recording=False) as at:
        agent = await at.agent()
        plain = await at.call()
        with_agent = await at.call(agent_id=agent["id"])

        async def ids(**narrow: str) -> list[str]:
            answer = await at.anna.get("/v1/sessions", params=narrow)
            return [session["id"] for session in answer.json()["sessions"]]

        assert await ids() == [with_agent, plain]
        assert await ids(agent_id=agent["id"]) == [with_agent]
        assert await ids(status="completed") == [with_agent, plain]
        assert await ids(status="active") == []
        assert await ids(limit="1") == [with_agent]
        assert wrong(await at.anna.get("/v1/sessions", params={"status": "nonsense"})) == ["status"]
        assert wrong(await at.anna.get("/v1/sessions", params={"limit": 0})) == ["limit"]


async def test_without_recording_there_is_a_timeline_and_no_sound() -> None:
    async with desk() as at:
        agent = await at.agent(recording=False)
        session = await at.complete(await at.call(agent_id=agent["id"]))
        assert [artifact["type"] for artifact in session["artifacts"]] == ["timeline"]
        answer = await at.anna.get(f"/v1/sessions/{session['id']}/artifacts/audio")
        assert wrong(answer, 404) == ["artifact_not_found"]


async def test_deletion_deletes() -> None:
    async with desk() as at:
        id = await conversation(at)
        session = await at.complete(id)
        folder = at.place.data / "recordings" / id
        pattern = subjects.lane(id, Lane.EVT)
        assert folder.is_dir()
        assert await at.place.broker.bus().log.read(pattern)
        assert (await at.anna.delete(f"/v1/sessions/{id}")).status_code == 204
        assert not folder.exists()
        assert await at.place.broker.bus().log.read(pattern) == []
        assert wrong(await at.anna.get(f"/v1/sessions/{id}"), 404) == ["session_not_found"]
        assert wrong(await at.anna.delete(f"/v1/sessions/{id}"), 404) == ["session_not_found"]
        assert wrong(await at.anna.get(link(session, "timeline")), 404) == ["session_not_found"]
        assert (await at.anna.get("/v1/sessions")).json()["sessions"] == []
        assert not any(b"Two are left" in data for data in contents(at.place.data))


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_two_owners_do_not_see_each_other() -> None:
    async with desk() as at:
        id = await at.call()
        session = await at.complete(id)
        assert (await at.bob.get("/v1/sessions")).json()["sessions"] == []
        for answer in (
            await at.bob.get(f"/v1/sessions/{id}"),
            await at.bob.delete(f"/v1/sessions/{id}"),
            await at.bob.get(f"/v1/sessions/{id}/artifacts/timeline"),
        ):
            assert wrong(answer, 404) == ["session_not_found"]
        assert (await at.bob.get(link(session, "timeline"))).status_code == 200  # whoever was given the link


async def test_a_link_is_good_for_what_it_names_and_for_an_hour() -> None:
    async with desk() as at:
        session = await at.complete(await at.call())
        url = urlsplit(link(session, "timeline"))
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        del at.anna.headers["authorization"]
        assert (await at.anna.get(url.path, params=asked)).status_code == 200
        for forged in (
            {**asked, "signature": "0" * 64},
            {**asked, "signature": "ä"},
            {**asked, "expires": str(int(asked["expires"]) + 1)},
            {**asked, "expires": "1"},
            {"expires": asked["expires"]},
        ):
            assert wrong(await at.anna.get(url.path, params=forged), 401) == ["unauthorized"]
        other = url.path.replace("/timeline", "/metadata")
        wrong(await at.anna.get(other, params=asked), 401)
        path = f"/v1/sessions/{session['id']}/artifacts/nonsense"
        assert wrong(await at.anna.get(path, params=asked)) == ["artifact"]


async def test_links_begin_as_the_operator_says() -> None:
    async with desk(public_url="https://voice.example.com/") as at:
        session = await at.complete(await at.call())
        assert link(session, "timeline").startswith("https://voice.example.com/v1/sessions/")


async def test_a_recording_that_is_elsewhere_is_not_found() -> None:
    async with desk() as at:
        id = await conversation(at)
        await at.complete(id)
        (at.place.data / "recordings" / id / "audio.ogg").unlink()
        assert wrong(await at.anna.get(f"/v1/sessions/{id}/artifacts/audio"), 404) == ["artifact_not_found"]


async def test_records_outlive_the_gateway(tmp_path: Path) -> None:
    async with desk(data=tmp_path) as at:
        id = await at.call(system_prompt="Keep this.")
    async with desk(data=tmp_path) as at:
        assert (await at.anna.get(f"/v1/sessions/{id}")).json()["config"]["system_prompt"] == "Keep this."


async def test_a_call_that_the_gateway_ended_by_stopping_has_a_record(tmp_path: Path) -> None:
    async with desk(data=tmp_path) as at, client(at.place.url, {}, additional_headers=HEADERS) as caller:
        id = caller.events[-1]["session_id"]
        at.place.runtime.stopping.set()
        await caller.closed()
    async with desk(data=tmp_path) as at:
        session = (await at.anna.get(f"/v1/sessions/{id}")).json()
        assert (session["status"], session["public_close_reason"]) == ("completed", "shutdown")
