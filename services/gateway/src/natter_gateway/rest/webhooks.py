"""Webhook subscriptions, and what was sent to them."""

from __future__ import annotations

import dataclasses
import secrets
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field

from natter_gateway.agents.document import when
from natter_gateway.agents.models import Shown, Strict
from natter_gateway.agents.problems import Invalid, Problem
from natter_gateway.rest.auth import Owner
from natter_gateway.rest.context import Context, Ctx
from natter_gateway.rest.errors import ApiError, documented, not_found
from natter_gateway.rest.paging import IDS, Cursor, Id, Limit, Listed, listed
from natter_gateway.store import webhooks
from natter_gateway.store.database import Connection
from natter_gateway.store.webhooks import DeliveryRow, DeliveryStatus, SubscriptionRow
from natter_gateway.webhooks.events import EventName
from natter_runtime import addresses
from natter_runtime.addresses import Forbidden

router = APIRouter(prefix="/webhook-subscriptions", tags=["webhooks"])

MAX_SUBSCRIPTIONS: Final = 100
"""Of one owner: each event costs a row for each."""

Url = Annotated[str, Field(max_length=2048, examples=["https://example.com/natter"])]
Events = Annotated[list[EventName], Field(min_length=1, max_length=10)]
Secret = Annotated[str, Field(min_length=32, max_length=512)]
AgentId = Annotated[str | None, Field(pattern=IDS)]


class SubscriptionCreate(Strict):
    """Who is to be told of what."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "url": "https://example.com/natter",
                    "events": ["session.started", "session.completed"],
                    "secret": "9f1c5d7a3e8b4c60a1d2e3f405162738",
                }
            ]
        },
    )

    url: Url
    """https, a public host, no redirects."""
    events: Events
    secret: Secret
    """Signs what is sent: ``X-Natter-Signature: t=<unix>,v1=<hex HMAC-SHA256 of "<t>." and the body>``."""
    agent_id: AgentId = None
    """Only of sessions with this agent."""
    enabled: bool = True


class SubscriptionUpdate(Strict):
    """A change; what is left out is kept."""

    url: Url | None = None
    events: Events | None = None
    secret: Secret | None = None
    agent_id: AgentId = None
    enabled: bool | None = None


class Subscription(Shown):
    """A subscription; its secret is never shown."""

    id: str
    url: str
    events: list[str]
    agent_id: str | None
    enabled: bool
    secret_version: int
    """Goes up with each new secret."""
    created_at: datetime
    updated_at: datetime


class SubscriptionList(Listed):
    """A page of subscriptions."""

    webhook_subscriptions: list[Subscription]


class Delivery(Shown):
    """One event that was sent, or is to be."""

    id: str
    event: str
    event_id: str
    session_id: str
    status: DeliveryStatus
    attempt_count: int
    http_status_code: int | None
    error: str | None
    created_at: datetime
    delivered_at: datetime | None
    next_retry_at: datetime | None


class DeliveryList(Listed):
    """A page of deliveries."""

    deliveries: list[Delivery]


@router.post("", status_code=201, responses=documented(409, 501))
async def create_subscription(owner: Owner, context: Ctx, wanted: SubscriptionCreate) -> Subscription:
    """Subscribe to events."""
    _check_url(context, wanted.url)
    now = context.clock.wall()
    row = SubscriptionRow(
        id=f"wh_{secrets.token_hex(16)}",
        owner=owner,
        url=wanted.url,
        events=list(wanted.events),
        sealed_secret=context.office.sealer.seal(wanted.secret),
        secret_version=1,
        agent_id=wanted.agent_id or "",
        enabled=wanted.enabled,
        created_at=now,
        updated_at=now,
    )

    def add(connection: Connection) -> bool:
        if webhooks.count(connection, owner) >= MAX_SUBSCRIPTIONS:
            return False
        webhooks.add(connection, row)
        return True

    if not await context.office.database.write(add):
        raise ApiError(409, "too_many_subscriptions", f"There are {MAX_SUBSCRIPTIONS} subscriptions already")
    return _shown(row)


@router.get("", responses=documented())
async def list_subscriptions(owner: Owner, context: Ctx, limit: Limit = 50, cursor: Cursor = "") -> SubscriptionList:
    """List subscriptions, newest first."""
    page = await context.office.database.read(lambda connection: webhooks.page(connection, owner, limit, cursor))
    items = [_shown(row) for row in page.items]
    return SubscriptionList.model_validate({"webhook_subscriptions": items, **listed(page.next_cursor)})


@router.get("/{subscription_id}", responses=documented(404))
async def get_subscription(owner: Owner, context: Ctx, subscription_id: Id) -> Subscription:
    """Show a subscription."""
    return _shown(await _existing(context, owner, subscription_id))


@router.put("/{subscription_id}", responses=documented(404, 501))
async def update_subscription(
    owner: Owner, context: Ctx, subscription_id: Id, change: SubscriptionUpdate
) -> Subscription:
    """Change a subscription; what is left out is kept."""
    if change.url is not None:
        _check_url(context, change.url)
    sealed = context.office.sealer.seal(change.secret) if change.secret is not None else ""
    now = context.clock.wall()

    def update(connection: Connection) -> SubscriptionRow | None:
        row = webhooks.get(connection, owner, subscription_id, lock=True)
        if row is None:
            return None
        row = _changed(row, change, sealed, now)
        webhooks.change(connection, row)
        return row

    changed = await context.office.database.write(update)
    if changed is None:
        raise not_found("webhook_subscription")
    return _shown(changed)


@router.delete("/{subscription_id}", status_code=204, responses=documented(404))
async def delete_subscription(owner: Owner, context: Ctx, subscription_id: Id) -> Response:
    """Delete a subscription, and what was still to be sent to it."""
    database = context.office.database
    if not await database.write(lambda connection: webhooks.remove(connection, owner, subscription_id)):
        raise not_found("webhook_subscription")
    return Response(status_code=204)


@router.get("/{subscription_id}/deliveries", responses=documented(404))
async def list_deliveries(
    owner: Owner, context: Ctx, subscription_id: Id, limit: Limit = 50, cursor: Cursor = ""
) -> DeliveryList:
    """List what was sent to a subscription or is to be, newest first; kept for 30 days."""
    row = await _existing(context, owner, subscription_id)
    page = await context.office.database.read(lambda connection: webhooks.deliveries(connection, row.id, limit, cursor))
    items = [_delivery(one) for one in page.items]
    return DeliveryList.model_validate({"deliveries": items, **listed(page.next_cursor)})


def _check_url(context: Context, url: str) -> None:
    try:
        addresses.target(url, private=context.config.http_tools_private)
    except Forbidden as error:
        raise Invalid(Problem("url", str(error))) from None


async def _existing(context: Context, owner: str, id: str) -> SubscriptionRow:
    row = await context.office.database.read(lambda connection: webhooks.get(connection, owner, id))
    if row is None:
        raise not_found("webhook_subscription")
    return row


def _changed(row: SubscriptionRow, change: SubscriptionUpdate, sealed: str, now: float) -> SubscriptionRow:
    return dataclasses.replace(
        row,
        url=change.url or row.url,
        events=list(change.events) if change.events is not None else row.events,
        sealed_secret=sealed or row.sealed_secret,
        secret_version=row.secret_version + bool(sealed),
        agent_id=(change.agent_id or "") if "agent_id" in change.model_fields_set else row.agent_id,
        enabled=row.enabled if change.enabled is None else change.enabled,
        updated_at=now,
    )


def _shown(row: SubscriptionRow) -> Subscription:
    return Subscription(
        id=row.id,
        url=row.url,
        events=row.events,
        agent_id=row.agent_id or None,
        enabled=row.enabled,
        secret_version=row.secret_version,
        created_at=when(row.created_at),
        updated_at=when(row.updated_at),
    )


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        event=row.event,
        event_id=row.event_id,
        session_id=row.session_id,
        status=DeliveryStatus(row.status),
        attempt_count=row.attempt_count,
        http_status_code=row.http_status_code,
        error=row.error,
        created_at=when(row.created_at),
        delivered_at=when(row.delivered_at) if row.delivered_at is not None else None,
        next_retry_at=when(row.next_retry_at) if row.next_retry_at is not None else None,
    )
