"""What is told, and to whom: events of sessions, written in the same transaction as the records they tell of."""

from __future__ import annotations

import hashlib
from typing import Any, Final, Literal

from pydantic import BaseModel

from natter_gateway.store import webhooks
from natter_gateway.store.database import Connection
from natter_gateway.store.sessions import SessionRow
from natter_protocol.settings import Webhook

STARTED: Final = "session.started"
COMPLETED: Final = "session.completed"

EventName = Literal["session.started", "session.completed", "call.connected", "call.ended", "call.failed"]
"""What can be subscribed to; the ``call.*`` ones are of phone calls, and nothing sends them yet."""


class SessionEvent(BaseModel):
    """The body of a webhook. What is not known yet (the session has just started) is left out."""

    event: str
    event_id: str
    created_at: float
    """Seconds since the epoch."""
    session_id: str
    agent_id: str | None
    status: str
    started_at: float
    ended_at: float | None = None
    duration_seconds: float | None = None
    public_close_reason: str | None = None
    usage: dict[str, Any] | None = None
    cost: dict[str, Any] | None = None


def announce(
    connection: Connection, session: SessionRow, event: str, now: float, webhook: Webhook | None = None
) -> None:
    """Write ``event`` of ``session`` for all who subscribed to it; each gets it once, however often this is done.

    Args:
        webhook: what the session brought along itself.
    """
    if webhook is not None:
        wanted = list(webhook.events) or [STARTED, COMPLETED]
        webhooks.attach(connection, session.id, webhook.url, wanted, webhook.sealed_secret, now)
    subscribed = webhooks.subscribed(connection, session.owner, session.agent_id, session.id, event)
    if not subscribed:
        return
    id = event_id(session.id, event)
    told = SessionEvent(
        event=event,
        event_id=id,
        created_at=now,
        session_id=session.id,
        agent_id=session.agent_id or None,
        status=session.status,
        started_at=session.created_at,
        ended_at=session.ended_at,
        duration_seconds=session.duration_s,
        public_close_reason=session.close_reason,
        usage=session.usage,
        cost=session.cost,
    )
    body = told.model_dump_json(exclude_none=True)
    for subscription in subscribed:
        webhooks.enqueue(connection, subscription, session.id, event, id, body, now)


def event_id(session: str, event: str) -> str:
    """Return the name of an event: the same however often it is told, so that a receiver can tell repeats."""
    return f"evt_{hashlib.blake2s(f'{session}.{event}'.encode(), digest_size=16).hexdigest()}"
