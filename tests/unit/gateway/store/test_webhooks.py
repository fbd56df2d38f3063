"""Webhooks as the database keeps them."""

from __future__ import annotations

import dataclasses
from typing import Any

from natter_gateway.store import sessions, webhooks
from natter_gateway.store.database import Connection, Database
from natter_gateway.store.webhooks import DeliveryRow, Due, SubscriptionRow

HOOK = SubscriptionRow("wh_1", "anna", "https://example.com", ["session.started"], "sealed", 1, "", True, 10.0, 10.0)


async def add(store: Database, **changes: Any) -> None:
    await store.write(lambda c: webhooks.add(c, dataclasses.replace(HOOK, **changes)))


async def enqueue(store: Database, session: str = "s1", *, now: float = 20.0, event: str = "session.started") -> None:
    await store.write(lambda c: webhooks.enqueue(c, "wh_1", session, event, f"evt_{session}", '{"a":1}', now))


async def due(store: Database, now: float) -> list[Due]:
    return await store.write(lambda c: webhooks.take_due(c, now, now + 60, 10))


async def deliveries(store: Database) -> tuple[DeliveryRow, ...]:
    return (await store.read(lambda c: webhooks.deliveries(c, "wh_1", 10, ""))).items


async def test_a_subscription_is_kept_changed_and_deleted_by_its_owner(store: Database) -> None:
    await add(store)
    assert await store.read(lambda c: webhooks.get(c, "anna", "wh_1")) == HOOK
    assert await store.read(lambda c: webhooks.get(c, "bob", "wh_1")) is None
    assert await store.read(lambda c: webhooks.count(c, "anna")) == 1
    changed = dataclasses.replace(HOOK, enabled=False, events=["session.completed"])
    await store.write(lambda c: webhooks.change(c, changed))
    assert await store.write(lambda c: webhooks.get(c, "anna", "wh_1", lock=True)) == changed
    assert (await store.read(lambda c: webhooks.page(c, "anna", 10, ""))).items == (changed,)
    assert not await store.write(lambda c: webhooks.remove(c, "bob", "wh_1"))
    await enqueue(store)
    assert await store.write(lambda c: webhooks.remove(c, "anna", "wh_1"))
    assert await deliveries(store) == ()


async def test_who_is_told_of_an_event(store: Database) -> None:
    await add(store)
    await add(store, id="wh_2", agent_id="agent_1")
    await add(store, id="wh_3", enabled=False)
    await add(store, id="wh_4", owner="bob")
    await add(store, id="wh_5", events=["session.completed"])

    async def told(owner: str, agent: str, event: str) -> list[str]:
        return sorted(await store.read(lambda c: webhooks.subscribed(c, owner, agent, "s1", event)))

    assert await told("anna", "agent_1", "session.started") == ["wh_1", "wh_2"]
    assert await told("anna", "", "session.started") == ["wh_1"]
    assert await told("anna", "agent_9", "session.completed") == ["wh_5"]
    assert await told("carl", "", "session.started") == []


async def test_an_event_is_kept_once_for_each_subscription(store: Database) -> None:
    await add(store)
    await enqueue(store)
    await enqueue(store, now=30.0)
    (delivery,) = await deliveries(store)
    assert (delivery.status, delivery.attempt_count, delivery.created_at) == ("pending", 0, 20.0)


async def test_a_delivery_is_made_by_one_gateway_at_a_time(store: Database) -> None:
    await add(store)
    await enqueue(store)
    assert await due(store, 19.0) == []
    (taken,) = await due(store, 20.0)
    assert (taken.url, taken.sealed_secret, taken.delivery.body) == (HOOK.url, "sealed", '{"a":1}')
    assert await due(store, 30.0) == []
    assert len(await due(store, 81.0)) == 1  # whoever took it is gone


async def test_what_failed_is_due_again_later_and_what_arrived_is_not(store: Database) -> None:
    await add(store)
    await enqueue(store)
    (taken,) = await due(store, 20.0)
    await store.write(lambda c: webhooks.settle(c, taken.delivery.id, attempt_count=1, next_retry_at=50.0, error="no"))
    assert await due(store, 40.0) == []
    assert len(await due(store, 50.0)) == 1
    await store.write(lambda c: webhooks.settle(c, taken.delivery.id, status="delivered", next_retry_at=None))
    assert await due(store, 1000.0) == []


async def test_a_subscription_that_is_off_gets_nothing(store: Database) -> None:
    await add(store)
    await enqueue(store)
    await store.write(lambda c: webhooks.change(c, dataclasses.replace(HOOK, enabled=False)))
    assert await due(store, 20.0) == []


async def test_old_deliveries_are_forgotten_and_those_of_a_deleted_session(store: Database) -> None:
    await add(store)
    await enqueue(store, "s1", now=20.0)
    await enqueue(store, "s2", now=40.0)
    await enqueue(store, "s3", now=40.0)
    assert await store.write(lambda c: webhooks.forget_deliveries(c, 30.0)) == 1
    await store.write(lambda c: sessions.remove(c, "s2"))
    assert [one.session_id for one in await deliveries(store)] == ["s3"]


async def test_a_session_may_bring_its_own_which_is_in_no_list(store: Database) -> None:
    def attach(connection: Connection, url: str) -> None:
        webhooks.attach(connection, "sess_1", url, ["session.completed"], "sealed", 20.0)

    await store.write(lambda c: attach(c, "https://a.example"))
    await store.write(lambda c: attach(c, "https://b.example"))
    own = webhooks.inline("sess_1")
    assert await store.read(lambda c: webhooks.subscribed(c, "anna", "", "sess_1", "session.completed")) == [own]
    assert await store.read(lambda c: webhooks.subscribed(c, "anna", "", "sess_1", "session.started")) == []
    assert await store.read(lambda c: webhooks.subscribed(c, "anna", "", "sess_2", "session.completed")) == []
    assert (await store.read(lambda c: webhooks.page(c, "anna", 10, ""))).items == ()
    await store.write(lambda c: webhooks.enqueue(c, own, "sess_1", "session.completed", "evt_1", "{}", 20.0))
    (taken,) = await due(store, 20.0)
    assert taken.url == "https://b.example"
    await store.write(lambda c: sessions.remove(c, "sess_1"))
    assert await store.read(lambda c: webhooks.subscribed(c, "anna", "", "sess_1", "session.completed")) == []


async def test_what_old_sessions_brought_is_forgotten(store: Database) -> None:
    await add(store)
    await store.write(lambda c: webhooks.attach(c, "sess_1", "https://a.example", [], "", 20.0))
    await store.write(lambda c: webhooks.forget_deliveries(c, 30.0))
    assert await store.read(lambda c: webhooks.get(c, webhooks.NOBODY, webhooks.inline("sess_1"))) is None
    assert await store.read(lambda c: webhooks.get(c, "anna", "wh_1")) == HOOK
