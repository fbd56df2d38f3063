"""Coming back to a session whose connection was lost: on the same gateway, and on another."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from typing import Any

from websockets.exceptions import ConnectionClosed

from natter_protocol import subjects
from natter_protocol.audio import AudioFrame
from natter_protocol.playback import PlaybackResend
from natter_protocol.reply import Outcome, ReplyHeard
from natter_protocol.session import CloseReason, SessionClosed, SessionOpened, SessionProgress, SessionTake
from natter_protocol.settings import ExecutionMode, Tool
from natter_protocol.tool import ToolCalled, ToolReturned
from natter_protocol.tts import TtsSegment, Word
from natter_protocol.turn import TurnCommitted, TurnStarted
from natter_runtime.telemetry import tracer_for
from tests.support import otlp_sink
from tests.support.gateway_house import Client, Place, client, gateway
from tests.support.traces import of

FRAME = 480
SECRET = "a secret that all gateways share"
EXTENDED = {"extensions": ["session.resumed_from"]}


def tone(samples: int) -> bytes:
    """Return audio in which every sample tells its place."""
    return b"".join((index % 65_536).to_bytes(2, "little") for index in range(samples))


async def commit(place: Place, turn: int, epoch: int, text: str = "Do you?") -> None:
    seat = place.workers["turn"].seat
    await seat.say(TurnStarted(turn=turn, start_sample=0))
    await seat.say(TurnCommitted(turn=turn, epoch=epoch, text=text, start_sample=0, end_sample=16_000))


async def speak(place: Place, epoch: int, seconds: float, text: str = "one two three four") -> bytes:
    """Let ``tts`` speak a reply whose words are evenly spread; return its audio."""
    seat = place.workers["tts"].seat
    each = int(seconds * 24_000) // len(text.split())
    words = tuple(Word(f"{word} ", i * each, (i + 1) * each) for i, word in enumerate(text.split()))
    await seat.say(TtsSegment(epoch=epoch, segment=0, text=text, first_sample=0, words=words))
    pcm = tone(int(seconds * 24_000))
    await play(place, epoch, pcm, 0)
    return pcm


async def play(place: Place, epoch: int, pcm: bytes, first: int) -> None:
    """Let ``tts`` send a reply's audio from a frame's first sample on."""
    seat = place.workers["tts"].seat
    for start in range(first - first % FRAME, len(pcm) // 2, FRAME):
        piece = pcm[2 * start : 2 * (start + FRAME)]
        last = 2 * (start + FRAME) >= len(pcm)
        await seat.play(subjects.audio_out(seat.session), AudioFrame(piece, start, epoch=epoch, end=last))


def audio(events: list[dict[str, Any]]) -> bytes:
    return b"".join(base64.b64decode(event["data"]) for event in events if event["type"] == "reply.audio")


async def listen(caller: Client, seconds: float) -> None:
    """Read what comes for a while."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await caller.until("nothing of this name")


async def drop(caller: Client) -> str:
    """Tear the connection; return the session's id."""
    ready = next(event for event in caller.events if event["type"] == "session.ready")
    caller.socket.transport.abort()
    with contextlib.suppress(ConnectionClosed):
        while True:
            caller.events.append(json.loads(await caller.socket.recv()))
    return str(ready["session_id"])


async def back(caller: Client, session: str) -> dict[str, Any]:
    await caller.send({"type": "session.resume", "session_id": session})
    return await caller.until("session.ready")


async def test_a_lost_client_comes_back_to_the_same_session() -> None:
    async with gateway() as place:
        async with client(place.url, {"system_prompt": "Be brief.", "greeting": "Hi."} | EXTENDED) as caller:
            session = await drop(caller)
        lost = await place.workers["turn"].hears(SessionProgress)
        assert lost.connected is False
        async with client(place.url) as again:
            ready = await back(again, session)
            assert ready["session_id"] == session
            assert ready["config"]["system_prompt"] == "Be brief."
            assert again.kinds() == ["session.ready"]
            resumed = await again.until("session.resumed_from")
            assert (resumed["input_sample"], resumed["reply_id"], resumed["items"]) == (0, None, [])
            await again.send({"type": "session.update", "session": {"system_prompt": "Be long."}})
            assert (await again.until("session.updated"))["config"]["system_prompt"] == "Be long."
            await again.send({"type": "session.end"})
            assert await again.closed() == 1000


async def test_a_client_without_the_extension_is_told_no_more_than_ready() -> None:
    async with gateway() as place:
        async with client(place.url, {}) as caller:
            session = await drop(caller)
        async with client(place.url) as again:
            await back(again, session)
            await again.send({"type": "session.end"})
            await again.until("session.ended")
            assert again.kinds() == ["session.ready", "session.ended"]


async def test_input_goes_on_at_the_very_sample() -> None:
    async with gateway() as place:
        sent = tone(24_000)
        async with client(place.url, EXTENDED) as caller:
            await caller.send({"type": "input.audio", "audio": base64.b64encode(sent[: 2 * 12_345]).decode()})
            await place.workers["stt"].hears(AudioFrame, 24)
            session = await drop(caller)
        await asyncio.sleep(0.5)  # nothing is filled in while nobody is there
        async with client(place.url) as again:
            await back(again, session)
            resumed = await again.until("session.resumed_from")
            assert resumed["input_sample"] == 12_345
            await again.send({"type": "input.audio", "audio": base64.b64encode(sent[2 * 12_345 :]).decode()})
            await place.workers["stt"].hears(AudioFrame, 48)
        frames = [item for item in place.workers["stt"].heard if isinstance(item, AudioFrame)]
        assert [frame.first_sample for frame in frames] == [320 * index for index in range(len(frames))]
        assert not any(frame.filled for frame in frames)


async def test_a_reply_goes_on_from_the_last_sample_that_was_sent() -> None:
    async with gateway() as place:
        async with client(place.url, EXTENDED) as caller:
            await commit(place, 1, 1)
            pcm = await speak(place, 1, 2.0)
            await caller.until("reply.started")
            await listen(caller, 0.7)
            session = await drop(caller)
        await asyncio.sleep(0.4)
        async with client(place.url) as again:
            await back(again, session)
            resumed = await again.until("session.resumed_from")
            assert resumed["reply_id"] == next(e["reply_id"] for e in caller.events if e["type"] == "reply.started")
            assert [item["role"] for item in resumed["items"]] == ["user"]
            await again.until("reply.done")
        heard, rest = audio(caller.events), audio(again.events)
        assert pcm.startswith(heard)
        assert pcm.endswith(rest)
        assert len(heard) <= len(pcm) - len(rest) == resumed["reply_ms"] * 48  # some may have been lost on the way
        kinds = [event["type"] for event in (*caller.events, *again.events)]
        assert kinds.count("reply.started") == kinds.count("reply.done") == kinds.count("transcript.agent") == 1
        told = await place.workers["llm"].hears(ReplyHeard)
        assert (told.text, told.ms, told.outcome) == ("one two three four", 2000, Outcome.COMPLETED)


async def test_what_was_said_meanwhile_is_told_at_the_return() -> None:
    async with gateway() as place:
        async with client(place.url, EXTENDED) as caller:
            session = await drop(caller)
        await asyncio.sleep(0.05)
        await commit(place, 1, 1, "Anybody there?")
        await place.workers["llm"].seat.store(ToolCalled(epoch=1, turn=1, call="c1", name="look", arguments={}))
        await asyncio.sleep(0.05)
        async with client(place.url) as again:
            await back(again, session)
            call = await again.until("tool.call")
            assert again.kinds() == [
                "session.ready",
                "session.resumed_from",
                "input.speech.started",
                "input.speech.stopped",
                "transcript.user",
                "reply.started",
                "tool.call",
            ]
            assert call["call_id"] == "c1"


async def test_a_call_that_waits_for_its_result_is_told_of_again() -> None:
    tool = {"type": "function", "name": "look", "side_effects": True}
    session = {"tools": [tool], "extensions": ["tool.idempotency"]}
    async with gateway() as place:
        async with client(place.url, session) as caller:
            await commit(place, 1, 1)
            await place.workers["llm"].seat.store(ToolCalled(epoch=1, turn=1, call="c1", name="look", arguments={}))
            first = await caller.until("tool.call")
            lost = await drop(caller)
        async with client(place.url) as again:
            await back(again, lost)
            second = await again.until("tool.call")
            assert {**first, "timestamp": 0} == {**second, "timestamp": 0}
            assert first["idempotency_key"].startswith("key_")
            await again.send({"type": "tool.result", "call_id": "c1", "result": "seen"})
            assert (await place.workers["llm"].hears(ToolReturned)).result == "seen"


async def test_somebody_elses_key_and_a_session_that_never_was() -> None:
    async with gateway(api_keys=("mine", "theirs")) as place:
        url = f"{place.url}?token="
        async with client(f"{url}mine", {}) as caller:
            session = await drop(caller)
        for token, asked, code in (
            ("theirs", session, "session_forbidden"),
            ("mine", "sess_0000", "session_not_found"),
            ("mine", "no such.session", "session_not_found"),
        ):
            async with client(f"{url}{token}") as other:
                await other.send({"type": "session.resume", "session_id": asked})
                assert (await other.until("session.error"))["code"] == code
                assert await other.closed() == 1008
        async with client(f"{url}mine") as again:
            await back(again, session)


async def test_the_resume_token_lets_its_bearer_come_back_and_nothing_else() -> None:
    async with gateway(api_keys=("mine",)) as place:
        async with client(f"{place.url}?token=mine", {}) as caller:
            token = next(e["resume_token"] for e in caller.events if e["type"] == "session.ready")
            session = await drop(caller)
        headers = {"Authorization": f"Bearer {token}"}
        async with client(place.url, additional_headers=headers) as other:
            await other.send({"type": "session.update", "session": {}})
            assert (await other.until("session.error"))["code"] == "session_forbidden"
        async with client(place.url, additional_headers=headers) as again:
            assert (await back(again, session))["session_id"] == session
        async with client(f"{place.url}?token=mine", {}) as second:
            other_session = await drop(second)
        async with client(place.url, additional_headers=headers) as other:
            await other.send({"type": "session.resume", "session_id": other_session})
            assert (await other.until("session.error"))["code"] == "session_forbidden"


async def test_too_late_is_too_late_and_an_end_is_an_end() -> None:
    async with gateway(resume_s=0.1) as place:
        async with client(place.url, {}) as caller:
            late = await drop(caller)
        await place.workers["turn"].hears(SessionClosed)
        async with client(place.url, {}) as caller:
            ended = next(e["session_id"] for e in caller.events if e["type"] == "session.ready")
            await caller.send({"type": "session.end"})
            assert await caller.closed() == 1000
        for session, code in ((late, "session_expired"), (ended, "session_not_found")):
            async with client(place.url) as again:
                await again.send({"type": "session.resume", "session_id": session})
                assert (await again.until("session.error"))["code"] == code
                assert await again.closed() == 1008


async def test_of_two_connections_the_newer_has_the_session() -> None:
    async with gateway() as place, client(place.url, EXTENDED) as older:
        session = next(e["session_id"] for e in older.events if e["type"] == "session.ready")
        async with client(place.url) as newer:
            await back(newer, session)
            error = await older.until("session.error")
            assert (error["code"], error["session_id"]) == ("session_forbidden", session)
            assert await older.closed() == 1008
            await commit(place, 1, 1)
            await newer.until("transcript.user")
            await newer.send({"type": "session.end"})
            assert await newer.closed() == 1000


async def test_a_resume_in_the_middle_of_a_session_is_refused() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        await caller.send({"type": "session.resume", "session_id": "sess_1"})
        error = await caller.until("session.error")
        assert error["message"] == "session.resume must be the first message of a connection"


async def test_a_token_for_one_use_opens_one_session() -> None:
    async with gateway(secret=SECRET, token_single_use=True) as place:
        from natter_gateway.auth import ANYBODY
        from natter_gateway.tokens import Mint
        from natter_runtime.clock import SystemClock

        token, _ = Mint(SECRET.encode(), SystemClock(), once=True).temporary(ANYBODY, 60, 90)
        async with client(f"{place.url}?token={token}", {}) as caller:
            ready = next(e for e in caller.events if e["type"] == "session.ready")
            assert 85 <= ready["expires_at"] - ready["timestamp"] <= 91
        async with client(f"{place.url}?token={token}") as other:
            await other.send({"type": "session.update", "session": {}})
            assert (await other.until("session.error"))["code"] == "unauthorized"
            assert await other.closed() == 1008


# -- another gateway ----------------------------------------------------------------------------


async def test_another_gateway_goes_on_with_a_session_whose_client_was_lost() -> None:
    async with gateway() as place:
        other = await place.another_gateway("gateway-2")
        sent = tone(24_000)
        async with client(place.url, {"system_prompt": "Be brief."} | EXTENDED) as caller:
            await caller.send({"type": "session.update", "session": {"system_prompt": "Be kind."}})
            await caller.until("session.updated")
            await caller.send({"type": "input.audio", "audio": base64.b64encode(sent[: 2 * 9_700]).decode()})
            await place.workers["stt"].hears(AudioFrame, 20)
            session = await drop(caller)
        await place.workers["turn"].hears(SessionProgress)
        async with client(other) as again:
            ready = await back(again, session)
            assert ready["config"]["system_prompt"] == "Be kind."
            resumed = await again.until("session.resumed_from")
            position = resumed["input_sample"]
            assert position % 480 == 0
            assert 8_000 < position <= 9_700
            take = await place.workers["stt"].hears(SessionTake)
            assert (take.service, take.instance) == ("gateway", "gateway-2")
            await again.send({"type": "input.audio", "audio": base64.b64encode(sent[2 * position :]).decode()})
            await place.workers["stt"].hears(AudioFrame, 48)
            await again.send({"type": "session.end"})
            assert await again.closed() == 1000
        frames = [item for item in place.workers["stt"].heard if isinstance(item, AudioFrame)]
        assert [frame.first_sample for frame in frames[:48]] == [320 * index for index in range(48)]
        closed = await place.facts(session, SessionClosed)
        assert [fact.reason for fact in closed] == [CloseReason.CLIENT]


async def test_another_gateway_goes_on_with_the_reply_at_a_word() -> None:
    async with gateway() as place:
        other = await place.another_gateway("gateway-2")
        async with client(place.url, EXTENDED) as caller:
            await commit(place, 1, 1)
            pcm = await speak(place, 1, 4.0, "one two three four five six seven eight")
            await caller.until("reply.started")
            await listen(caller, 1.2)
            session = await drop(caller)
        await asyncio.sleep(0.1)
        async with client(other) as again:
            await back(again, session)
            resumed = await again.until("session.resumed_from")
            wanted = await place.workers["tts"].hears(PlaybackResend)
            assert (wanted.epoch, wanted.first_sample % 12_000) == (1, 0)
            assert resumed["reply_ms"] == wanted.first_sample // 24
            assert 0 < wanted.first_sample <= len(audio(caller.events)) // 2
            await play(place, 1, pcm, wanted.first_sample)
            agent = await again.until("transcript.agent")
            await again.until("reply.done")
            assert (agent["text"], agent["interrupted"]) == ("one two three four five six seven eight", False)
        assert audio(again.events) == pcm[2 * wanted.first_sample :]
        kinds = [event["type"] for event in (*caller.events, *again.events)]
        assert kinds.count("reply.started") == kinds.count("reply.done") == 1
        words = [e["delta"] for e in (*caller.events, *again.events) if e["type"] == "transcript.agent.delta"]
        assert "".join(words).split() == "one two three four five six seven eight".split()


async def test_a_session_is_taken_from_a_gateway_whose_client_is_still_connected() -> None:
    async with gateway() as place:
        other = await place.another_gateway("gateway-2")
        async with client(place.url, EXTENDED) as older, client(other) as newer:
            session = next(e["session_id"] for e in older.events if e["type"] == "session.ready")
            await back(newer, session)
            assert (await older.until("session.error"))["code"] == "session_forbidden"
            assert await older.closed() == 1008
            await commit(place, 1, 1)
            await newer.until("transcript.user")
            assert await place.facts(session, SessionClosed) == []
            async with client(place.url) as third:  # and back again
                await back(third, session)
                assert await newer.closed() == 1008
                await third.send({"type": "session.end"})
                assert await third.closed() == 1000


async def test_a_tool_that_holds_the_conversation_holds_it_on_the_other_gateway_too() -> None:
    tool = {"type": "function", "name": "look", "execution_mode": "hold"}
    async with gateway() as place:
        other = await place.another_gateway("gateway-2")
        async with client(place.url, {"tools": [tool]}) as caller:
            await commit(place, 1, 1)
            await place.workers["llm"].seat.store(ToolCalled(epoch=1, turn=1, call="c1", name="look", arguments={}))
            await caller.until("tool.call")
            session = await drop(caller)
        async with client(other) as again:
            await back(again, session)
            await again.until("tool.call")
            await commit(place, 2, 2, "Hurry up.")
            await again.until("input.speech.stopped")
            await again.send({"type": "tool.result", "call_id": "c1", "result": "seen"})
            assert (await again.until("transcript.user"))["text"] == "Hurry up."
    assert Tool(name="look", mode=ExecutionMode.HOLD).mode == "hold"


async def test_a_gateway_that_stops_leaves_its_sessions_to_another() -> None:
    async with gateway() as place:
        other = await place.another_gateway("gateway-2")
        async with client(other, {"system_prompt": "Be brief."} | EXTENDED) as caller:
            await commit(place, 1, 1)
            pcm = await speak(place, 1, 2.0)
            await caller.until("reply.started")
            session = next(e["session_id"] for e in caller.events if e["type"] == "session.ready")
            await asyncio.sleep(1.2)  # until each gateway has heard of the other
            place.doors[0][0].stopping.set()
            assert await caller.closed() == 1012
        async with client(place.url) as again:
            ready = await back(again, session)
            assert ready["config"]["system_prompt"] == "Be brief."
            wanted = await place.workers["tts"].hears(PlaybackResend)
            await play(place, 1, pcm, wanted.first_sample)
            assert (await again.until("transcript.agent"))["interrupted"] is False
            assert await place.facts(session, SessionClosed) == []
            await again.send({"type": "session.end"})
            assert await again.closed() == 1000
        assert [fact.reason for fact in await place.facts(session, SessionClosed)] == [CloseReason.CLIENT]


async def test_a_call_that_another_gateway_goes_on_with_is_one_span_that_is_told_of_once() -> None:
    with otlp_sink.sink() as url:
        tracer, flush = tracer_for("gateway", "gateway-1", url, 1.0)
        async with gateway(tracer=tracer) as place:
            other = await place.another_gateway("gateway-2")
            async with client(other, EXTENDED) as caller:
                session = next(e["session_id"] for e in caller.events if e["type"] == "session.ready")
                await asyncio.sleep(1.2)  # until each gateway has heard of the other
                place.doors[0][0].stopping.set()
                assert await caller.closed() == 1012
            async with client(place.url) as again:
                await back(again, session)
                await again.send({"type": "session.end"})
                assert await again.closed() == 1000
            (opened,) = await place.facts(session, SessionOpened)
        await asyncio.to_thread(flush)
        (call,) = of(otlp_sink.SPANS, "call")
    assert opened.trace.split("-")[1:3] == [call["trace"], call["span"]]
    assert call["attributes"]["natter.session.closed"] == "client"
    (handed_over,) = [event for event in call["events"] if event["name"] == "handover"]
    assert (handed_over["natter.service"], handed_over["natter.handover.to"]) == ("gateway", "gateway-test")
