"""A real gateway on a real port, with workers on the memory bus that say what a test wants."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from opentelemetry.trace import NoOpTracer
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from natter_gateway.config import GatewayConfig
from natter_gateway.main import service
from natter_protocol import codec, subjects
from natter_protocol.audio import AudioFrame
from natter_protocol.base import Message
from natter_runtime.app import Runtime
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import SystemClock
from natter_runtime.config import RuntimeConfig
from natter_runtime.host import Host
from natter_runtime.inbox import Item
from natter_runtime.metrics import Metrics
from natter_runtime.presence import Card
from natter_runtime.seat import Hearing, Seat
from tests.support.nats_server import free_port

M = TypeVar("M", bound=Message)

WORKERS = ("turn", "stt", "llm", "tts")
PATIENCE_S = 5.0


@dataclass
class Worker:
    """One worker that a test speaks through, and what it has heard."""

    service: str
    seats: list[Seat] = field(default_factory=list)
    heard: list[Item] = field(default_factory=list)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def seat(self) -> Seat:
        """Its place in the newest session."""
        return self.seats[-1]

    async def attend(self, seat: Seat) -> None:
        self.seats.append(seat)
        async for item in seat.inbox:
            self.heard.append(item)

    async def hears(self, kind: type[Message] | type[AudioFrame], number: int = 1) -> Any:
        """Wait until ``number`` items of ``kind`` were heard; return the last of them."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = [item for item in self.heard if isinstance(item, kind)]
                if len(found) >= number:
                    return found[number - 1]
                await asyncio.sleep(0.005)


@dataclass
class Place:
    """A running gateway and its workers."""

    url: str
    broker: MemoryBroker
    runtime: Runtime
    workers: dict[str, Worker]
    group: asyncio.TaskGroup
    data: Path
    """The folder of what its gateways keep."""
    doors: list[tuple[Runtime, asyncio.Task[None]]] = field(default_factory=list)

    async def another_gateway(self, instance: str, **settings: Any) -> str:
        """Start one more gateway on the same bus and the same folder; return its URL."""
        port = free_port()
        settings.setdefault("data", self.data)
        bus, tracer = self.broker.bus(), self.runtime.tracer
        runtime = Runtime("gateway", instance, RuntimeConfig(), bus, Metrics("gateway"), tracer=tracer)
        serving = self.group.create_task(service.serve(GatewayConfig(port=port, **settings), runtime))
        self.doors.append((runtime, serving))
        async with asyncio.timeout(PATIENCE_S):
            await runtime.ready.wait()
        return f"ws://127.0.0.1:{port}/v1/ws"

    async def facts(self, session: str, kind: type[M]) -> list[M]:
        """Return what the event log has of one kind in one session, oldest first."""
        stored = await self.broker.bus().log.read(subjects.of_type(session, kind))
        return [message for event in stored if isinstance(message := codec.decode(event.data), kind)]

    @property
    def http(self) -> str:
        """Where its REST routes are."""
        return self.url.replace("ws://", "http://").removesuffix("/v1/ws")

    def hire(self, service: str, instance: str) -> Worker:
        """Start one more worker."""
        worker = Worker(service)
        card = Card(service, instance, 8)
        hearing = Hearing(audio_in=service in ("turn", "stt"))
        host = Host(self.broker.bus(), card, hearing, worker.attend, SystemClock(), Metrics(service))
        self.group.create_task(host.serve(worker.stopping, 3.0))
        return worker


@asynccontextmanager
async def gateway(**settings: Any) -> AsyncIterator[Place]:
    """Run a gateway with one worker of each kind; ``capacity`` is how many sessions it takes.

    It keeps what it keeps in a folder of its own, unless told where.
    """
    without = settings.pop("without", ())
    broker = settings.pop("broker", None) or MemoryBroker()
    instance, capacity = settings.pop("instance", "gateway-test"), settings.pop("capacity", RuntimeConfig().capacity)
    config, metrics = RuntimeConfig(capacity=capacity), Metrics("gateway")
    runtime = Runtime("gateway", instance, config, broker.bus(), metrics, tracer=settings.pop("tracer", NoOpTracer()))
    with tempfile.TemporaryDirectory(prefix="natter-gateway-") as folder:
        own = GatewayConfig(port=free_port(), **{"data": Path(folder), **settings})
        async with _running(own, runtime, broker, without) as place:
            yield place


@asynccontextmanager
async def _running(
    config: GatewayConfig, runtime: Runtime, broker: MemoryBroker, without: tuple[str, ...]
) -> AsyncIterator[Place]:
    async with asyncio.TaskGroup() as group:
        place = Place(f"ws://127.0.0.1:{config.port}/v1/ws", broker, runtime, {}, group, config.data)
        for name in WORKERS:
            if name not in without:
                place.workers[name] = place.hire(name, f"{name}-1")
        serving = group.create_task(service.serve(config, runtime))
        async with asyncio.timeout(PATIENCE_S):
            await runtime.ready.wait()
        try:
            yield place
        finally:
            for other, _ in place.doors:
                other.stopping.set()
            runtime.stopping.set()
            for worker in place.workers.values():
                worker.stopping.set()
            async with asyncio.timeout(PATIENCE_S * 2):
                await serving
                for _, other_serving in place.doors:
                    await other_serving


class Client:
    """A client that keeps everything it was told."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []

    async def send(self, message: dict[str, Any] | str) -> None:
        """Send one message."""
        await self.socket.send(message if isinstance(message, str) else json.dumps(message))

    async def until(self, kind: str) -> dict[str, Any]:
        """Read until an event of ``kind`` comes; return it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                event: dict[str, Any] = json.loads(await self.socket.recv())
                self.events.append(event)
                if event["type"] == kind:
                    return event

    async def closed(self) -> int:
        """Read to the end; return the close code."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                while True:
                    self.events.append(json.loads(await self.socket.recv()))
            except ConnectionClosed:
                return self.socket.close_code or 0

    def kinds(self) -> list[str]:
        """Return the types of all events so far, repetitions of audio and words left out."""
        kinds: list[str] = []
        for event in self.events:
            if not kinds or kinds[-1] != event["type"]:
                kinds.append(event["type"])
        return kinds


@asynccontextmanager
async def client(url: str, session: dict[str, Any] | None = None, **options: Any) -> AsyncIterator[Client]:
    """Connect; with ``session``, open it and wait until it is ready."""
    async with connect(url, compression=None, proxy=None, **options) as socket:
        caller = Client(socket)
        if session is not None:
            await caller.send({"type": "session.update", "session": session})
            await caller.until("session.ready")
        yield caller
