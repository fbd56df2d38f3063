"""The questions about records of sessions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, select, update

from natter_gateway.store import webhooks
from natter_gateway.store.once import insert_once
from natter_gateway.store.paging import Page, fetch
from natter_gateway.store.tables import DELIVERIES, SESSIONS, SUBSCRIPTIONS

_LARGE: Final = ("settings", "usage", "cost", "timeline", "recording")
"""What a list does not read."""


class Status(StrEnum):
    """Where a session stands."""

    ACTIVE = "active"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """The record of one session. Documents are made by :mod:`natter_gateway.records`.

    Attributes:
        instance: the gateway that wrote the record first.
        settings: what it was configured with, last.
        recording: what there is of its sound; None if nothing is.
        finalised_at: when the last of it was written; None: not yet.
    """

    id: str
    owner: str
    agent_id: str
    dialect: str
    instance: str
    status: str
    created_at: float
    close_reason: str | None = None
    detail: str = ""
    ended_at: float | None = None
    duration_s: float | None = None
    settings: dict[str, Any] | None = None
    usage: dict[str, Any] | None = None
    cost: dict[str, Any] | None = None
    timeline: dict[str, Any] | None = None
    recording: dict[str, Any] | None = None
    finalised_at: float | None = None


def add(connection: Connection, session: SessionRow) -> bool:
    """Keep the record of a session that opens; return False if it is there already."""
    return insert_once(connection, SESSIONS, {name: getattr(session, name) for name in SessionRow.__slots__})


def get(connection: Connection, owner: str, id: str) -> SessionRow | None:
    """Return the record of a session of ``owner``."""
    query = select(SESSIONS).where(SESSIONS.c.owner == owner, SESSIONS.c.id == id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _session(row)


def find(connection: Connection, id: str) -> SessionRow | None:
    """Return the record of a session, whoever's: for the platform itself."""
    row = connection.execute(select(SESSIONS).where(SESSIONS.c.id == id)).one_or_none()
    return None if row is None else _session(row)


def page(
    connection: Connection, owner: str, limit: int, cursor: str, *, status: str = "", agent_id: str = ""
) -> Page[SessionRow]:
    """Return records of ``owner``, newest first, without their documents; ``status`` and ``agent_id`` narrow them down.

    Raises:
        BadCursor: the cursor is none of ours.
    """
    query = select(*(column for column in SESSIONS.c if column.name not in _LARGE)).where(SESSIONS.c.owner == owner)
    if status:
        query = query.where(SESSIONS.c.status == status)
    if agent_id:
        query = query.where(SESSIONS.c.agent_id == agent_id)
    return fetch(connection, query, SESSIONS, limit, cursor, _session)


def lease(connection: Connection, id: str, now: float, until: float) -> bool:
    """Take the right to complete a record until a moment; return False if another gateway has it, or it is complete."""
    free = (SESSIONS.c.id == id) & SESSIONS.c.finalised_at.is_(None) & (SESSIONS.c.leased_until < now)
    return connection.execute(update(SESSIONS).where(free).values(leased_until=until)).rowcount > 0


def release(connection: Connection, id: str) -> None:
    """Give that right back: somebody is to try again."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.id == id).values(leased_until=0))


def write(connection: Connection, id: str, **values: Any) -> bool:
    """Write columns of a record; return False if it was deleted meanwhile."""
    return connection.execute(update(SESSIONS).where(SESSIONS.c.id == id).values(**values)).rowcount > 0


def unfinished(connection: Connection, now: float, limit: int, live: set[str], others: set[str]) -> list[str]:
    """Return sessions whose records are not complete and that no gateway is completing, the oldest first.

    Args:
        live: sessions that the asking gateway serves.
        others: other gateways that are alive: what they opened is their business.
    """
    wanted = (
        SESSIONS.c.finalised_at.is_(None)
        & (SESSIONS.c.leased_until < now)
        & SESSIONS.c.id.not_in(live)
        & SESSIONS.c.instance.not_in(others)
    )
    query = select(SESSIONS.c.id).where(wanted).order_by(SESSIONS.c.created_at, SESSIONS.c.id).limit(limit)
    return list(connection.execute(query).scalars())


def remove(connection: Connection, id: str) -> None:
    """Delete the record of a session, and what was to be told of it."""
    connection.execute(delete(DELIVERIES).where(DELIVERIES.c.session_id == id))
    connection.execute(delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == webhooks.inline(id)))
    connection.execute(delete(SESSIONS).where(SESSIONS.c.id == id))


def older_than(connection: Connection, moment: float, limit: int) -> list[str]:
    """Return complete records of sessions that ended before ``moment``."""
    old = SESSIONS.c.finalised_at.is_not(None) & (SESSIONS.c.ended_at < moment)
    return list(connection.execute(select(SESSIONS.c.id).where(old).limit(limit)).scalars())


def recorded_before(connection: Connection, moment: float, limit: int) -> list[str]:
    """Return sessions that ended before ``moment`` and of which there is sound."""
    old = SESSIONS.c.finalised_at.is_not(None) & (SESSIONS.c.ended_at < moment) & SESSIONS.c.recording.is_not(None)
    return list(connection.execute(select(SESSIONS.c.id).where(old).limit(limit)).scalars())


def _session(row: Row[Any]) -> SessionRow:
    values: dict[str, Any] = {name: getattr(row, name, None) for name in SessionRow.__slots__}
    return SessionRow(**values)
