"""One ticker for all sessions."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from natter_gateway.pacer import TICK_S, Pacer
from natter_runtime.clock import ManualClock
from natter_runtime.tasks import spawn, stop

WHO: contextvars.ContextVar[str] = contextvars.ContextVar("WHO", default="nobody")


@asynccontextmanager
async def running(clock: ManualClock) -> AsyncIterator[Pacer]:
    pacer = Pacer(clock)
    async with asyncio.TaskGroup() as group:
        task = spawn(group, pacer.run(), "pacer")
        await asyncio.sleep(0)
        yield pacer
        await stop(task)


async def pass_time(clock: ManualClock, seconds: float) -> None:
    clock.advance(seconds)
    for _ in range(3):
        await asyncio.sleep(0)


async def test_who_has_joined_is_told_the_time_until_they_leave() -> None:
    clock = ManualClock()
    times: list[float] = []
    async with running(clock) as pacer:
        leave = pacer.join(times.append)
        for _ in range(3):
            await pass_time(clock, TICK_S)
        leave()
        leave()
        await pass_time(clock, TICK_S)
    assert times == pytest.approx([1000 + TICK_S, 1000 + 2 * TICK_S, 1000 + 3 * TICK_S])


async def test_a_tick_runs_in_the_context_of_who_joined() -> None:
    clock, heard = ManualClock(), list[str]()

    async def join(pacer: Pacer, who: str) -> None:
        WHO.set(who)
        pacer.join(lambda now: heard.append(WHO.get()))

    async with running(clock) as pacer, asyncio.TaskGroup() as group:
        for who in ("one", "two"):
            await spawn(group, join(pacer, who), who)
        await pass_time(clock, TICK_S)
    assert heard == ["one", "two"]


async def test_time_that_was_lost_is_not_made_up_for_by_many_ticks() -> None:
    clock = ManualClock()
    times: list[float] = []
    async with running(clock) as pacer:
        pacer.join(times.append)
        await pass_time(clock, 1.0)
        assert len(times) <= 2
        assert times[-1] == pytest.approx(1001.0)
        await pass_time(clock, TICK_S)
        assert times[-1] == pytest.approx(1001.0 + TICK_S)


async def test_a_defect_in_one_session_does_not_keep_the_others_waiting(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    times: list[float] = []

    def broken(now: float) -> None:
        raise ZeroDivisionError("a defect")

    async with running(clock) as pacer:
        pacer.join(broken)
        pacer.join(times.append)
        await pass_time(clock, TICK_S)
        await pass_time(clock, TICK_S)
    assert len(times) == 2
    assert caplog.text.count("ZeroDivisionError: a defect") == 2
