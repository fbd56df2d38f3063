"""One ticker for all sessions."""

from __future__ import annotations

import asyncio
import contextvars

import pytest

from natter_gateway.pacer import TICK_S, Pacer
from natter_runtime.clock import ManualClock
from natter_runtime.tasks import spawn, stop

WHO: contextvars.ContextVar[str] = contextvars.ContextVar("WHO", default="nobody")


async def ticks(clock: ManualClock, count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)
        clock.advance(TICK_S)
        await asyncio.sleep(0)


async def test_everybody_who_joined_is_called_until_they_leave() -> None:
    clock, heard = ManualClock(), list[str]()
    pacer = Pacer(clock)
    leave = pacer.join(lambda now: heard.append("a"))
    pacer.join(lambda now: heard.append("b"))
    async with asyncio.TaskGroup() as group:
        running = spawn(group, pacer.run(), "pacer")
        await ticks(clock, 2)
        leave()
        await ticks(clock, 1)
        await stop(running)
    assert heard == ["a", "b", "a", "b", "b"]


async def test_a_tick_runs_in_the_context_of_who_joined() -> None:
    clock, heard = ManualClock(), list[str]()
    pacer = Pacer(clock)

    async def join(who: str) -> None:
        WHO.set(who)
        pacer.join(lambda now: heard.append(WHO.get()))

    async with asyncio.TaskGroup() as group:
        for who in ("one", "two"):
            await spawn(group, join(who), who)
        running = spawn(group, pacer.run(), "pacer")
        await ticks(clock, 1)
        await stop(running)
    assert heard == ["one", "two"]


async def test_ones_defect_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    clock, heard = ManualClock(), list[str]()
    pacer = Pacer(clock)

    def broken(now: float) -> None:
        raise ValueError("broken")

    pacer.join(broken)
    pacer.join(lambda now: heard.append("b"))
    async with asyncio.TaskGroup() as group:
        running = spawn(group, pacer.run(), "pacer")
        await ticks(clock, 2)
        await stop(running)
    assert heard == ["b", "b"]
    assert "a session's tick failed" in caplog.text
