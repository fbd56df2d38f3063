"""The workers of a session: claimed together, watched, replaced when they are lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from natter_gateway import crew as crew_module
from natter_gateway.crew import WORKERS, Crew
from natter_protocol.session import SessionOpened
from natter_runtime import claims
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.claims import AtCapacity
from natter_runtime.clock import ManualClock
from natter_runtime.errors import BusError
from natter_runtime.host import Host
from natter_runtime.metrics import Metrics
from natter_runtime.presence import Card
from natter_runtime.pulse import Pulse
from natter_runtime.seat import Hearing, Seat
from natter_runtime.tasks import spawn, stop
from tests.support.runtime_wire import MuteLog, Wire

SESSION = "sess_1"


class Office:
    """A gateway with one session, and the workers that a test hires."""

    def __init__(self, group: asyncio.TaskGroup, reclaim_s: float) -> None:
        self.clock = ManualClock()
        self.broker = MemoryBroker()
        self.wire = Wire(self.broker.bus())
        self.metrics = Metrics("gateway")
        self.pulse = Pulse(self.wire, self.clock)
        self.seat = Seat(self.wire, "gateway", SESSION, Hearing(), self.metrics)
        self.crew = Crew(self.wire, self.seat, self.pulse, self.clock, self.metrics, reclaim_s)
        self.seats: dict[str, Seat] = {}
        """Of each instance, in the session."""
        self.stopping: dict[str, asyncio.Event] = {}
        self._group = group
        self._hosts: dict[str, tuple[Wire, asyncio.Task[None]]] = {}

    async def hire(self, service: str, instance: str) -> None:
        """Start a worker and return when it can be claimed."""
        wire = Wire(self.broker.bus())
        ready = asyncio.Event()
        self.stopping[instance] = asyncio.Event()

        async def attend(seat: Seat) -> None:
            self.seats[instance] = seat
            async for _ in seat.inbox:
                pass

        host = Host(wire, Card(service, instance, 4), Hearing(), attend, self.clock, Metrics(service))
        serving = host.serve(self.stopping[instance], 5.0, ready.set)
        self._hosts[instance] = (wire, spawn(self._group, serving, instance))
        await ready.wait()

    async def kill(self, instance: str) -> None:
        """The worker is gone without a word."""
        wire, task = self._hosts.pop(instance)
        await wire.close()
        await stop(task)

    async def seconds(self, count: int) -> None:
        """Let time pass as those who watch each other live through it."""
        for _ in range(count):
            self.clock.advance(1.0)
            await asyncio.sleep(0.01)

    def holders(self) -> dict[str, str]:
        return {service: holder.instance for service, holder in self.crew.holders.items()}

    async def until(self, service: str, instance: str) -> None:
        async with asyncio.timeout(5):
            while self.holders().get(service) != instance:
                await self.seconds(1)

    async def close(self) -> None:
        for instance in list(self._hosts):
            await self.kill(instance)


@asynccontextmanager
async def office(*, without: str = "", reclaim_s: float = 3.0) -> AsyncIterator[Office]:
    async with asyncio.TaskGroup() as group:
        place = Office(group, reclaim_s)
        await place.pulse.listen()
        async with place.seat:
            await place.seat.listen()
            await place.seat.take(await claims.found(place.wire, SESSION, "gateway", "gateway-1", 0))
            await place.seat.store(SessionOpened(dialect="test", owner="x", opened_at=0.0))
            for service in WORKERS:
                if service != without:
                    await place.hire(service, f"{service}-1")
            yield place
        await place.close()


async def test_all_four_are_claimed_and_take_the_session() -> None:
    async with office() as place:
        await place.crew.assemble()
        assert place.holders() == {service: f"{service}-1" for service in WORKERS}
        for service, holder in place.crew.holders.items():
            assert place.seats[holder.instance].claim == holder.number
            assert place.seat.record.sequences.claim_of(service) == holder.number


async def test_if_one_has_no_room_that_is_told_by_its_name() -> None:
    async with office(without="tts") as place:
        with pytest.raises(AtCapacity) as raised:
            await place.crew.assemble()
        assert raised.value.service == "tts"


async def test_a_log_that_does_not_answer_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "TAKE_TIMEOUT_S", 0.05)
    async with office() as place:
        place.wire.log = MuteLog(place.broker.bus())
        with pytest.raises(BusError, match="no acknowledgement"):
            await place.crew.assemble()


@asynccontextmanager
async def watching(place: Office) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        watch = spawn(group, place.crew.watch(), "watch")
        await asyncio.sleep(0)
        yield
        await stop(watch)


async def test_a_worker_that_is_heard_keeps_the_session() -> None:
    async with office() as place:
        await place.crew.assemble()
        before = place.crew.holders
        async with watching(place):
            await place.seconds(10)
        assert place.crew.holders == before


async def test_a_worker_that_is_gone_is_replaced_under_a_newer_claim() -> None:
    async with office() as place:
        await place.crew.assemble()
        before = place.crew.holders["stt"]
        async with watching(place):
            await place.hire("stt", "stt-2")
            await place.kill("stt-1")
            await place.until("stt", "stt-2")
        assert place.crew.holders["stt"].number > before.number
        assert place.holders() == {"turn": "turn-1", "stt": "stt-2", "llm": "llm-1", "tts": "tts-1"}


async def test_one_that_is_only_slow_to_beat_is_asked_and_keeps_the_session() -> None:
    async with office() as place:
        await place.crew.assemble()
        before = place.crew.holders
        beats = ".beat."
        place.wire.lose = lambda delivery: beats in delivery.subject
        async with watching(place):
            await place.hire("stt", "stt-2")
            await place.seconds(8)
        assert place.crew.holders == before


async def test_a_worker_that_announces_its_leave_is_replaced_before_it_goes() -> None:
    async with office() as place:
        await place.crew.assemble()
        async with watching(place):
            await place.hire("llm", "llm-2")
            place.stopping["llm-1"].set()
            await place.until("llm", "llm-2")
        assert place.seats["llm-1"].released.is_set()


async def test_a_worker_that_says_it_cannot_go_on_is_replaced_at_once() -> None:
    async with office() as place:
        await place.crew.assemble()
        before = place.crew.holders["tts"]
        async with watching(place):
            place.crew.lost("tts")
            async with asyncio.timeout(2):
                while place.crew.holders["tts"] == before:
                    await asyncio.sleep(0.01)
        assert place.crew.holders["tts"].instance == "tts-1"


async def test_without_a_successor_the_session_cannot_go_on() -> None:
    async with office(reclaim_s=0.3) as place:
        await place.crew.assemble()
        await place.kill("turn-1")
        watch = asyncio.ensure_future(place.crew.watch())
        async with asyncio.timeout(5):
            while not watch.done():
                await place.seconds(1)
        with pytest.raises(ExceptionGroup) as raised:
            watch.result()
        assert [str(error) for error in raised.value.exceptions] == ["no turn worker has room"]


async def test_a_service_that_needs_one_worker_after_another_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew_module, "MAX_REPLACEMENTS", 2)
    async with office() as place:
        await place.crew.assemble()
        watch = asyncio.ensure_future(place.crew.watch())
        async with asyncio.timeout(5):
            while not watch.done():
                before = place.crew.holders["stt"]
                place.crew.lost("stt")
                while place.crew.holders["stt"] == before and not watch.done():
                    await asyncio.sleep(0.01)
        with pytest.raises(ExceptionGroup) as raised:
            watch.result()
        assert [str(error) for error in raised.value.exceptions] == ["no stt worker has room"]
