"""Being there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from natter_protocol import codec, subjects
from natter_protocol.svc import SvcBeat, SvcPing, SvcPong
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import ManualClock
from natter_runtime.errors import NoResponders
from natter_runtime.presence import MAX_QUESTIONS, Card, Presence
from natter_runtime.pulse import BEAT_S
from natter_runtime.tasks import spawn, stop
from tests.support.runtime_ear import Ear, settle

DETAILS = {"languages": ["en"], "max_ms": 15000}
CARD = Card("stt", "stt-1", 8, engine="moonshine", model="tiny", version="0.1.0", details=DETAILS)
PONG = SvcPong(
    instance="stt-1",
    sessions=3,
    capacity=8,
    engine="moonshine",
    model="tiny",
    version="0.1.0",
    details=DETAILS,
)


class Worker:
    """An instance that serves three sessions."""

    def __init__(self) -> None:
        self.broker = MemoryBroker()
        self.clock = ManualClock()
        self.bus = self.broker.bus()
        self.presence = Presence(self.bus, CARD, self.clock, lambda: 3)

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        await self.presence.listen()
        async with asyncio.TaskGroup() as group:
            answering = spawn(group, self.presence.answer(), "answer")
            yield
            await stop(answering)
        await self.presence.close()


@pytest.mark.parametrize("subject", [subjects.svc("stt", "ping", "stt-1"), subjects.svc("stt", "info")])
async def test_it_says_what_it_is_when_asked(subject: str) -> None:
    worker = Worker()
    asker = worker.broker.bus()
    async with worker.answering():
        answer = await asker.request(subject, codec.encode(SvcPing()), timeout=1.0)
        assert codec.decode(answer.data) == PONG
    with pytest.raises(NoResponders):
        await asker.request(subject, codec.encode(SvcPing()), timeout=1.0)


async def test_a_flood_of_questions_is_answered_as_far_as_there_is_room() -> None:
    worker, ear = Worker(), Ear()
    asker = worker.broker.bus()
    await asker.subscribe("answers", ear)
    await worker.presence.listen()
    for _ in range(MAX_QUESTIONS + 5):
        await asker.publish(subjects.svc("stt", "info"), b"")
    await settle(asker)
    async with asyncio.TaskGroup() as group:
        answering = spawn(group, worker.presence.answer(), "answer")
        await settle(asker)
        reply = await asker.request(subjects.svc("stt", "info"), b"", timeout=1.0)
        assert codec.decode(reply.data) == PONG
        await stop(answering)


async def test_it_beats_once_a_second() -> None:
    worker, ear = Worker(), Ear()
    await worker.broker.bus().subscribe(subjects.BEATS, ear)
    async with asyncio.TaskGroup() as group:
        beating = spawn(group, worker.presence.beat(), "beat")
        for seconds in range(1, 4):
            await settle(worker.bus)
            assert len(ear.heard) == seconds
            worker.clock.advance(BEAT_S)
        await stop(beating)
    assert codec.decode(ear.data[0]) == SvcBeat(instance="stt-1", sessions=3, capacity=8)
    assert ear.heard[0].subject == subjects.svc("stt", "beat", "stt-1")


async def test_a_beat_says_that_it_is_leaving() -> None:
    worker, ear = Worker(), Ear()
    await worker.broker.bus().subscribe(subjects.BEATS, ear)
    worker.presence.draining = True
    await worker.presence.beat_once()
    await settle(worker.bus)
    assert codec.decode(ear.data[0]) == SvcBeat(instance="stt-1", sessions=3, capacity=8, draining=True)


async def test_the_last_beat_says_that_it_is_gone() -> None:
    worker, ear = Worker(), Ear()
    await worker.broker.bus().subscribe(subjects.BEATS, ear)
    async with worker.answering():
        pass
    await settle(worker.bus)
    assert codec.decode(ear.data[-1]) == SvcBeat(instance="stt-1", sessions=3, capacity=8, gone=True)


async def test_without_a_bus_it_beats_on() -> None:
    worker = Worker()
    await worker.bus.close()
    await worker.presence.beat_once()
