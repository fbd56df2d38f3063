"""A call with its gateway and workers, on any bus, without a model in sight."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from natter_protocol.base import Message
from natter_protocol.session import CloseReason, SessionClosed, SessionConfigured, SessionOpened
from natter_protocol.settings import SessionSettings
from natter_protocol.stt import SttPartial
from natter_protocol.turn import TurnProbability
from natter_runtime import claims
from natter_runtime.bus import Bus
from natter_runtime.claims import Holder
from natter_runtime.clock import Clock, ManualClock
from natter_runtime.host import Host
from natter_runtime.inbox import Item
from natter_runtime.metrics import Metrics
from natter_runtime.presence import Card
from natter_runtime.seat import Hearing, Seat
from natter_runtime.tasks import spawn, stop
from tests.support.runtime_ear import until
from tests.support.runtime_wire import Wire

HEARING = Hearing(live=(SttPartial, TurnProbability), audio_in=True, audio_out=True)


@asynccontextmanager
async def seated(bus: Bus, session: str, service: str = "gateway", instance: str = "gateway-1") -> AsyncIterator[Seat]:
    """Yield a seat that has taken ``service`` under a claim of its own."""
    last = await bus.log.last(f"natter.v1.s.{session}.evt.assigned.{service}")
    number = await claims.found(bus, session, service, instance, last)
    async with Seat(bus, service, session, HEARING, Metrics(service)) as seat:
        await seat.listen()
        await seat.take(number)
        yield seat


def messages(seat: Seat) -> list[Item]:
    """Take everything out of a seat's inbox."""
    return [seat.inbox.get_nowait() for _ in range(len(seat.inbox))]


@dataclass
class Visit:
    """One session as a worker served it."""

    seat: Seat
    heard: list[Item] = field(default_factory=list)
    over: bool = False


class Worker:
    """An instance of a service whose engine is a list: it notes what it hears."""

    def __init__(self, bus: Bus, instance: str, clock: Clock, service: str = "turn", capacity: int = 2) -> None:
        self.wire = Wire(bus)
        self.metrics = Metrics(service)
        self.visits: list[Visit] = []
        self.on_item: Callable[[Seat, Item], Awaitable[None]] | None = None
        """What it does with what it hears; may raise."""
        self.stopping = asyncio.Event()
        self.host = Host(self.wire, Card(service, instance, capacity), HEARING, self._attend, clock, self.metrics)

    @property
    def visit(self) -> Visit:
        """The session it took last."""
        return self.visits[-1]

    async def _attend(self, seat: Seat) -> None:
        visit = Visit(seat)
        self.visits.append(visit)
        try:
            async for item in seat.inbox:
                visit.heard.append(item)
                if self.on_item is not None:
                    await self.on_item(seat, item)
        finally:
            visit.over = True


class Stage:
    """Makes the gateway and the workers of a test; everything stops when the test is over."""

    def __init__(self, make_bus: Callable[[], Awaitable[Bus]], session: str, stack: AsyncExitStack) -> None:
        self.session = session
        self.clock = ManualClock()
        self._make_bus = make_bus
        self._stack = stack
        self._running: dict[Worker, asyncio.Task[None]] = {}
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> Stage:
        await self._group.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._running.values():
            await stop(task)
        await self._stack.aclose()
        await self._group.__aexit__(None, None, None)

    async def bus(self) -> Bus:
        """Return another connection."""
        return await self._make_bus()

    async def gateway(self, instance: str = "gateway-1", session: str = "") -> Seat:
        """Open a session at a gateway and return the gateway's seat in it."""
        bus = Wire(await self.bus())
        seat = await self._stack.enter_async_context(seated(bus, session or self.session, instance=instance))
        await seat.store(SessionOpened(dialect="test", owner="key", opened_at=0.0))
        await seat.store(SessionConfigured(version=1, settings=SessionSettings(greeting="Hello!")))
        return seat

    async def worker(self, instance: str, service: str = "turn", capacity: int = 2, drain_s: float = 5.0) -> Worker:
        """Start a worker and return it when it can be claimed."""
        worker = Worker(await self.bus(), instance, self.clock, service, capacity)
        ready = asyncio.Event()
        serving = worker.host.serve(worker.stopping, drain_s, ready.set)
        self._running[worker] = spawn(self._group, serving, instance)
        async with asyncio.timeout(2.0):
            await ready.wait()
        return worker

    async def claim(self, seat: Seat, service: str = "turn", patience_s: float = 0.0) -> Holder:
        """Have the gateway claim a worker."""
        return await claims.claim(seat._bus, seat, service, seat._metrics, patience_s=patience_s)

    async def kill(self, worker: Worker) -> None:
        """The worker is gone, without a word: the end of its connection is the first thing that happens."""
        await worker.wire.close()
        await stop(self._running.pop(worker))

    async def stop(self, worker: Worker) -> None:
        """Ask the worker to leave and wait until it has."""
        worker.stopping.set()
        async with asyncio.timeout(5.0):
            await asyncio.wait([self._running[worker]])

    async def seconds(self, count: int) -> None:
        """Let time pass, second by second, as those who watch each other live through it."""
        for _ in range(count):
            self.clock.advance(1.0)
            await asyncio.sleep(0.001)


async def close(seat: Seat) -> None:
    """The gateway ends the session."""
    await seat.store(SessionClosed(reason=CloseReason.CLIENT))


async def heard_by(visit: Visit, message: Message) -> None:
    """Return when a message (as it was stamped) was heard by a worker."""
    await until(lambda: message in visit.heard)
