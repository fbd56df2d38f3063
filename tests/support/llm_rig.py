"""One session of the llm service on the memory bus, with the other services played by the test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import TypeVar

from opentelemetry.trace import NoOpTracer, Tracer

from natter_llm.config import LlmConfig
from natter_llm.engine import Done, Engine, EngineInfo, Event, Request, Text, Usage
from natter_llm.http_tools import HttpTools
from natter_llm.own_models import OwnModels
from natter_llm.tool_servers import ToolServers
from natter_llm.worker import Attendant
from natter_protocol import codec, subjects
from natter_protocol.base import Message
from natter_protocol.reply import Outcome, ReplyHeard
from natter_protocol.session import SessionConfigured, SessionOpened
from natter_protocol.settings import SessionSettings, Tool
from natter_protocol.turn import Cause, Scope, TurnCancel, TurnCommitted, TurnEager, TurnGranted
from natter_runtime.bus import Delivery
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import SystemClock
from natter_runtime.metrics import Metrics
from natter_runtime.seat import Hearing, Seat

M = TypeVar("M", bound=Message)

SESSION = "sess_test"
PATIENCE_S = 3.0
"""Far more than anything here takes; a test that needs it has failed."""

WEATHER = Tool(
    name="get_weather",
    description="Get the weather for a city",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string", "pattern": "[A-Z][a-z]+"}},
        "required": ["city"],
    },
    timeout_s=5.0,
)


class Puppet:
    """An engine whose streams the test moves: each request waits for what the test puts in."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.streams: list[asyncio.Queue[Event | Exception]] = []
        self.closed: list[bool] = []
        self.asked = asyncio.Event()

    @property
    def info(self) -> EngineInfo:
        return EngineInfo("puppet", "puppet-1")

    async def warm_up(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    async def generate(self, request: Request) -> AsyncGenerator[Event, None]:
        number = len(self.requests)
        self.requests.append(request)
        self.streams.append(asyncio.Queue(maxsize=100))
        self.closed.append(False)
        self.asked.set()
        try:
            while True:
                event = await self.streams[number].get()
                if isinstance(event, Exception):
                    raise event
                yield event
                if isinstance(event, Done):
                    return
        finally:
            self.closed[number] = True

    async def request(self, number: int) -> Request:
        """Wait until request ``number`` was made and return it."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.requests) <= number:
                self.asked.clear()
                await self.asked.wait()
        return self.requests[number]

    async def feed(self, number: int, *events: Event | Exception) -> None:
        """Let request ``number`` go on with ``events``."""
        await self.request(number)
        for event in events:
            self.streams[number].put_nowait(event)

    async def answer(self, number: int, text: str) -> None:
        """Let request ``number`` say ``text`` and end."""
        await self.feed(number, Text(text), Done("stop", Usage(7, 3)))


@dataclass
class Rig:
    """What a test plays with. ``said`` is all that the llm service has said, in order."""

    broker: MemoryBroker
    gateway: Seat
    turn: Seat
    attendant: Attendant
    said: list[Message] = field(default_factory=list)
    seat: Seat | None = None
    _spoken: asyncio.Event = field(default_factory=asyncio.Event)
    _claims: int = 10

    def hear(self, delivery: Delivery) -> None:
        """Note what the llm service says."""
        message = codec.decode(delivery.data)
        if isinstance(message, Message) and message.by == "llm":
            self.said.append(message)
            self._spoken.set()

    def of(self, kind: type[M], epoch: int = 0) -> list[M]:
        """Return what was said of one kind so far."""
        return [m for m in self.said if isinstance(m, kind) and epoch in (0, m.epoch)]

    async def wait_for(self, kind: type[M], epoch: int = 0, count: int = 1) -> M:
        """Wait until ``count`` messages of one kind were said, and return the last of them."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.of(kind, epoch)) < count:
                self._spoken.clear()
                await self._spoken.wait()
        return self.of(kind, epoch)[count - 1]

    async def configure(self, version: int, settings: SessionSettings) -> None:
        """Give the session its settings."""
        await self.gateway.store(SessionConfigured(version=version, settings=settings))

    @contextlib.asynccontextmanager
    async def worker(self) -> AsyncIterator[Seat]:
        """Run a worker of the llm service as the session's owner; leaving ends it."""
        self._claims += 1
        async with Seat(self.broker.bus(), "llm", SESSION, Hearing(), Metrics("llm")) as seat:
            await seat.listen()
            await seat.take(self._claims)
            self.seat = seat
            attending = asyncio.create_task(_attend(self.attendant, seat))
            try:
                yield seat
            finally:
                seat.inbox.close()
                async with asyncio.timeout(PATIENCE_S):
                    await attending

    # -- what the other services say ------------------------------------------------------------

    async def eager(self, epoch: int, text: str, *, turn: int = 1, rev: int = 0) -> None:
        """The turn is likely over."""
        await self.turn.say(TurnEager(turn=turn, rev=rev, epoch=epoch, text=text, end_sample=100))

    async def commit(
        self, epoch: int, text: str, *, turn: int = 1, rev: int = 0, through: int = 0, trace: str = ""
    ) -> None:
        """The turn is over."""
        await self.turn.say(
            TurnCommitted(
                turn=turn,
                rev=rev,
                epoch=epoch,
                text=text,
                start_sample=0,
                end_sample=100,
                void_through=through,
                trace=trace,
            )
        )

    async def grant(self, epoch: int, cause: Cause, *, request: str = "", instructions: str = "") -> None:
        """The floor is given to a reply."""
        await self.turn.say(TurnGranted(epoch=epoch, cause=cause, request=request, instructions=instructions))

    async def cancel(self, epoch: int, scope: Scope = Scope.THROUGH) -> None:
        """A reply is stopped."""
        await self.turn.say(TurnCancel(epoch=epoch, scope=scope, reason="test"))

    async def heard(self, epoch: int, text: str, outcome: Outcome = Outcome.COMPLETED) -> None:
        """The gateway tells what was heard of a reply."""
        await self.gateway.say(ReplyHeard(epoch=epoch, text=text, ms=100, outcome=outcome))


async def _attend(attendant: Attendant, seat: Seat) -> None:
    await attendant(seat)


@contextlib.asynccontextmanager
async def rig(
    engine: Engine,
    settings: SessionSettings | None = None,
    config: LlmConfig | None = None,
    tracer: Tracer | None = None,
    http: HttpTools | None = None,
    own: OwnModels | None = None,
    servers: ToolServers | None = None,
) -> AsyncIterator[Rig]:
    """Open a session: gateway and turn have their seats, the llm service has none yet."""
    broker = MemoryBroker()
    async with (
        Seat(broker.bus(), "gateway", SESSION, Hearing(), Metrics("gateway")) as gateway,
        Seat(broker.bus(), "turn", SESSION, Hearing(), Metrics("turn")) as turn,
    ):
        for number, seat in enumerate((gateway, turn), 1):
            await seat.listen()
            await seat.take(number)
        attendant = Attendant(engine, config or LlmConfig(), SystemClock(), tracer or NoOpTracer(), http, own, servers)
        made = Rig(broker, gateway, turn, attendant)
        await broker.bus().subscribe(subjects.everything(SESSION), made.hear)
        await gateway.store(SessionOpened(dialect="test", owner="me", opened_at=0.0))
        await made.configure(1, settings or SessionSettings(system_prompt="Be kind."))
        yield made


async def settle(turns: int = 20) -> None:
    """Let everything that is ready run, for what is *not* to happen."""
    for _ in range(turns):
        await asyncio.sleep(0)
