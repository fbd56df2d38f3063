"""The questions about webhooks: who is to be told, and what was told to whom."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from natter_gateway.store.once import insert_once
from natter_gateway.store.paging import Page, fetch
from natter_gateway.store.tables import DELIVERIES, SUBSCRIPTIONS

NOBODY: Final = ""
"""The owner of webhooks that sessions brought along."""


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """Somebody who is to be told of events. ``agent_id`` is empty for the sessions of all agents."""

    id: str
    owner: str
    url: str
    events: list[str]
    sealed_secret: str
    secret_version: int
    agent_id: str
    enabled: bool
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One event for one subscription."""

    id: str
    subscription_id: str
    session_id: str
    event: str
    event_id: str
    body: str
    status: str
    attempt_count: int
    http_status_code: int | None
    error: str | None
    created_at: float
    delivered_at: float | None
    next_retry_at: float | None


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that is to be made now, and where to."""

    delivery: DeliveryRow
    url: str
    sealed_secret: str


def add(connection: Connection, subscription: SubscriptionRow) -> None:
    """Keep a new subscription."""
    connection.execute(SUBSCRIPTIONS.insert().values(_values(subscription)))


def get(connection: Connection, owner: str, id: str, *, lock: bool = False) -> SubscriptionRow | None:
    """Return a subscription of ``owner``; with ``lock`` nobody else changes it within this transaction."""
    query = select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.owner == owner, SUBSCRIPTIONS.c.id == id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _subscription(row)


def change(connection: Connection, subscription: SubscriptionRow) -> None:
    """Keep the new state of a subscription that exists."""
    wanted = SUBSCRIPTIONS.c.id == subscription.id
    connection.execute(update(SUBSCRIPTIONS).where(wanted).values(_values(subscription)))


def remove(connection: Connection, owner: str, id: str) -> bool:
    """Delete a subscription of ``owner`` with its deliveries; return whether there was one."""
    wanted = (SUBSCRIPTIONS.c.owner == owner) & (SUBSCRIPTIONS.c.id == id)
    return connection.execute(delete(SUBSCRIPTIONS).where(wanted)).rowcount > 0


def attach(connection: Connection, session: str, url: str, events: list[str], sealed_secret: str, now: float) -> None:
    """Keep the webhook that a session brought along: a subscription of nobody's, which is in no list."""
    row = SubscriptionRow(inline(session), NOBODY, url, events, sealed_secret, 1, "", True, now, now)
    if not insert_once(connection, SUBSCRIPTIONS, _values(row)):
        wanted = SUBSCRIPTIONS.c.id == row.id
        values = {"url": url, "events": events, "sealed_secret": sealed_secret}
        connection.execute(update(SUBSCRIPTIONS).where(wanted).values(values))


def inline(session: str) -> str:
    """Return the id of the webhook that a session brought along."""
    return f"whs_{session.removeprefix('sess_')}"[:64]


def count(connection: Connection, owner: str) -> int:
    """Return how many subscriptions ``owner`` has."""
    query = select(func.count()).select_from(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.owner == owner)
    return connection.execute(query).scalar_one()


def page(connection: Connection, owner: str, limit: int, cursor: str) -> Page[SubscriptionRow]:
    """Return subscriptions of ``owner``, newest first.

    Raises:
        BadCursor: the cursor is none of ours.
    """
    query = select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.owner == owner)
    return fetch(connection, query, SUBSCRIPTIONS, limit, cursor, _subscription)


def deliveries(connection: Connection, subscription: str, limit: int, cursor: str) -> Page[DeliveryRow]:
    """Return deliveries of a subscription, newest first.

    Raises:
        BadCursor: the cursor is none of ours.
    """
    query = select(DELIVERIES).where(DELIVERIES.c.subscription_id == subscription)
    return fetch(connection, query, DELIVERIES, limit, cursor, _delivery)


def subscribed(connection: Connection, owner: str, agent_id: str, session: str, event: str) -> list[str]:
    """Return the ids of the enabled subscriptions that an event of a session is for, its own included."""
    agents = or_(SUBSCRIPTIONS.c.agent_id == "", SUBSCRIPTIONS.c.agent_id == agent_id)
    theirs = (SUBSCRIPTIONS.c.owner == owner) & agents
    wanted = SUBSCRIPTIONS.c.enabled.is_(True) & or_(theirs, SUBSCRIPTIONS.c.id == inline(session))
    rows = connection.execute(select(SUBSCRIPTIONS.c.id, SUBSCRIPTIONS.c.events).where(wanted)).all()
    return [row.id for row in rows if event in row.events]


def enqueue(
    connection: Connection, subscription: str, session: str, event: str, event_id: str, body: str, now: float
) -> None:
    """Keep an event for a subscription, once."""
    values = {
        "id": f"whd_{secrets.token_hex(16)}",
        "subscription_id": subscription,
        "session_id": session,
        "event": event,
        "event_id": event_id,
        "body": body,
        "status": DeliveryStatus.PENDING.value,
        "created_at": now,
        "next_retry_at": now,
    }
    insert_once(connection, DELIVERIES, values)


def take_due(connection: Connection, now: float, lease_until: float, limit: int) -> list[Due]:
    """Return deliveries that are due, and keep other gateways from making them until ``lease_until``."""
    due = (
        (DELIVERIES.c.status == DeliveryStatus.PENDING.value)
        & (DELIVERIES.c.next_retry_at <= now)
        & (DELIVERIES.c.leased_until < now)
        & SUBSCRIPTIONS.c.enabled.is_(True)
    )
    query = (
        select(DELIVERIES, SUBSCRIPTIONS.c.url, SUBSCRIPTIONS.c.sealed_secret)
        .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == DELIVERIES.c.subscription_id)
        .where(due)
        .order_by(DELIVERIES.c.next_retry_at)
        .limit(limit)
        .with_for_update(of=DELIVERIES, skip_locked=True)
    )
    found = [Due(_delivery(row), row.url, row.sealed_secret) for row in connection.execute(query).all()]
    ids = [one.delivery.id for one in found]
    connection.execute(update(DELIVERIES).where(DELIVERIES.c.id.in_(ids)).values(leased_until=lease_until))
    return found


def settle(connection: Connection, id: str, **values: Any) -> None:
    """Note the outcome of an attempt; another may be made when it is due."""
    connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == id).values(leased_until=0, **values))


def forget_deliveries(connection: Connection, moment: float) -> int:
    """Delete deliveries from before ``moment``, and webhooks that sessions of then brought along; return how many."""
    old = (SUBSCRIPTIONS.c.owner == NOBODY) & (SUBSCRIPTIONS.c.created_at < moment)
    connection.execute(delete(SUBSCRIPTIONS).where(old))
    return connection.execute(delete(DELIVERIES).where(DELIVERIES.c.created_at < moment)).rowcount


def _subscription(row: Row[Any]) -> SubscriptionRow:
    return SubscriptionRow(**{name: getattr(row, name) for name in SubscriptionRow.__slots__})


def _delivery(row: Row[Any]) -> DeliveryRow:
    return DeliveryRow(**{name: getattr(row, name) for name in DeliveryRow.__slots__})


def _values(subscription: SubscriptionRow) -> dict[str, Any]:
    return {name: getattr(subscription, name) for name in SubscriptionRow.__slots__}
