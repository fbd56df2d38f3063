"""Blocking model work, off the event loop, the most urgent first.

Models hold a thread for as long as they run and cannot be interrupted; what can be decided is the
order, and whether a late job is still worth starting.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, TypeVar

from natter_runtime.clock import Clock, SystemClock

T = TypeVar("T")

log = logging.getLogger(__name__)

_THREAD: Final = "-model-"
"""In the name of each thread that runs models."""


class Priority(IntEnum):
    """Lower runs first."""

    FINAL = 0
    SPECULATIVE = 1
    PARTIAL = 2
    BACKGROUND = 3


class Skipped(Exception):
    """The job waited longer than it was worth, and never ran."""


@dataclass(order=True, slots=True)
class _Job:
    priority: int
    number: int
    work: Callable[[], Any] = field(compare=False)
    future: asyncio.Future[Any] = field(compare=False)
    loop: asyncio.AbstractEventLoop = field(compare=False)
    expires: float | None = field(compare=False)
    context: contextvars.Context = field(compare=False)
    """The caller's, so that what is logged in the thread says whose it is."""


class ModelExecutor:
    """A few threads over one priority queue. At most ``limit`` jobs wait; one more is refused."""

    def __init__(self, name: str, threads: int = 1, limit: int = 256, clock: Clock | None = None) -> None:
        self.name = f"{name}.model"
        """Appears in metrics."""
        self.policy = "by priority"
        self._clock = clock or SystemClock()
        self._limit = limit
        self._jobs: list[_Job] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._loop, name=f"{name}{_THREAD}{index}", daemon=True) for index in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    async def run(
        self, work: Callable[[], T], *, priority: Priority = Priority.FINAL, expires_in: float | None = None
    ) -> T:
        """Run ``work`` on a thread and return its result.

        Cancelling the caller takes the job out of the queue; one that already runs goes on, unheard.

        Args:
            work: the blocking call.
            priority: lower first; equal ones in the order they came.
            expires_in: seconds after which the job is no longer worth starting.

        Raises:
            Skipped: it expired before a thread was free, or too many jobs wait.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        expires = None if expires_in is None else self._clock.monotonic() + expires_in
        job = _Job(int(priority), next(self._numbers), work, future, loop, expires, contextvars.copy_context())
        with self._changed:
            if self._stopping or len(self._jobs) >= self._limit:
                raise Skipped(f"{len(self._jobs)} jobs wait")
            heapq.heappush(self._jobs, job)
            self._changed.notify()
        try:
            return await future
        except asyncio.CancelledError:
            self._withdraw(job)
            raise

    @property
    def waiting(self) -> int:
        """How many jobs wait for a thread."""
        return len(self._jobs)

    def __len__(self) -> int:
        return self.waiting

    def close(self) -> None:
        """Take no more jobs; the threads end after the one they are in, those that wait are skipped."""
        with self._changed:
            self._stopping = True
            waiting, self._jobs = self._jobs, []
            self._changed.notify_all()
        for job in waiting:
            _hand_over(job, None, Skipped("the executor is closed"))

    def _withdraw(self, job: _Job) -> None:
        with self._changed:
            if job in self._jobs:
                self._jobs.remove(job)
                heapq.heapify(self._jobs)

    def _loop(self) -> None:
        while True:
            with self._changed:
                while not self._jobs and not self._stopping:
                    self._changed.wait()
                if self._stopping:
                    return
                job = heapq.heappop(self._jobs)
            self._perform(job)

    def _perform(self, job: _Job) -> None:
        if job.future.cancelled():
            return
        result: Any = None
        error: BaseException | None = None
        if job.expires is not None and self._clock.monotonic() > job.expires:
            error = Skipped("expired in the queue")
        else:
            try:
                result = job.context.run(job.work)
            except BaseException as raised:  # noqa: BLE001 - it is handed to whoever awaits the job
                error = raised
        _hand_over(job, result, error)


def let_finish(seconds: float) -> None:
    """Wait, at the end of a process, for model calls that still run on executors that were closed.

    A model's library that is torn down in the middle of a call takes the process down with it.
    """
    clock = SystemClock()
    deadline = clock.monotonic() + seconds
    for thread in threading.enumerate():
        if _THREAD in thread.name:
            thread.join(max(0.0, deadline - clock.monotonic()))


def _hand_over(job: _Job, result: object, error: BaseException | None) -> None:
    """Give the outcome to whoever awaits the job, on their event loop."""
    if isinstance(error, StopIteration):  # which a future cannot carry
        error = RuntimeError(f"a model call raised {error!r}")
    try:
        job.loop.call_soon_threadsafe(_settle, job.future, result, error)
    except RuntimeError:
        log.debug("the event loop was closed before a model call returned")


def _settle(future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
