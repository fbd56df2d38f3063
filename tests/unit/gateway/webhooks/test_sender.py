"""Sending, to a receiver on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from natter_gateway.store import webhooks
from natter_gateway.store.database import Database
from natter_gateway.store.webhooks import DeliveryRow, SubscriptionRow
from natter_gateway.webhooks.sender import BACKOFF_S, BATCH, Attempt, Sender, settled
from natter_gateway.webhooks.signature import HEADERS, verify
from natter_runtime import outside
from natter_runtime.clock import ManualClock
from natter_runtime.seal import Sealer
from natter_runtime.tasks import stop
from tests.support.gateway_store import database
from tests.support.http_sink import Reply, Sink, sink

SEALER = Sealer("a secret that is long enough")
SECRET = "the receiver's secret, thirty-two characters"
BODY = '{"event":"session.started","größe":1}'


@dataclass
class Post:
    """A sender, and who receives."""

    sender: Sender
    store: Database
    clock: ManualClock
    there: Sink

    async def enqueue(self, session: str = "s1") -> None:
        at = self.clock.wall()
        await self.store.write(lambda c: webhooks.enqueue(c, "wh_1", session, "session.started", "evt_1", BODY, at))

    async def deliveries(self) -> tuple[DeliveryRow, ...]:
        return (await self.store.read(lambda c: webhooks.deliveries(c, "wh_1", 100, ""))).items


@asynccontextmanager
async def post(tmp: Path, *, private: bool = True, sealer: Sealer = SEALER, **subscription: Any) -> AsyncIterator[Post]:
    async with sink() as there, database("", tmp) as store, outside.client(private=private) as client:
        clock = ManualClock()
        fields: dict[str, Any] = {"url": f"{there.url}/hook", "sealed_secret": SEALER.seal(SECRET), **subscription}
        row = SubscriptionRow(
            "wh_1", "anna", events=["session.started"], secret_version=1, agent_id="", enabled=True,
            created_at=1.0, updated_at=1.0, **fields,
        )  # fmt: skip
        await store.write(lambda c: webhooks.add(c, row))
        yield Post(Sender(store, sealer, client, clock), store, clock, there)


async def test_an_event_arrives_signed_under_both_names(tmp_path: Path) -> None:
    async with post(tmp_path) as here:
        await here.enqueue()
        assert await here.sender.send_due() == 1
        (received,) = here.there.received
        assert (received.method, received.path, received.body) == ("POST", "/hook", BODY.encode())
        assert received.headers["content-type"] == "application/json"
        for name in HEADERS:
            assert verify(SECRET, received.body, received.headers[name.lower()], here.clock.wall())
        (delivery,) = await here.deliveries()
        assert (delivery.status, delivery.attempt_count, delivery.http_status_code) == ("delivered", 1, 200)
        assert (delivery.delivered_at, delivery.next_retry_at, delivery.error) == (here.clock.wall(), None, None)
        assert await here.sender.send_due() == 0


@pytest.mark.parametrize(
    ("reply", "status", "error"),
    [
        (Reply(500), 500, "status 500"),
        (Reply(302, b"", (("Location", "http://127.0.0.1:1/"),)), 302, "status 302"),
    ],
)
async def test_what_is_not_taken_is_sent_again_after_a_while(
    reply: Reply, status: int, error: str, tmp_path: Path
) -> None:
    async with post(tmp_path) as here:
        here.there.replies = [reply, Reply(204, b"")]
        await here.enqueue()
        await here.sender.send_due()
        (delivery,) = await here.deliveries()
        assert (delivery.status, delivery.http_status_code, delivery.error) == ("pending", status, error)
        assert delivery.next_retry_at == here.clock.wall() + BACKOFF_S[0]
        assert await here.sender.send_due() == 0
        here.clock.advance(BACKOFF_S[0] + 1)
        assert await here.sender.send_due() == 1
        (delivery,) = await here.deliveries()
        assert (delivery.status, delivery.attempt_count, delivery.error) == ("delivered", 2, None)


async def test_it_survives_the_gateway_that_wrote_it(tmp_path: Path) -> None:
    """The one that took it died in the middle; another one opens the same database."""
    async with post(tmp_path) as here:
        await here.enqueue()
        now = here.clock.wall()
        assert await here.store.write(lambda c: webhooks.take_due(c, now, now + 60, 10))
        async with database("", tmp_path) as again:
            second = Sender(again, SEALER, here.sender.client, here.clock)
            assert await second.send_due() == 0
            here.clock.advance(61)
            assert await second.send_due() == 1
        assert len(here.there.received) == 1


async def test_attempts_are_bounded(tmp_path: Path) -> None:
    async with post(tmp_path) as here:
        here.there.replies = [Reply(503)]
        await here.enqueue()
        for _ in range(len(BACKOFF_S) + 3):
            await here.sender.send_due()
            here.clock.advance(BACKOFF_S[-1] + 1)
        (delivery,) = await here.deliveries()
        assert (delivery.status, delivery.attempt_count) == ("failed", len(BACKOFF_S) + 1)
        assert len(here.there.received) == len(BACKOFF_S) + 1


async def test_without_a_secret_nothing_is_signed(tmp_path: Path) -> None:
    async with post(tmp_path, sealed_secret="", sealer=Sealer("")) as here:
        await here.enqueue()
        await here.sender.send_due()
        (received,) = here.there.received
        assert not {name.lower() for name in HEADERS} & set(received.headers)


def test_the_pauses_grow() -> None:
    pauses = [settled(n, Attempt(500, "no"), 0.0)["next_retry_at"] for n in range(1, len(BACKOFF_S) + 1)]
    assert pauses == list(BACKOFF_S) == sorted(BACKOFF_S)
    assert settled(len(BACKOFF_S) + 1, Attempt(500, "no"), 0.0)["next_retry_at"] is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"private": False}, "expected a URL that begins with https://"),
        ({"url": "http://127.0.0.1:1/"}, "no connection"),
        ({"sealer": Sealer("another secret that is long")}, "the secret cannot be opened"),
        ({"sealer": Sealer("")}, "the secret cannot be opened"),
    ],
)
async def test_what_cannot_be_sent_says_why(changes: dict[str, Any], error: str, tmp_path: Path) -> None:
    async with post(tmp_path, **changes) as here:
        await here.enqueue()
        await here.sender.send_due()
        (delivery,) = await here.deliveries()
        assert (delivery.status, delivery.http_status_code) == ("pending", None)
        assert error in (delivery.error or "")
        assert here.there.received == []


async def test_a_receiver_that_is_slow_does_not_keep_the_others_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("natter_gateway.webhooks.sender.TIMEOUT_S", 0.2)
    async with post(tmp_path) as here:
        here.there.replies = [Reply(wait_s=3.0), Reply()]
        await here.enqueue("slow")
        await here.enqueue("quick")
        await here.sender.send_due()
        by_session = {one.session_id: one for one in await here.deliveries()}
        assert sorted(one.status for one in by_session.values()) == ["delivered", "pending"]
        assert "no answer in time" in {one.error for one in by_session.values()}


async def test_by_itself_it_sends_all_there_is(tmp_path: Path) -> None:
    async with post(tmp_path) as here, asyncio.TaskGroup() as group:
        for number in range(BATCH + 3):
            await here.enqueue(f"s{number}")
        sending = group.create_task(here.sender.run())
        await here.there.until(BATCH + 3)
        await stop(sending)


async def test_a_database_that_fails_is_asked_again(tmp_path: Path) -> None:
    async with post(tmp_path) as here, asyncio.TaskGroup() as group:
        here.store.close()
        sending = group.create_task(here.sender.run())
        for _ in range(3):
            here.clock.advance(2.0)
            await asyncio.sleep(0.02)
        assert not sending.done()
        await stop(sending)
