"""The workers of a session as its gateway looks after them: replaced when they go, kept while nobody can follow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from natter_gateway.crew import MAX_REPLACEMENTS, WORKERS, Crew, Why
from natter_runtime.claims import AtCapacity
from natter_runtime.metrics import Metrics
from natter_runtime.pulse import Pulse
from natter_runtime.tasks import spawn, stop
from tests.conftest import MakeBus
from tests.support.runtime_ear import until
from tests.support.runtime_stage import Stage, Worker

RECLAIM_S = 0.5


class Ship:
    """A session whose four services have one worker each."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.workers: dict[str, Worker] = {}
        self.changes: list[tuple[str, str, str, str]] = []
        self.metrics = Metrics("gateway")

    async def board(self) -> None:
        for service in WORKERS:
            self.workers[service] = await self.stage.worker(f"{service}-1", service)
        seat = await self.stage.gateway()
        pulse = Pulse(seat._bus, self.stage.clock)
        await pulse.listen()
        self.stage._stack.push_async_callback(pulse.close)
        self.crew = Crew(
            seat._bus, seat, pulse, self.stage.clock, self.metrics, RECLAIM_S, lambda *what: self.changes.append(what)
        )
        await self.crew.assemble()
        self.watching = spawn(self.stage._group, self._watch(), "watch")
        self.ended: BaseException | None = None

    async def _watch(self) -> None:
        try:
            await self.crew.watch()
        except* AtCapacity as errors:
            self.ended = errors.exceptions[0]

    async def seconds_until(self, holds: object, limit: int = 30) -> None:
        """Let time pass until something holds."""
        for _ in range(limit):
            if holds():  # type: ignore[operator]
                return
            await self.stage.seconds(1)
            await asyncio.sleep(0.02)  # for what it causes
        assert holds()  # type: ignore[operator]

    def holder(self, service: str) -> str:
        return self.crew.holders[service].instance


@pytest.fixture
async def ship(make_bus: MakeBus, session: str) -> AsyncIterator[Ship]:
    async with AsyncExitStack() as stack, Stage(make_bus, session, stack) as stage:
        ship = Ship(stage)
        await ship.board()
        yield ship
        await stop(ship.watching)


async def test_a_session_has_a_worker_of_each(ship: Ship) -> None:
    assert {service: ship.holder(service) for service in WORKERS} == {service: f"{service}-1" for service in WORKERS}


async def test_who_leaves_is_followed_by_another(ship: Ship) -> None:
    await ship.stage.worker("stt-2", "stt")
    ship.workers["stt"].stopping.set()
    await ship.seconds_until(lambda: ship.holder("stt") == "stt-2")
    assert ship.changes == [("stt", "stt-1", "stt-2", Why.LEAVING)]
    await until(lambda: ship.workers["stt"].host.sessions == 0)
    assert (
        'natter_handovers_total{reason="leaving",service="gateway",worker="stt"} 1.0' in ship.metrics.render().decode()
    )


async def test_who_leaves_serves_until_another_can_and_the_session_waits_as_long_as_it_takes(ship: Ship) -> None:
    """Longer than a session waits for a lost one: nothing is lost yet."""
    ship.workers["stt"].stopping.set()
    await ship.seconds_until(lambda: ship.stage.clock.monotonic() > 1020)
    assert ship.holder("stt") == "stt-1"
    assert ship.workers["stt"].host.sessions == 1
    assert ship.ended is None
    await ship.stage.worker("stt-2", "stt")
    await ship.seconds_until(lambda: ship.holder("stt") == "stt-2")


async def test_who_is_lost_is_followed_by_another(ship: Ship) -> None:
    await ship.stage.worker("llm-2", "llm")
    await ship.stage.kill(ship.workers["llm"])
    await ship.seconds_until(lambda: ship.holder("llm") == "llm-2")
    assert ship.changes == [("llm", "llm-1", "llm-2", Why.LOST)]


async def test_who_is_lost_is_waited_for_and_then_the_session_ends(ship: Ship) -> None:
    await ship.stage.kill(ship.workers["llm"])
    await ship.seconds_until(lambda: ship.watching.done() or ship.stage.clock.monotonic() > 1005)
    await until(lambda: ship.ended is not None, timeout=RECLAIM_S + 2.0)
    assert isinstance(ship.ended, AtCapacity)
    assert ship.ended.service == "llm"


async def test_who_cannot_go_on_is_followed_by_another(ship: Ship) -> None:
    await ship.stage.worker("tts-2", "tts", capacity=1)
    ship.workers["tts"].stopping.set()  # so that it is not the one to follow itself
    ship.crew.lost("tts")
    await until(lambda: ship.holder("tts") == "tts-2")
    assert ship.changes == [("tts", "tts-1", "tts-2", Why.FAILED)]


async def test_a_service_that_fails_again_and_again_is_broken(ship: Ship) -> None:
    for _ in range(MAX_REPLACEMENTS):
        changes = len(ship.changes)
        ship.crew.lost("tts")
        await until(lambda changes=changes: len(ship.changes) > changes)  # type: ignore[misc]
    ship.crew.lost("tts")
    await until(lambda: ship.ended is not None)
