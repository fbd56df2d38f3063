"""Stored agents."""

from __future__ import annotations

import dataclasses
import secrets

from fastapi import APIRouter, Response

from natter_gateway.agents.document import Document, stored, view, when
from natter_gateway.agents.merge import Merger
from natter_gateway.agents.models import Agent, AgentCreate, AgentSummary, AgentUpdate
from natter_gateway.agents.settings import settings_of
from natter_gateway.rest.auth import Owner
from natter_gateway.rest.context import Context, Ctx
from natter_gateway.rest.errors import documented, not_found
from natter_gateway.rest.paging import Cursor, Id, Limit, Listed, listed
from natter_gateway.store import agents
from natter_gateway.store.agents import AgentRow
from natter_gateway.store.database import Connection

router = APIRouter(prefix="/agents", tags=["agents"])


class AgentList(Listed):
    """A page of agents."""

    agents: list[AgentSummary]


@router.post("", status_code=201, responses=documented(501))
async def create_agent(owner: Owner, context: Ctx, agent: AgentCreate) -> Agent:
    """Store an agent. Sessions load it by ``agent_id`` in their first ``session.update``."""
    now = context.clock.wall()
    document = _merger(context, now).created(agent)
    settings_of(document, context.office.agents.voices)
    row = AgentRow(f"agent_{secrets.token_hex(16)}", owner, document.name, _kept(document), now, now)
    await context.office.database.write(lambda connection: agents.add(connection, row))
    return view(row)


@router.get("", responses=documented())
async def list_agents(owner: Owner, context: Ctx, limit: Limit = 50, cursor: Cursor = "") -> AgentList:
    """List agents, newest first."""
    page = await context.office.database.read(lambda connection: agents.page(connection, owner, limit, cursor))
    items = [
        AgentSummary(id=row.id, name=row.name, created_at=when(row.created_at), updated_at=when(row.updated_at))
        for row in page.items
    ]
    return AgentList.model_validate({"agents": items, **listed(page.next_cursor)})


@router.get("/{agent_id}", responses=documented(404))
async def get_agent(owner: Owner, context: Ctx, agent_id: Id) -> Agent:
    """Show an agent; secrets are not shown."""
    row = await context.office.database.read(lambda connection: agents.get(connection, owner, agent_id))
    if row is None:
        raise not_found("agent")
    return view(row)


@router.put("/{agent_id}", responses=documented(404, 501))
async def update_agent(owner: Owner, context: Ctx, agent_id: Id, change: AgentUpdate) -> Agent:
    """Change an agent: what is left out is kept, a list that is given replaces the old one.

    Calls that run keep the agent as it was when they began.
    """
    now = context.clock.wall()

    def update(connection: Connection) -> AgentRow | None:
        row = agents.get(connection, owner, agent_id, lock=True)
        if row is None:
            return None
        document = _merger(context, now).updated(change, stored(row))
        settings_of(document, context.office.agents.voices)
        row = dataclasses.replace(row, name=document.name, document=_kept(document), updated_at=now)
        agents.change(connection, row)
        return row

    changed = await context.office.database.write(update)
    if changed is None:
        raise not_found("agent")
    return view(changed)


@router.delete("/{agent_id}", status_code=204, responses=documented(404))
async def delete_agent(owner: Owner, context: Ctx, agent_id: Id) -> Response:
    """Delete an agent and its secrets. Records of its calls stay."""
    database = context.office.database
    if not await database.write(lambda connection: agents.remove(connection, owner, agent_id)):
        raise not_found("agent")
    await database.forget()
    return Response(status_code=204)


def _merger(context: Context, now: float) -> Merger:
    return Merger(context.office.sealer.seal, now, private=context.config.http_tools_private)


def _kept(document: Document) -> dict[str, object]:
    return document.model_dump(mode="json")
