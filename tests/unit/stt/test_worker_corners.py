"""The worker in trouble: audio that is lost, a worker that takes over, an engine that fails."""

from __future__ import annotations

import asyncio
import threading

import pytest

from natter_protocol.errors import ErrorCode
from natter_protocol.stt import SttFinal, SttPartial
from natter_stt.config import SttConfig
from tests.support.stt_audio import MS
from tests.support.stt_call import Call, speak
from tests.support.stt_engines import GREETING, Broken, Watched, told


async def test_lost_audio_is_asked_for_again() -> None:
    async with Call(GREETING) as call:
        call.lost = set(range(1400 * MS, 1600 * MS))
        await speak(call, 1200)
        await call.start(1000)
        await speak(call, 2400)
        await call.silence(128, after_ms=2200)
        assert await call.texts(1) == ["Hello there my friend."]
        assert [(asked.first_sample, asked.end_sample) for asked in call.replays] == [(1400 * MS, 1600 * MS)]


async def test_audio_that_never_comes_is_counted() -> None:
    async with Call(GREETING) as call:
        await speak(call, 1000)
        call.position = 1400 * MS
        await speak(call, 2400)
        assert call.runtime.metrics.dropped("stt.audio_samples") == 400 * MS


async def test_a_worker_that_takes_over_hears_the_open_turn_from_its_start() -> None:
    engine = Watched(GREETING)
    async with Call(engine, attended=False) as call:
        await speak(call, 1700)
        await call.start(1000)
        await call.attend(3)
        await speak(call, 2400)
        assert call.replays[0].first_sample == 600 * MS
        await call.silence(128, after_ms=2200)
        final = await call.next(SttFinal)
        assert (final.turn, final.text) == (1, "Hello there my friend.")
        assert final.claim == 3


async def test_a_worker_that_takes_over_can_reopen_a_turn_it_never_heard() -> None:
    async with Call(told((1000, "I would like"), (3000, "a table."))) as call:
        await speak(call, 2200)
        await call.start(1000)
        await call.silence(128, after_ms=1900)
        await call.next(SttFinal)
        await call.commit(1900)
        await call.attend(4)
        await speak(call, 3100)
        await call.reopen(3000, rev=1)
        await speak(call, 3900)
        await call.silence(160, after_ms=3600, rev=1)
        assert (await call.next(SttFinal, 1)).text == "I would like a table."


async def test_an_engine_that_fails_is_told_of_once_and_the_turn_gets_what_is_known() -> None:
    engine = Watched(GREETING)
    async with Call(engine) as call:
        await speak(call, 1800)
        await call.start(1000)
        await speak(call, 1820)
        await call.next(SttPartial)
        engine.failing = True
        await speak(call, 2400)
        await call.silence(128, after_ms=2200)
        final = await call.next(SttFinal)
        assert final.text == "Hello there my"
        error = await call.error()
        assert (error.code, error.fatal, error.retryable, error.turn) == (ErrorCode.ENGINE_FAILED, False, True, 1)
        assert len(call.all(type(error))) == 1
        engine.failing = False
        await call.commit(2200)
        await call.start(2400, turn=2)
        await speak(call, 3200)
        await call.silence(200, after_ms=2900, turn=2)
        assert (await call.next(SttFinal, 1)).turn == 2


async def test_a_failing_engine_is_not_asked_for_every_frame() -> None:
    engine = Watched(GREETING)
    engine.failing = True
    async with Call(engine) as call:
        await speak(call, 1200)
        await call.start(1000)
        for until_ms in range(1300, 2300, 20):
            await speak(call, until_ms)
            await asyncio.sleep(0.001)
        assert len(engine.asked) <= 4


@pytest.mark.parametrize("raised", [RuntimeError("bad graph"), MemoryError()])
async def test_whatever_a_library_raises_is_an_engine_failure(raised: Exception) -> None:
    async with Call(Broken(GREETING, lambda: raised)) as call:
        await speak(call, 2400)
        await call.start(1000)
        await call.silence(128, after_ms=2200)
        assert (await call.next(SttFinal)).text == ""
        assert type(raised).__name__ in (await call.error()).message


async def test_an_engine_that_hangs_does_not_keep_the_turn_waiting() -> None:
    engine = Watched(GREETING)
    engine.gate = threading.Event()
    async with Call(engine, SttConfig(decode_timeout_s=0.5)) as call:
        await speak(call, 2400)
        await call.start(1000)
        await call.silence(128, after_ms=2200)
        assert (await call.next(SttFinal)).text == ""
        assert "0.5 s" in (await call.error()).message
        engine.gate.set()
