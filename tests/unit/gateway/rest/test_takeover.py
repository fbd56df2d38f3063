"""A call that goes from one gateway to another has one record, one recording, one timeline."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from natter_protocol.audio import AudioFrame
from natter_protocol.session import SessionProgress
from tests.support.gateway_house import client
from tests.support.gateway_rest import ANNA, BOB, SECRET, desk
from tests.unit.gateway.rest.test_sessions import HEADERS, answer, link, say
from tests.unit.gateway.test_resume import drop
from tests.unit.gateway.test_session import commit

ANOTHER = {"api_keys": (ANNA, BOB), "secret": SECRET}


async def test_both_parts_are_in_the_record(tmp_path: Path) -> None:
    async with desk() as at:
        other = await at.place.another_gateway("gateway-2", **ANOTHER)
        async with client(at.place.url, {}, additional_headers=HEADERS) as caller:
            await say(caller, 1.0, 440)
            await commit(at.place, 1, 1)
            await answer(at, 1, 0.4, "Yes.")
            await caller.until("reply.done")
            session = await drop(caller)
        await at.place.workers["turn"].hears(SessionProgress)
        await asyncio.sleep(1.0)  # the client is gone for a while; the axis stands still
        async with client(other, additional_headers=HEADERS) as again:
            await again.send({"type": "session.resume", "session_id": session})
            await again.until("session.ready")
            heard = len([item for item in at.place.workers["stt"].heard if isinstance(item, AudioFrame)])
            await say(again, 1.0, 880)
            await at.place.workers["stt"].hears(AudioFrame, heard + 40)
            await again.send({"type": "session.end"})
            assert await again.closed() == 1000
        found = await at.complete(session)
        listed = (await at.anna.get("/v1/sessions")).json()["sessions"]
        assert [(one["id"], one["status"]) for one in listed] == [(session, "completed")]
        timeline = (await at.anna.get(link(found, "timeline"))).json()
        (turn,) = timeline["turns"]
        path = tmp_path / "sound.ogg"
        path.write_bytes((await at.anna.get(link(found, "audio"))).content)
        samples, rate = soundfile.read(path)
        left, right = samples[:, 0], samples[:, 1]
        assert where(right, rate)[0] * 1000 == pytest.approx(turn["agent_reply_started_at_ms"], abs=60)
        assert loudest(left, rate, 440)[0] < loudest(left, rate, 880)[0]
        begin, end = where(left, rate)
        assert end - begin < 1.0 + 1.0 + 3.0  # what the resume leaves out, not the time that the client was gone


def where(channel: np.ndarray, rate: int) -> tuple[float, float]:
    """Return from when to when a channel is loud, in seconds."""
    loud = np.flatnonzero(np.abs(channel) > 0.02) / rate
    return float(loud[0]), float(loud[-1])


def loudest(channel: np.ndarray, rate: int, hertz: float) -> tuple[float, float]:
    """Return when a tone is loudest, and how loud it is there."""
    step = rate // 5
    wave = np.exp(-2j * np.pi * hertz * np.arange(step) / rate)
    levels = [abs(np.dot(channel[start : start + step], wave)) for start in range(0, len(channel) - step, step)]
    best = int(np.argmax(levels))
    assert levels[best] > 50
    return best * step / rate, levels[best]
