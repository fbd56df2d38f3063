"""Tasks."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import pytest

from natter_runtime import tasks
from natter_runtime.tasks import Slot, contain, spawn, spawn_contained, stop


async def forever() -> None:
    await asyncio.Event().wait()


async def broken() -> None:
    raise ValueError("broken")


async def test_a_failure_is_the_groups_failure() -> None:
    async def run() -> None:
        async with asyncio.TaskGroup() as group:
            spawn(group, forever(), "innocent")
            spawn(group, broken(), "broken")

    with pytest.raises(ExceptionGroup, match="unhandled"):
        await run()


async def test_a_contained_failure_harms_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    async with asyncio.TaskGroup() as group:
        innocent = spawn(group, asyncio.sleep(0.01, "done"), "innocent")
        spawn_contained(group, broken(), "the session")
    assert innocent.result() == "done"
    assert "the session failed" in caplog.text
    assert "ValueError: broken" in caplog.text


async def test_containing_does_not_stop_a_cancellation() -> None:
    async with asyncio.TaskGroup() as group:
        task = spawn_contained(group, forever(), "task")
        await asyncio.sleep(0)
        await stop(task)
        assert task.cancelled()


async def test_stopping_waits_until_it_is_over() -> None:
    over: list[str] = []

    async def slow_to_end() -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(0.01)
            over.append("cleaned up")

    async with asyncio.TaskGroup() as group:
        task = spawn(group, slow_to_end(), "slow")
        await asyncio.sleep(0)
        await stop(task)
        assert over == ["cleaned up"]
        await stop(task)
        await stop(None)


async def test_what_fails_while_it_is_stopped_is_not_the_stoppers_problem(caplog: pytest.LogCaptureFixture) -> None:
    async def fails_to_end() -> None:
        try:
            await forever()
        finally:
            raise ValueError("cannot clean up")

    async with asyncio.TaskGroup() as group:
        task = spawn_contained(group, fails_to_end(), "task")
        await asyncio.sleep(0)
        with caplog.at_level(logging.ERROR):
            await stop(task)
    assert "cannot clean up" in caplog.text


async def test_who_swallows_a_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AGAIN_S", 0.01)

    async def deaf() -> None:
        for _ in range(3):
            with contextlib.suppress(asyncio.CancelledError):
                await forever()

    async with asyncio.timeout(2.0), asyncio.TaskGroup() as group:
        task = spawn(group, deaf(), "deaf")
        await asyncio.sleep(0)
        await stop(task)
        assert task.done()


async def test_contain_passes_a_clean_end_on() -> None:
    await contain(asyncio.sleep(0), "nap")


# -- Slot ---------------------------------------------------------------------------------------


class Work:
    """Notes when it begins and when it is over."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    async def __call__(self, name: str) -> None:
        self.notes.append(f"{name} begins")
        try:
            await forever()
        finally:
            self.notes.append(f"{name} ends")


async def test_a_slot_holds_one_task_and_the_old_one_ends_before_the_new_begins() -> None:
    work = Work()
    async with asyncio.TaskGroup() as group:
        slot = Slot(group, "reply")
        assert not slot.busy
        for name in ("one", "two"):
            await slot.start(work(name))
            await asyncio.sleep(0)
            assert slot.busy
        await slot.clear()
        assert not slot.busy
        await slot.clear()
    assert work.notes == ["one begins", "one ends", "two begins", "two ends"]


async def test_those_who_start_at_once_take_turns() -> None:
    work = Work()
    async with asyncio.TaskGroup() as group:
        slot = Slot(group, "reply")
        await asyncio.gather(*(slot.start(work(name)) for name in "abc"))
        await asyncio.sleep(0)
        await slot.clear()
    begun = [note for note in work.notes if note.endswith("begins")]
    assert len(begun) * 2 == len(work.notes)
    assert begun[-1] == "c begins"


async def test_what_ends_by_itself_frees_the_slot() -> None:
    async with asyncio.TaskGroup() as group:
        slot = Slot(group, "reply")
        await slot.start(asyncio.sleep(0))
        await asyncio.sleep(0.001)
        assert not slot.busy


async def test_a_failure_in_a_slot_is_contained(caplog: pytest.LogCaptureFixture) -> None:
    async with asyncio.TaskGroup() as group:
        slot = Slot(group, "reply")
        await slot.start(broken())
        await asyncio.sleep(0)
        assert not slot.busy
    assert "reply failed" in caplog.text


async def test_work_that_never_began_is_closed() -> None:
    """Cancelled while the old one still ends: the new coroutine must not be left unawaited."""

    async def stubborn() -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(0.02)

    work = Work()
    async with asyncio.TaskGroup() as group:
        slot = Slot(group, "reply")
        await slot.start(stubborn())
        await asyncio.sleep(0)
        starting = spawn(group, slot.start(work("new")), "start")
        await asyncio.sleep(0)
        await stop(starting)
        await slot.clear()
    assert work.notes == []
