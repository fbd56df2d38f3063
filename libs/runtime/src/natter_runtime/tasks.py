"""Tasks: the one place where they are made.

A process has one task group, a session another inside it. Work that is replaced rather than awaited
("the reply being generated") lives in a :class:`Slot`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")

AGAIN_S: Final = 5.0

log = logging.getLogger(__name__)


def spawn(group: asyncio.TaskGroup, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """Run ``work`` in ``group``; its failure is the group's failure."""
    return group.create_task(work, name=name)


def spawn_contained(group: asyncio.TaskGroup, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """Run ``work`` in ``group``; its failure is logged here and harms nobody else."""
    task = group.create_task(contain(work, name), name=name)
    task.add_done_callback(lambda _: work.close())  # cancelled before its first step, it would be left unawaited
    return task


async def contain(work: Coroutine[Any, Any, None], name: str) -> None:
    """Await ``work``; log what it raises instead of passing it on."""
    try:
        await work
    except Exception:
        log.exception("%s failed", name)


async def stop(task: asyncio.Task[Any] | None) -> None:
    """Cancel ``task`` and wait until it is over. Its own errors are the business of its group.

    A library may swallow a cancellation, so one that is not over after :data:`AGAIN_S` is cancelled again.
    """
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=AGAIN_S)


class Slot:
    """Room for one task: a new one takes the place of the old, which is cancelled and awaited first.

    The shape is hypercorn's restartable single task; here it is "the current reply".
    """

    def __init__(self, group: asyncio.TaskGroup, name: str) -> None:
        self._group = group
        self._name = name
        self._task: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    @property
    def busy(self) -> bool:
        """Whether something runs in it."""
        return self._task is not None and not self._task.done()

    async def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Stop what runs and run ``work`` instead."""
        try:
            async with self._lock:
                await stop(self._task)
                self._task = spawn_contained(self._group, work, self._name)
        except BaseException:
            work.close()
            raise

    async def clear(self) -> None:
        """Stop what runs."""
        async with self._lock:
            await stop(self._task)
            self._task = None
