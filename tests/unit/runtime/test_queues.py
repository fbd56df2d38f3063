"""Bounded queues and their policies."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natter_runtime.queues import BoundedQueue, Overflow, QueueFull
from natter_runtime.tasks import spawn, stop


def items(queue: BoundedQueue[int]) -> list[int]:
    return [queue.get_nowait() for _ in range(len(queue))]


@given(st.lists(st.integers()), st.integers(1, 5), st.sampled_from([Overflow.DROP_OLDEST, Overflow.LATEST]))
def test_what_drops_keeps_the_newest_and_counts(values: list[int], size: int, overflow: Overflow) -> None:
    dropped: list[tuple[str, int]] = []
    queue: BoundedQueue[int] = BoundedQueue("q", size, overflow, lambda name, count: dropped.append((name, count)))
    for value in values:
        queue.put_nowait(value)
    room = 1 if overflow is Overflow.LATEST else size
    assert items(queue) == values[-room:]
    assert queue.dropped == len(dropped) == max(0, len(values) - room)
    assert set(dropped) <= {("q", 1)}


@pytest.mark.parametrize("overflow", [Overflow.FAIL, Overflow.BLOCK])
def test_what_may_not_drop_says_that_it_is_full(overflow: Overflow) -> None:
    queue: BoundedQueue[int] = BoundedQueue("replies", 2, overflow)
    queue.put_nowait(1)
    queue.put_nowait(2)
    with pytest.raises(QueueFull, match=r"replies is full \(2\)"):
        queue.put_nowait(3)
    assert items(queue) == [1, 2]
    assert queue.dropped == 0


async def test_a_queue_that_fails_fails_for_who_would_wait_too() -> None:
    queue: BoundedQueue[int] = BoundedQueue("q", 1, Overflow.FAIL)
    await queue.put(1)
    with pytest.raises(QueueFull):
        await queue.put(2)


async def test_who_waits_gets_what_comes() -> None:
    queue: BoundedQueue[int] = BoundedQueue("q", 4, Overflow.FAIL)
    async with asyncio.TaskGroup() as group:
        waiting = spawn(group, queue.get(), "get")
        await asyncio.sleep(0)
        queue.put_nowait(7)
        assert await waiting == 7
    with pytest.raises(IndexError):
        queue.get_nowait()


async def test_backpressure_makes_producers_wait_and_loses_nothing() -> None:
    queue: BoundedQueue[int] = BoundedQueue("q", 2, Overflow.BLOCK)
    longest = 0

    async def produce(first: int) -> None:
        for value in range(first, first + 20):
            await queue.put(value)

    async with asyncio.timeout(2.0), asyncio.TaskGroup() as group:
        producers = [spawn(group, produce(first), "produce") for first in (0, 100, 200)]
        got = []
        for _ in range(60):
            await asyncio.sleep(0)
            longest = max(longest, len(queue))
            got.append(await queue.get())
        assert not any(producer.cancelled() for producer in producers)
    assert longest == 2
    for first in (0, 100, 200):
        assert [value for value in got if first <= value < first + 100] == list(range(first, first + 20))


async def test_a_cancelled_producer_puts_nothing() -> None:
    queue: BoundedQueue[int] = BoundedQueue("q", 1, Overflow.BLOCK)
    queue.put_nowait(1)
    async with asyncio.TaskGroup() as group:
        waiting = spawn(group, queue.put(2), "put")
        await asyncio.sleep(0)
        await stop(waiting)
    assert items(queue) == [1]


async def test_a_cancelled_consumer_takes_nothing() -> None:
    queue: BoundedQueue[int] = BoundedQueue("q", 1, Overflow.FAIL)
    async with asyncio.TaskGroup() as group:
        waiting = spawn(group, queue.get(), "get")
        await asyncio.sleep(0)
        await stop(waiting)
    queue.put_nowait(1)
    assert await queue.get() == 1


def test_a_queue_without_room_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="queue q: maxsize must be at least 1, got 0"):
        BoundedQueue("q", 0, Overflow.FAIL)
