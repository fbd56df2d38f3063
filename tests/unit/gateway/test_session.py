"""A session on a real socket, its workers played by the test."""

from __future__ import annotations

import asyncio
import base64
from contextlib import AsyncExitStack

import numpy as np
import pytest

from natter_gateway.outbound import Outbound
from natter_protocol import subjects
from natter_protocol.audio import AudioFrame, AudioReplay
from natter_protocol.conversation import Author, ConversationAdded
from natter_protocol.errors import ErrorCode, ErrorRaised
from natter_protocol.playback import PlaybackProgress
from natter_protocol.reply import Outcome, ReplyHeard, ReplyUnwanted, ReplyWanted
from natter_protocol.session import CloseReason, SessionClosed, SessionConfigured
from natter_protocol.stt import SttPartial
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from natter_protocol.tts import TtsSegment, Word
from natter_protocol.turn import (
    Cause,
    Scope,
    TurnCancel,
    TurnCommitted,
    TurnGranted,
    TurnHold,
    TurnResume,
    TurnStarted,
)
from natter_runtime import seat
from tests.support.gateway_house import WORKERS, Place, client, gateway
from tests.support.runtime_wire import MuteLog

FRAME = 480


async def speak(place: Place, epoch: int, seconds: float, text: str = "one two three four") -> None:
    """Let ``tts`` speak a reply whose words are evenly spread."""
    seat = place.workers["tts"].seat
    each = int(seconds * 24_000) // len(text.split())
    words = tuple(Word(f"{word} ", i * each, (i + 1) * each) for i, word in enumerate(text.split()))
    await seat.say(TtsSegment(epoch=epoch, segment=0, text=text, first_sample=0, words=words))
    frames = int(seconds * 50)
    for index in range(frames):
        frame = AudioFrame(b"\x01\x02" * FRAME, index * FRAME, epoch=epoch, end=index == frames - 1)
        await seat.play(subjects.audio_out(seat.session), frame)


async def commit(place: Place, turn: int, epoch: int, text: str = "Do you?") -> None:
    seat = place.workers["turn"].seat
    await seat.say(TurnStarted(turn=turn, start_sample=0))
    await seat.say(TurnCommitted(turn=turn, epoch=epoch, text=text, start_sample=0, end_sample=16_000))


async def test_a_turn_and_its_answer_in_the_order_of_the_protocol() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        turn, stt = place.workers["turn"].seat, place.workers["stt"].seat
        await turn.say(TurnStarted(turn=1, start_sample=0))
        await caller.until("input.speech.started")
        await stt.say(SttPartial(turn=1, text="do you", end_sample=8000))
        await caller.until("transcript.user.delta")
        await commit(place, 1, 1)
        await speak(place, 1, 0.4)
        await caller.until("reply.done")
        assert caller.kinds() == [
            "session.updated",
            "session.ready",
            "input.speech.started",
            "transcript.user.delta",
            "input.speech.stopped",
            "transcript.user",
            "reply.started",
            *[kind for kind in caller.kinds() if kind in ("reply.audio", "transcript.agent.delta")],
            "transcript.agent",
            "reply.done",
        ]
        audio = b"".join(base64.b64decode(e["data"]) for e in caller.events if e["type"] == "reply.audio")
        assert audio == b"\x01\x02" * int(0.4 * 24_000)
        heard = await place.workers["llm"].hears(ReplyHeard)
        assert (heard.text, heard.ms, heard.outcome) == ("one two three four", 400, Outcome.COMPLETED)


async def test_the_greeting_is_wished_for_once_the_session_is_ready() -> None:
    async with gateway() as place, client(place.url, {"greeting": "Good morning!"}) as caller:
        wish = await place.workers["turn"].hears(ReplyWanted)
        assert (wish.cause, wish.instructions) == (Cause.GREETING, "Good morning!")
        await place.workers["turn"].seat.say(TurnGranted(epoch=1, cause=Cause.GREETING, request=wish.request))
        await speak(place, 1, 0.1, "Good morning!")
        agent = await caller.until("transcript.agent")
        assert agent["text"] == "Good morning!"


async def test_an_interruption_stops_the_audio_and_keeps_what_was_heard() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        turn = place.workers["turn"].seat
        await commit(place, 1, 1)
        await speak(place, 1, 4.0, "one two three four five six seven eight")
        await caller.until("reply.started")
        await asyncio.sleep(1.2)
        await turn.say(TurnStarted(turn=2, start_sample=30_000, over_epoch=1))
        await turn.say(TurnCancel(turn=2, epoch=1, scope=Scope.THROUGH, reason="barge_in"))
        await caller.until("input.speech.started")
        agent = await caller.until("transcript.agent")
        done = await caller.until("reply.done")
        assert agent["interrupted"] is True
        assert agent["text"] in ("one two", "one two three")
        assert done["status"] == "interrupted"
        heard = await place.workers["llm"].hears(ReplyHeard)
        assert (heard.text, heard.outcome) == (agent["text"], Outcome.INTERRUPTED)
        await speak(place, 1, 0.5)
        await turn.say(TurnStarted(turn=3, start_sample=60_000))
        await caller.until("input.speech.started")
        assert caller.events[-2]["type"] != "reply.audio"


async def test_a_client_that_vanishes_in_the_middle_of_a_reply_has_heard_that_much_of_it() -> None:
    async with gateway(resume_s=0.2) as place:
        async with client(place.url, {}) as caller:
            await commit(place, 1, 1)
            await speak(place, 1, 4.0, "one two three four five six seven eight")
            await caller.until("reply.started")
            await asyncio.sleep(1.2)
            caller.socket.transport.abort()
        heard = await place.workers["llm"].hears(ReplyHeard)
        assert heard.outcome is Outcome.INTERRUPTED
        assert heard.text in ("one two", "one two three")
        await place.workers["llm"].hears(SessionClosed)


async def test_five_calls_at_once_hear_their_own_replies() -> None:
    async with gateway() as place, AsyncExitStack() as stack:
        callers, seats = [], []
        for _ in range(5):
            callers.append(await stack.enter_async_context(client(place.url, {})))
            seats.append((place.workers["turn"].seat, place.workers["tts"].seat))
        for number, (turn, tts) in enumerate(seats):
            await turn.say(TurnCommitted(turn=1, epoch=1, text="Do you?", start_sample=0, end_sample=16_000))
            words = (Word(f"answer {number}", 0, 12_000),)
            await tts.say(TtsSegment(epoch=1, segment=0, text="", first_sample=0, words=words))
            for index in range(25):
                frame = AudioFrame(bytes([number, 1]) * FRAME, index * FRAME, epoch=1, end=index == 24)
                await tts.play(subjects.audio_out(tts.session), frame)
        for number, caller in enumerate(callers):
            assert (await caller.until("transcript.agent"))["text"] == f"answer {number}"
            audio = b"".join(base64.b64decode(e["data"]) for e in caller.events if e["type"] == "reply.audio")
            assert audio == bytes([number, 1]) * FRAME * 25


async def test_a_hold_stops_the_audio_and_a_resume_lets_it_go_on() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        turn = place.workers["turn"].seat
        await commit(place, 1, 1)
        await speak(place, 1, 1.0)
        await caller.until("reply.started")
        await asyncio.sleep(0.2)
        await turn.say(TurnHold(epoch=1, hold=1, ttl_ms=5000))
        await asyncio.sleep(0.3)
        await turn.say(TurnResume(hold=1))
        await caller.until("reply.done")
        audio = b"".join(base64.b64decode(e["data"]) for e in caller.events if e["type"] == "reply.audio")
        assert len(audio) == 2 * 24_000
        states = [item.state for item in place.workers["turn"].heard if isinstance(item, PlaybackProgress)]
        assert states == []  # this worker does not listen to live messages


async def test_input_audio_reaches_the_workers_and_is_replayed_when_asked_for() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        pcm = (np.sin(np.arange(24_000) / 20) * 8000).astype(np.int16).tobytes()
        for start in range(0, len(pcm), 4800):
            chunk = base64.b64encode(pcm[start : start + 4800]).decode()
            await caller.send({"type": "input.audio", "audio": chunk})
        await place.workers["stt"].hears(AudioFrame, 40)
        before = len([item for item in place.workers["stt"].heard if isinstance(item, AudioFrame)])
        await place.workers["stt"].seat.say(AudioReplay(first_sample=3200, end_sample=6400))
        replayed = await place.workers["stt"].hears(AudioFrame, before + 10)
        assert 3200 <= replayed.first_sample < 20_000


async def test_silence_is_filled_in_when_the_client_stops_sending() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        await caller.send({"type": "input.audio", "audio": base64.b64encode(bytes(4800)).decode()})
        async with asyncio.timeout(3):
            while not any(isinstance(i, AudioFrame) and i.filled for i in place.workers["turn"].heard):
                await asyncio.sleep(0.02)


async def test_tools_go_out_and_their_results_come_in() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        await commit(place, 1, 1)
        await place.workers["llm"].seat.store(
            ToolCalled(epoch=1, turn=1, call="call_1", name="stock", arguments={"item": "rye"})
        )
        call = await caller.until("tool.call")
        assert [e["type"] for e in caller.events if e["type"].startswith("reply.")] == ["reply.started"]
        assert (call["call_id"], call["name"], call["arguments"]) == ("call_1", "stock", {"item": "rye"})
        await caller.send({"type": "tool.result", "call_id": "call_1", "result": "gone", "is_error": True})
        result = await place.workers["llm"].hears(ToolReturned)
        assert (result.call, result.result, result.outcome) == ("call_1", "gone", ToolOutcome.FAILED)


async def test_settings_change_while_the_session_runs() -> None:
    async with gateway() as place, client(place.url, {"system_prompt": "Old."}) as caller:
        await caller.send({"type": "session.update", "session": {"system_prompt": "New.", "output": {"volume": 40}}})
        updated = await caller.until("session.updated")
        assert updated["config"]["system_prompt"] == "New."
        configured = await place.workers["llm"].hears(SessionConfigured)
        assert (configured.version, configured.settings.system_prompt) == (2, "New.")
        await caller.send({"type": "session.update", "session": {"output": {"voice": "other"}}})
        error = await caller.until("session.error")
        assert (error["code"], error["param"]) == ("immutable_field", "output.voice")
        assert error["session_id"].startswith("sess_")


async def test_the_end_is_said_by_both_sides_and_stored() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        await caller.send({"type": "session.end"})
        ended = await caller.until("session.ended")
        assert await caller.closed() == 1000
        assert ended["session_duration_seconds"] >= 0
        closed = await place.workers["tts"].hears(SessionClosed)
        assert closed.reason is CloseReason.CLIENT


async def test_a_session_that_lasts_too_long_expires() -> None:
    async with gateway(max_session_s=0.3) as place, client(place.url, {}) as caller:
        error = await caller.until("session.error")
        assert error["code"] == "session_expired"
        assert await caller.closed() == 1008


async def test_a_worker_that_cannot_go_on_is_replaced() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        spare = place.hire("tts", "tts-2")
        place.workers["spare"] = spare
        await asyncio.sleep(0.05)
        first = place.workers["tts"].seat
        place.workers["tts"].stopping.set()
        async with asyncio.timeout(5):
            while not spare.seats:
                await asyncio.sleep(0.02)
        assert spare.seat.claim > first.claim
        await commit(place, 1, 1)
        await first.play(subjects.audio_out(first.session), AudioFrame(b"\x07\x07" * FRAME, 0, epoch=1, end=True))
        await asyncio.sleep(0.1)
        place.workers["tts"] = spare
        await speak(place, 1, 0.2)
        await caller.until("reply.done")
        audio = b"".join(base64.b64decode(e["data"]) for e in caller.events if e["type"] == "reply.audio")
        assert b"\x07\x07" not in audio
        assert len(audio) == 2 * int(0.2 * 24_000)


async def test_a_session_without_a_worker_to_be_found_ends_with_an_error() -> None:
    async with gateway(reclaim_s=0.4) as place, client(place.url, {}) as caller:
        stt = place.workers["stt"]
        stt.stopping.set()
        error = await caller.until("session.error")
        assert (error["code"], "stt" in error["message"]) == ("internal_error", True)
        assert await caller.closed() == 1011


async def test_a_client_that_asks_for_too_much_at_once_is_told_so_and_its_workers_are_let_go() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        for _ in range(6000):
            await caller.send('{"type":"reply.create"}')
        error = await caller.until("session.error")
        assert error["code"] == "internal_error"
        assert await caller.closed() == 1011
        for name in WORKERS:
            assert (await place.workers[name].hears(SessionClosed)).reason is CloseReason.FAILED
        async with client(place.url, {}) as other:
            assert other.kinds() == ["session.updated", "session.ready"]


async def test_a_defect_in_a_session_ends_it_in_order(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: Outbound, frame: AudioFrame, now: float) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(Outbound, "hear_audio", broken)
    async with gateway() as place, client(place.url, {}) as one, client(place.url, {}) as two:
        await speak(place, 1, 0.1)
        error = await two.until("session.error")
        assert (error["code"], error["message"]) == ("internal_error", "The session failed in the gateway")
        assert await two.closed() == 1011
        assert (await place.workers["llm"].hears(SessionClosed)).reason is CloseReason.FAILED
        assert "ZeroDivisionError: a defect" in caplog.text
        await one.send({"type": "session.update", "session": {"system_prompt": "Still here."}})
        assert (await one.until("session.updated"))["config"]["system_prompt"] == "Still here."


async def test_the_client_is_told_of_the_end_also_when_the_log_does_not_take_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("APPEND_ATTEMPTS", "APPEND_TIMEOUT_S"):
        monkeypatch.setattr(seat, name, 1)
    async with gateway() as place, client(place.url, {}) as caller:
        place.runtime.bus._log = MuteLog(place.broker.bus())  # type: ignore[attr-defined]
        await caller.send({"type": "session.end"})
        await caller.until("session.ended")
        assert await caller.closed() == 1000
        assert (await place.workers["stt"].hears(SessionClosed)).reason is CloseReason.CLIENT


async def test_workers_that_were_claimed_are_let_go_when_the_session_does_not_open() -> None:
    async with gateway(without=("llm",)) as place, client(place.url) as caller:
        await caller.send({"type": "session.update", "session": {}})
        assert (await caller.until("session.error"))["code"] == "at_capacity"
        for name in ("turn", "stt", "tts"):
            if place.workers[name].seats:
                assert (await place.workers[name].hears(SessionClosed)).reason is CloseReason.FAILED


async def test_a_provider_that_failed_is_told_of_and_the_session_goes_on() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        await commit(place, 1, 1)
        error = ErrorRaised(code=ErrorCode.ENGINE_FAILED, message="upstream 429", retryable=True, epoch=1)
        await place.workers["llm"].seat.say(error)
        failed = await caller.until("reply.error")
        assert (failed["message"], failed["retryable"]) == ("upstream 429", True)
        await caller.send({"type": "session.end"})
        assert await caller.closed() == 1000


# -- what the client may ask for ----------------------------------------------------------------


async def test_a_reply_is_cancelled_by_its_id() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        await commit(place, 1, 1)
        await speak(place, 1, 4.0, "one two three four five six seven eight")
        reply = (await caller.until("reply.started"))["reply_id"]
        await caller.send({"type": "reply.cancel", "reply_id": reply})
        unwanted = await place.workers["turn"].hears(ReplyUnwanted)
        assert unwanted.epoch == 1
        await place.workers["turn"].seat.say(TurnCancel(epoch=1, scope=Scope.ONLY, reason="client"))
        done = await caller.until("reply.done")
        assert (done["reply_id"], done["status"]) == (reply, "interrupted")
        await caller.send({"type": "reply.cancel", "reply_id": "resp_0"})
        error = await caller.until("session.error")
        assert (error["code"], error["param"]) == ("invalid_value", "reply_id")


async def test_what_the_client_adds_stands_after_the_newest_reply() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        await caller.send({"type": "conversation.message", "role": "system", "content": "The caller is Ada."})
        first = await place.workers["llm"].hears(ConversationAdded)
        assert (first.epoch, first.author, first.text) == (0, Author.SYSTEM, "The caller is Ada.")
        await commit(place, 1, 4)
        await caller.until("transcript.user")
        await caller.send({"type": "conversation.message", "role": "user", "content": "I am Ada."})
        second = await place.workers["llm"].hears(ConversationAdded, 2)
        assert (second.epoch, second.author) == (4, Author.USER)
        assert [e["type"] for e in caller.events if e["type"].startswith("reply")] == []


async def test_a_reply_that_is_asked_for_takes_the_place_of_the_greeting() -> None:
    async with gateway() as place, client(place.url, {"greeting": "Good morning!"}) as caller:
        turn = place.workers["turn"]
        wish = await turn.hears(ReplyWanted)
        await turn.seat.say(TurnGranted(epoch=1, cause=Cause.GREETING, request=wish.request))
        await speak(place, 1, 2.0, "Good morning!")
        await caller.until("reply.started")
        await caller.send({"type": "reply.create", "instructions": "Say hello."})
        assert (await turn.hears(ReplyUnwanted)).epoch == 1
        assert (await turn.hears(ReplyWanted, 2)).instructions == "Say hello."
        await turn.seat.say(TurnCancel(epoch=1, scope=Scope.ONLY, reason="client"))
        await caller.until("reply.done")
        await caller.send({"type": "reply.create"})
        await turn.hears(ReplyWanted, 3)
        assert len([item for item in turn.heard if isinstance(item, ReplyUnwanted)]) == 1


async def test_a_result_counts_once_and_one_of_no_call_is_ignored() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        await commit(place, 1, 1)
        await place.workers["llm"].seat.store(ToolCalled(epoch=1, turn=1, call="c1", name="stock", arguments={}))
        await caller.until("tool.call")
        for call, result in (("c0", "whose?"), ("c1", "first"), ("c1", "second")):
            await caller.send({"type": "tool.result", "call_id": call, "result": result})
        await caller.send({"type": "session.update", "session": {"system_prompt": "Done."}})
        await place.workers["llm"].hears(SessionConfigured)
        results = [item.result for item in place.workers["llm"].heard if isinstance(item, ToolReturned)]
        assert results == ["first"]
        assert "session.error" not in caller.kinds()


async def test_the_version_of_the_settings_and_the_turn_that_they_begin_with() -> None:
    async with gateway() as place, client(place.url, {"extensions": ["session.version"]}) as caller:
        assert [e["version"] for e in caller.events if e["type"] == "session.updated"] == [1]
        await commit(place, 1, 1)
        await caller.until("transcript.user")
        await caller.send({"type": "session.update", "session": {"system_prompt": "Two."}})
        updated = await caller.until("session.updated")
        assert (updated["version"], updated["effective_from_turn"]) == (2, 2)
        await place.workers["turn"].seat.say(TurnStarted(turn=2, start_sample=0))
        await caller.until("input.speech.started")
        await caller.send({"type": "session.update", "session": {"system_prompt": "Three."}})
        updated = await caller.until("session.updated")
        assert (updated["version"], updated["effective_from_turn"]) == (3, 2)


async def test_a_hold_is_told_to_whoever_wants_to_know() -> None:
    async with gateway() as place, client(place.url, {"extensions": ["agent.hold"]}) as caller:
        turn = place.workers["turn"].seat
        await commit(place, 1, 1)
        await speak(place, 1, 2.0)
        reply = (await caller.until("reply.started"))["reply_id"]
        await caller.until("reply.audio")
        await turn.say(TurnHold(epoch=1, hold=1, ttl_ms=5000))
        assert (await caller.until("agent.held"))["reply_id"] == reply
        await turn.say(TurnResume(hold=1))
        assert (await caller.until("agent.resumed"))["reply_id"] == reply
        await turn.say(TurnHold(epoch=1, hold=2, ttl_ms=100))
        await caller.until("agent.held")
        await caller.until("agent.resumed")  # it ended by itself
        await turn.say(TurnHold(epoch=1, hold=3, ttl_ms=5000))
        await caller.until("agent.held")
        await turn.say(TurnCancel(turn=2, epoch=1, scope=Scope.THROUGH, reason="barge_in"))
        await caller.until("reply.done")
        assert [e["type"] for e in caller.events].count("agent.resumed") == 2


async def test_what_was_really_played_decides_what_the_agent_remembers() -> None:
    async with gateway() as place, client(place.url, {"extensions": ["playout.ack"]}) as caller:
        await commit(place, 1, 1)
        await speak(place, 1, 4.0, "one two three four five six seven eight")
        reply = (await caller.until("reply.started"))["reply_id"]
        await asyncio.sleep(1.2)
        await caller.send({"type": "playout.ack", "reply_id": reply, "played_ms": 600})
        await place.workers["turn"].seat.say(TurnCancel(turn=2, epoch=1, scope=Scope.THROUGH, reason="barge_in"))
        agent = await caller.until("transcript.agent")
        assert agent["text"] in ("one two three", "one two")  # the cancel may have come first
        heard = await place.workers["llm"].hears(ReplyHeard)
        assert heard.text == agent["text"]
