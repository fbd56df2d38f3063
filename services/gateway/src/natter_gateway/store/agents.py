"""The questions about stored agents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from natter_gateway.store.paging import Page, fetch
from natter_gateway.store.tables import AGENTS


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One stored agent; ``document`` is what :mod:`natter_gateway.agents` makes of it."""

    id: str
    owner: str
    name: str
    document: dict[str, Any]
    created_at: float
    updated_at: float


def add(connection: Connection, agent: AgentRow) -> None:
    """Keep a new agent."""
    connection.execute(insert(AGENTS).values(_values(agent)))


def get(connection: Connection, owner: str, id: str, *, lock: bool = False) -> AgentRow | None:
    """Return an agent of ``owner``; with ``lock`` nobody else changes it within this transaction."""
    query = select(AGENTS).where(AGENTS.c.owner == owner, AGENTS.c.id == id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _agent(row)


def change(connection: Connection, agent: AgentRow) -> None:
    """Keep the new state of an agent that exists."""
    values = _values(agent)
    connection.execute(update(AGENTS).where(AGENTS.c.id == agent.id).values(values))


def remove(connection: Connection, owner: str, id: str) -> bool:
    """Delete an agent of ``owner``; return whether there was one."""
    return connection.execute(delete(AGENTS).where(AGENTS.c.owner == owner, AGENTS.c.id == id)).rowcount > 0


def page(connection: Connection, owner: str, limit: int, cursor: str) -> Page[AgentRow]:
    """Return agents of ``owner``, newest first.

    Raises:
        BadCursor: the cursor is none of ours.
    """
    return fetch(connection, select(AGENTS).where(AGENTS.c.owner == owner), AGENTS, limit, cursor, _agent)


def _agent(row: Row[Any]) -> AgentRow:
    return AgentRow(row.id, row.owner, row.name, row.document, row.created_at, row.updated_at)


def _values(agent: AgentRow) -> dict[str, Any]:
    return {name: getattr(agent, name) for name in AgentRow.__slots__}
