"""Queues that cannot grow without bound, each with a name and a policy for when it is full (rule R6)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Overflow(StrEnum):
    """What a full queue does with one more item."""

    DROP_OLDEST = "drop_oldest"
    """Live audio: what is late is worthless."""
    LATEST = "latest"
    """What the next one replaces: only the newest is kept."""
    BLOCK = "block"
    """Backpressure: the producer waits."""
    FAIL = "fail"
    """Nothing may be lost: the producer is told."""


class QueueFull(Exception):
    """A queue with the policy ``FAIL`` (or ``BLOCK``, without waiting) had no room."""


def ignore_drop(name: str, count: int) -> None:
    """Count nothing; the default of ``on_drop``."""


class BoundedQueue(Generic[T]):
    """A first-in first-out queue for one consumer on one event loop.

    Args:
        name: appears in metrics.
        maxsize: at most so many items wait. ``LATEST`` implies 1.
        overflow: the policy.
        on_drop: called with the name and how many items were dropped.
    """

    def __init__(
        self,
        name: str,
        maxsize: int,
        overflow: Overflow,
        on_drop: Callable[[str, int], None] = ignore_drop,
    ) -> None:
        if maxsize < 1:
            raise ValueError(f"queue {name}: maxsize must be at least 1, got {maxsize}")
        self.name = name
        self.maxsize = 1 if overflow is Overflow.LATEST else maxsize
        self.overflow = overflow
        self.dropped = 0
        self._on_drop = on_drop
        self._items: deque[T] = deque()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def policy(self) -> str:
        """The policy's name, for metrics."""
        return self.overflow.value

    def put_nowait(self, item: T) -> None:
        """Add ``item`` as the policy says.

        Raises:
            QueueFull: the queue is full and the policy is ``FAIL`` or ``BLOCK``.
        """
        if len(self._items) >= self.maxsize:
            if self.overflow in (Overflow.FAIL, Overflow.BLOCK):
                raise QueueFull(f"queue {self.name} is full ({self.maxsize})")
            self._items.popleft()
            self.dropped += 1
            self._on_drop(self.name, 1)
        self._items.append(item)
        self._filled.set()
        if len(self._items) >= self.maxsize:
            self._room.clear()

    async def put(self, item: T) -> None:
        """Add ``item``; with the policy ``BLOCK``, wait for room first."""
        while self.overflow is Overflow.BLOCK and len(self._items) >= self.maxsize:
            await self._room.wait()
        self.put_nowait(item)

    async def get(self) -> T:
        """Wait for the oldest item and take it."""
        while not self._items:
            self._filled.clear()
            await self._filled.wait()
        return self.get_nowait()

    def get_nowait(self) -> T:
        """Take the oldest item.

        Raises:
            IndexError: the queue is empty.
        """
        item = self._items.popleft()
        self._room.set()
        return item
