"""Clocks."""

from __future__ import annotations

import asyncio
import time

from natter_runtime.clock import ManualClock, SystemClock
from natter_runtime.tasks import spawn


async def test_the_machines_clocks() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.01)
    assert 0.009 < clock.monotonic() - before < 1.0
    assert abs(clock.wall() - time.time()) < 1.0


async def test_a_manual_clock_stands_until_it_is_advanced() -> None:
    clock = ManualClock(start=5.0)
    woken: list[str] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    async with asyncio.TaskGroup() as group:
        for name, seconds in (("late", 2.0), ("early", 1.0), ("at once", 0.0)):
            spawn(group, sleeper(name, seconds), name)
        await asyncio.sleep(0)
        assert (clock.monotonic(), woken) == (5.0, [])
        clock.advance(0.0)
        await asyncio.sleep(0)
        assert woken == ["at once"]
        clock.advance(1.0)
        await asyncio.sleep(0)
        assert woken == ["at once", "early"]
        clock.advance(10.0)
    assert woken == ["at once", "early", "late"]
    assert clock.monotonic() == 16.0


def test_both_clocks_of_a_manual_clock_go_together() -> None:
    clock = ManualClock()
    wall = clock.wall()
    clock.advance(3.0)
    assert clock.wall() - wall == 3.0
