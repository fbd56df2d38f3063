"""A row is inserted once."""

from __future__ import annotations

from natter_gateway.store.database import Database
from natter_gateway.store.once import insert_once
from natter_gateway.store.tables import AGENTS


async def test_the_second_one_is_dropped(store: Database) -> None:
    values = {"id": "a", "owner": "o", "name": "first", "document": {}, "created_at": 1.0, "updated_at": 1.0}
    assert await store.write(lambda c: insert_once(c, AGENTS, values))
    assert not await store.write(lambda c: insert_once(c, AGENTS, {**values, "name": "second"}))
    assert await store.read(lambda c: c.execute(AGENTS.select()).one().name) == "first"
