"""Blocking model work."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from natter_runtime.clock import ManualClock
from natter_runtime.executor import ModelExecutor, Priority, Skipped, let_finish
from natter_runtime.logs import session_id
from natter_runtime.tasks import spawn, stop
from tests.support.runtime_ear import until


class Plug:
    """A job that holds the thread until it is pulled."""

    def __init__(self) -> None:
        self.running = threading.Event()
        self._pulled = threading.Event()

    def __call__(self) -> None:
        self.running.set()
        assert self._pulled.wait(5.0)

    def pull(self) -> None:
        self._pulled.set()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def executor(clock: ManualClock) -> Iterator[ModelExecutor]:
    executor = ModelExecutor("test", limit=4, clock=clock)
    yield executor
    executor.close()


async def plugged(executor: ModelExecutor, group: asyncio.TaskGroup) -> Plug:
    """Return a job that keeps the only thread busy."""
    plug = Plug()
    spawn(group, executor.run(plug), "plug")
    await until(plug.running.is_set)
    return plug


async def queued(executor: ModelExecutor, count: int) -> None:
    await until(lambda: executor.waiting >= count)


async def test_work_runs_on_another_thread(executor: ModelExecutor) -> None:
    assert await executor.run(threading.get_ident) != threading.get_ident()


async def test_work_runs_in_the_context_of_its_caller(executor: ModelExecutor) -> None:
    token = session_id.set("sess_7")
    try:
        assert await executor.run(session_id.get) == "sess_7"
    finally:
        session_id.reset(token)


async def test_what_it_raises_reaches_the_caller(executor: ModelExecutor) -> None:
    def broken() -> None:
        raise ValueError("no such layer")

    with pytest.raises(ValueError, match="no such layer"):
        await executor.run(broken)
    assert await executor.run(lambda: 1) == 1


async def test_an_exhausted_iterator_in_a_model_is_an_error_like_any_other(executor: ModelExecutor) -> None:
    """A future refuses StopIteration, and whoever awaited it would wait for good."""

    def broken() -> int:
        return next(iter(()))

    async with asyncio.timeout(2.0):
        with pytest.raises(RuntimeError, match="StopIteration"):
            await executor.run(broken)


async def test_the_most_urgent_first_and_equals_in_order(executor: ModelExecutor) -> None:
    ran: list[str] = []
    async with asyncio.TaskGroup() as group:
        plug = await plugged(executor, group)
        wanted = [
            ("partial", Priority.PARTIAL),
            ("final 1", Priority.FINAL),
            ("speculative", Priority.SPECULATIVE),
            ("final 2", Priority.FINAL),
        ]
        for number, (name, priority) in enumerate(wanted, 1):
            work: Callable[[], None] = lambda name=name: ran.append(name)  # type: ignore[misc] # noqa: E731
            spawn(group, executor.run(work, priority=priority), name)
            await queued(executor, number)
        plug.pull()
    assert ran == ["final 1", "final 2", "speculative", "partial"]


async def test_late_work_is_not_started(executor: ModelExecutor, clock: ManualClock) -> None:
    ran: list[str] = []
    async with asyncio.TaskGroup() as group:
        plug = await plugged(executor, group)
        late = spawn(group, skipped(executor.run(lambda: ran.append("late"), expires_in=0.5)), "late")
        patient = spawn(group, executor.run(lambda: ran.append("patient"), expires_in=2.0), "patient")
        await queued(executor, 2)
        clock.advance(1.0)
        plug.pull()
        assert await late == "expired in the queue"
        await patient
    assert ran == ["patient"]


async def skipped(running: object) -> str:
    with pytest.raises(Skipped) as raised:
        await running  # type: ignore[misc]
    return str(raised.value)


async def test_too_much_work_is_refused_at_once(executor: ModelExecutor) -> None:
    async with asyncio.TaskGroup() as group:
        plug = await plugged(executor, group)
        for number in range(1, 5):
            spawn(group, executor.run(lambda: None), "job")
            await queued(executor, number)
        assert await skipped(executor.run(lambda: None)) == "4 jobs wait"
        plug.pull()


async def test_who_is_cancelled_leaves_the_queue(executor: ModelExecutor) -> None:
    ran: list[int] = []
    async with asyncio.TaskGroup() as group:
        plug = await plugged(executor, group)
        jobs = [spawn(group, executor.run(lambda: ran.append(1)), "job") for _ in range(4)]
        await queued(executor, 4)
        for job in jobs:
            await stop(job)
        assert executor.waiting == 0
        plug.pull()
        await executor.run(lambda: ran.append(2))
    assert ran == [2]


async def test_the_result_of_running_work_that_nobody_wants_is_dropped(executor: ModelExecutor) -> None:
    async with asyncio.TaskGroup() as group:
        plug = Plug()
        running = spawn(group, executor.run(plug), "plug")
        await until(plug.running.is_set)
        await stop(running)
        plug.pull()
        assert await executor.run(lambda: "next") == "next"


async def test_several_threads_work_at_once() -> None:
    executor = ModelExecutor("test", threads=2)
    together = threading.Barrier(2, timeout=2.0)
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            spawn(group, executor.run(together.wait), "job")
    executor.close()


async def test_closing_skips_what_waits_and_lets_what_runs_end(clock: ManualClock) -> None:
    executor = ModelExecutor("test", clock=clock)
    async with asyncio.timeout(2.0), asyncio.TaskGroup() as group:
        plug = await plugged(executor, group)
        waiting = spawn(group, skipped(executor.run(lambda: None)), "waiting")
        await queued(executor, 1)
        executor.close()
        assert await waiting == "the executor is closed"
        assert await skipped(executor.run(lambda: None)) == "0 jobs wait"
        plug.pull()


async def test_a_loop_that_is_gone_harms_no_thread() -> None:
    """A model call may return when the service has already stopped."""
    executor, plug = ModelExecutor("test"), Plug()

    def elsewhere() -> None:
        async def start() -> None:
            async with asyncio.timeout(0.05):
                await executor.run(plug)

        with pytest.raises(TimeoutError):
            asyncio.run(start())

    await asyncio.to_thread(elsewhere)
    plug.pull()
    assert await executor.run(lambda: "still here") == "still here"
    executor.close()


async def test_at_the_end_a_call_that_still_runs_is_waited_for() -> None:
    executor, release, over = ModelExecutor("test"), threading.Event(), threading.Event()

    def work() -> None:
        release.wait(5.0)
        over.set()

    async with asyncio.TaskGroup() as group:
        running = spawn(group, executor.run(work), "work")
        await asyncio.sleep(0.02)
        executor.close()
        let_finish(0.05)
        assert not over.is_set(), "so long, and no longer"
        release.set()
        await asyncio.to_thread(let_finish, 5.0)
        assert over.is_set()
        await running
