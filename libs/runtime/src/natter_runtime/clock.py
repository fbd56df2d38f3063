"""The two clocks of a process, always passed in (rule R5).

Media time is neither of them: it is a sample count and comes with the audio.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def monotonic(self) -> float:
        """Seconds that only ever grow; for deadlines and durations, never sent to another process."""
        ...

    def wall(self) -> float:
        """Seconds since the epoch; for logs and records."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds``."""
        ...


class SystemClock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands until it is advanced; for tests."""

    def __init__(self, start: float = 1000.0) -> None:
        self._now = start
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def monotonic(self) -> float:
        return self._now

    def wall(self) -> float:
        return 1_700_000_000.0 + self._now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self._now + seconds, woken))
        await woken.wait()

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass and wake who slept until then."""
        self._now += seconds
        due = [woken for when, woken in self._sleepers if when <= self._now]
        self._sleepers = [(when, woken) for when, woken in self._sleepers if when > self._now]
        for woken in due:
            woken.set()
