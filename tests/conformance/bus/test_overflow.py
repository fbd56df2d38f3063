"""Both buses: a consumer that stands still loses what its queue's policy says, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from natter_protocol import subjects
from natter_runtime.bus import Bus, Delivery
from natter_runtime.queues import BoundedQueue, Overflow, QueueFull
from natter_runtime.tasks import spawn
from tests.support.runtime_ear import Ear, settle

SENT = 10
ROOM = 3


@pytest.mark.parametrize(
    ("overflow", "kept", "told"),
    [
        (Overflow.DROP_OLDEST, [7, 8, 9], 0),
        (Overflow.LATEST, [9], 0),
        (Overflow.FAIL, [0, 1, 2], 7),
        (Overflow.BLOCK, [0, 1, 2], 7),  # a handler never waits, so for it BLOCK is FAIL
    ],
)
async def test_a_stalled_consumer(
    bus_pair: tuple[Bus, Bus], session: str, overflow: Overflow, kept: list[int], told: int
) -> None:
    here, there = bus_pair
    dropped: list[str] = []
    queue: BoundedQueue[int] = BoundedQueue("ear", ROOM, overflow, lambda name, count: dropped.extend([name] * count))
    refused = 0

    def handler(delivery: Delivery) -> None:
        nonlocal refused
        try:
            queue.put_nowait(int(delivery.data))
        except QueueFull:
            refused += 1

    neighbour = Ear()
    await there.subscribe(subjects.audio_out(session), handler)
    await there.subscribe(subjects.audio_out(session), neighbour)
    await there.flush()
    for number in range(SENT):
        await here.publish(subjects.audio_out(session), str(number).encode())
    await settle(here, there)
    assert [queue.get_nowait() for _ in range(len(queue))] == kept
    assert refused == told
    assert dropped == ["ear"] * (SENT - len(kept) - told)
    assert len(neighbour.heard) == SENT


async def test_backpressure_lets_nothing_be_lost(bus_pair: tuple[Bus, Bus], session: str) -> None:
    """Between the handler and the consumer: a producer that may wait does, and all arrives in order."""
    here, there = bus_pair
    wide: BoundedQueue[bytes] = BoundedQueue("wide", 64, Overflow.FAIL)
    narrow: BoundedQueue[bytes] = BoundedQueue("narrow", 1, Overflow.BLOCK)
    await there.subscribe(subjects.audio_out(session), lambda delivery: wide.put_nowait(delivery.data))
    await there.flush()

    async def pass_on() -> None:
        for _ in range(SENT):
            await narrow.put(await wide.get())

    async with asyncio.TaskGroup() as group:
        spawn(group, pass_on(), "pass on")
        for number in range(SENT):
            await here.publish(subjects.audio_out(session), str(number).encode())
        taken = [await narrow.get() for _ in range(SENT)]
    assert taken == [str(number).encode() for number in range(SENT)]
