"""What keeps the records of calls, around a database, a folder and a bus of a test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from natter_gateway.records.finaliser import Finaliser
from natter_gateway.records.keeper import Keeper
from natter_gateway.records.means import Means
from natter_gateway.records.prices import Prices
from natter_gateway.records.retention import Retention
from natter_gateway.records.shelf import Shelf, open_shelf
from natter_gateway.store import sessions, webhooks
from natter_gateway.store.database import Database
from natter_gateway.store.sessions import SessionRow
from natter_gateway.store.webhooks import DeliveryRow, SubscriptionRow
from natter_protocol import codec, subjects
from natter_protocol.base import Message
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard
from natter_protocol.session import CloseReason, SessionAssigned, SessionClosed, SessionConfigured, SessionOpened
from natter_protocol.settings import SessionSettings
from natter_runtime.bus import Bus
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import ManualClock
from natter_runtime.executor import ModelExecutor
from natter_runtime.metrics import Metrics
from tests.support.gateway_store import database

SESSION = "sess_1"


@dataclass
class Office:
    """All of it, by name."""

    database: Database
    bus: Bus
    shelf: Shelf
    clock: ManualClock
    metrics: Metrics
    finaliser: Finaliser
    retention: Retention
    keeper: Keeper
    serving: set[tuple[str, str]]
    """Which gateway serves which session."""
    _seqs: dict[tuple[str, str], int] = field(default_factory=dict)

    async def log(self, by: str, fact: Message, session: str = SESSION) -> None:
        """Put a fact into the event log as if a service had said it."""
        seq = self._seqs[session, by] = self._seqs.get((session, by), 0) + 1
        fact = msgspec.structs.replace(fact, session=session, by=by, claim=1, seq=seq)
        await (await self.bus.log.append(subjects.of(fact), codec.encode(fact), id=fact.id))

    async def call(self, session: str = SESSION, *, closed: bool = True, gateway: str = "g-1", **opened: Any) -> None:
        """Let a short call happen, as the log has it."""
        at = self.clock.wall()
        await self.log("gateway", SessionAssigned(service="gateway", instance=gateway), session)
        fact = SessionOpened(dialect="voice_agent", owner="anna", opened_at=at, **opened)
        await self.log("gateway", fact, session)
        await self.log(
            "gateway", SessionConfigured(version=1, settings=SessionSettings(system_prompt="Bread.")), session
        )
        await self.log(
            "llm", ReplyFinished(epoch=1, text="Hi", model="small", input_tokens=10, output_tokens=2), session
        )
        await self.log("gateway", ReplyHeard(epoch=1, text="Hi", ms=400, outcome=Outcome.COMPLETED), session)
        if closed:
            self.clock.advance(5.0)
            end = SessionClosed(reason=CloseReason.CLIENT, duration_s=5.0, input_s=4.0)
            await self.log("gateway", end, session)

    def opening(self, session: str = SESSION, **changes: Any) -> SessionRow:
        """Return the record of a session that has just opened."""
        fields: dict[str, Any] = {"agent_id": "", "dialect": "voice_agent", "instance": "g-1", "status": "active"}
        return SessionRow(session, "anna", **{**fields, "created_at": self.clock.wall(), **changes})

    async def row(self, session: str = SESSION) -> SessionRow | None:
        """Return the record as it is in the database."""
        return await self.database.read(lambda connection: sessions.find(connection, session))

    async def subscribe(self, *events: str) -> None:
        """Have somebody told."""
        row = SubscriptionRow("wh_1", "anna", "https://example.com", list(events), "x", 1, "", True, 1.0, 1.0)
        await self.database.write(lambda connection: webhooks.add(connection, row))

    async def told(self) -> list[DeliveryRow]:
        """Return what is to be told, the oldest first."""
        page = await self.database.read(lambda connection: webhooks.deliveries(connection, "wh_1", 50, ""))
        return sorted(page.items, key=lambda delivery: (delivery.created_at, delivery.event == "session.completed"))


@asynccontextmanager
async def office(
    tmp: Path, *, prices: Prices | None = None, days: tuple[int, int] = (0, 0), url: str = ""
) -> AsyncIterator[Office]:
    """Make one; ``days`` is how long sessions and recordings are kept, ``url`` where instead of in the folder."""
    clock, metrics = ManualClock(), Metrics("gateway")
    broker = MemoryBroker(clock=clock)
    bus, shelf, executor = broker.bus(), open_shelf(url, tmp), ModelExecutor("records")
    serving: set[tuple[str, str]] = set()
    async with database("", tmp) as opened:
        means = Means("g-1", opened, bus, shelf, clock, metrics, executor, executor)
        finaliser = Finaliser(means, prices, lambda gateway, session: (gateway, session) in serving)
        retention = Retention(means, *days)

        def live() -> set[str]:
            return {session for gateway, session in serving if gateway == "g-1"}

        def others() -> set[str]:
            return {gateway for gateway, _ in serving} - {"g-1"}

        keeper = Keeper(means, finaliser, retention, live, others, recording=True)
        yield Office(opened, bus, shelf, clock, metrics, finaliser, retention, keeper, serving)
    executor.close()
    await bus.close()
