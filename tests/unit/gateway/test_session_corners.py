"""Sessions that are written, that are flooded, that are silent; on a real socket, their workers played by the test."""

from __future__ import annotations

import asyncio
import base64

from natter_protocol.audio import AudioFrame
from natter_protocol.llm import LlmDelta
from natter_protocol.playback import PlaybackState
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyWanted
from natter_protocol.session import CloseReason, SessionClosed
from natter_protocol.turn import (
    Cause,
    TurnGranted,
)
from tests.support.gateway_house import client, gateway

# -- sessions without audio ---------------------------------------------------------------------


async def test_a_session_that_is_written() -> None:
    settings = {"input": {"type": "text"}, "output": {"type": "text"}}
    async with gateway() as place, client(place.url, settings) as caller:
        assert caller.events[-1]["config"]["output"]["type"] == "text"
        await place.workers["turn"].seat.say(TurnGranted(epoch=1, cause=Cause.REPLY_CREATE))
        llm = place.workers["llm"].seat
        await llm.say(LlmDelta(epoch=1, text="Two lo"))
        await llm.say(ReplyFinished(epoch=1, text="Two loaves."))
        await caller.until("reply.done")
        assert caller.kinds()[2:] == ["reply.started", "transcript.agent.delta", "transcript.agent", "reply.done"]
        words = [e for e in caller.events if e["type"] == "transcript.agent.delta"]
        assert "".join(word["delta"] for word in words) == "Two loaves."
        assert {(word["start_ms"], word["end_ms"]) for word in words} == {(None, None)}
        assert (await place.workers["turn"].hears(ReplyHeard)).outcome is Outcome.COMPLETED
        await caller.send({"type": "input.audio", "audio": "AAAA"})
        error = await caller.until("session.error")
        assert (error["code"], "'input.type' is 'text'" in error["message"]) == ("invalid_audio", True)


# -- too much, and too little ---------------------------------------------------------------------


async def test_a_burst_is_fine_and_too_much_for_too_long_is_dropped() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        second = base64.b64encode(bytes(48_000)).decode()
        for _ in range(15):
            await caller.send({"type": "input.audio", "audio": second})
        await place.workers["stt"].hears(AudioFrame, 740)
        assert "session.error" not in caller.kinds()
        for _ in range(15):
            await caller.send({"type": "input.audio", "audio": second})
        error = await caller.until("session.error")
        assert error["code"] == "audio_rate_violation"
        await caller.send({"type": "session.end"})
        ended = await caller.until("session.ended")
        assert 19 <= ended["audio_duration_seconds"] <= 23
        assert caller.kinds().count("session.error") == 1


async def test_messages_that_come_too_fast_wait() -> None:
    async with gateway(message_rate=20.0) as place, client(place.url, {}) as caller:
        began = asyncio.get_running_loop().time()
        for _ in range(50):
            await caller.send({"type": "nonsense"})
        await caller.send({"type": "session.end"})
        await caller.until("session.ended")
        assert asyncio.get_running_loop().time() - began > 0.4
        assert [e["type"] for e in caller.events].count("session.error") == 50


async def test_silence_lets_the_agent_ask_and_then_ends_the_session() -> None:
    async with gateway(idle_ask_s=0.2, idle_end_s=0.8) as place, client(place.url, {}) as caller:
        wish = await place.workers["turn"].hears(ReplyWanted)
        assert wish.cause is Cause.IDLE
        error = await caller.until("session.error")
        assert (error["code"], error["message"]) == ("session_expired", "Nobody has said anything for too long")
        assert await caller.closed() == 1008
        closed = await place.workers["turn"].hears(SessionClosed)
        assert closed.reason is CloseReason.IDLE


async def test_audio_before_the_session_is_ready_is_heard() -> None:
    async with gateway() as place, client(place.url) as caller:
        for _ in range(10):
            await caller.send({"type": "input.audio", "audio": base64.b64encode(bytes(4800)).decode()})
        await caller.send({"type": "session.update", "session": {}})
        await caller.until("session.ready")
        await place.workers["stt"].hears(AudioFrame, 45)


def test_playback_states_are_told_apart() -> None:
    assert {state.value for state in PlaybackState} == {"playing", "held", "starved", "ended"}
