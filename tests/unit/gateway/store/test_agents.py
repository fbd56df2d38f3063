"""Stored agents, each its owner's alone."""

from __future__ import annotations

import dataclasses

from natter_gateway.store import agents
from natter_gateway.store.agents import AgentRow
from natter_gateway.store.database import Database

ANNA = AgentRow("agent_1", "anna", "Bakery", {"voice": {"voice_id": "alba"}, "tools": [], "ä": None}, 10.25, 10.25)


async def test_an_agent_is_kept_changed_and_deleted(store: Database) -> None:
    await store.write(lambda c: agents.add(c, ANNA))
    assert await store.read(lambda c: agents.get(c, "anna", "agent_1")) == ANNA
    changed = dataclasses.replace(ANNA, name="Bank", document={"voice": None}, updated_at=11.0)
    await store.write(lambda c: agents.change(c, changed))
    assert await store.write(lambda c: agents.get(c, "anna", "agent_1", lock=True)) == changed
    assert await store.write(lambda c: agents.remove(c, "anna", "agent_1"))
    assert await store.read(lambda c: agents.get(c, "anna", "agent_1")) is None
    assert not await store.write(lambda c: agents.remove(c, "anna", "agent_1"))


async def test_somebody_else_neither_sees_nor_deletes_it(store: Database) -> None:
    await store.write(lambda c: agents.add(c, ANNA))
    assert await store.read(lambda c: agents.get(c, "bob", "agent_1")) is None
    assert (await store.read(lambda c: agents.page(c, "bob", 10, ""))).items == ()
    assert not await store.write(lambda c: agents.remove(c, "bob", "agent_1"))
    assert (await store.read(lambda c: agents.page(c, "anna", 10, ""))).items == (ANNA,)
