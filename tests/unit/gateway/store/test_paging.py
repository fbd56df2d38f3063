"""Pages and cursors."""

from __future__ import annotations

import pytest

from natter_gateway.store import agents
from natter_gateway.store.agents import AgentRow
from natter_gateway.store.database import Database
from natter_gateway.store.paging import BadCursor, decode, encode


def test_a_cursor_says_where_it_stands() -> None:
    assert decode(encode(1_795_300_000.123457, "agent_1")) == (1_795_300_000.123457, "agent_1")
    assert "agent" not in encode(1.0, "agent_1")


@pytest.mark.parametrize("cursor", ["x", "????", "ä", "MTIz", encode(1.0, ""), encode(1.0, "a\0b"), "bmFuIA"])
def test_a_cursor_of_nobody(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode(cursor)


async def test_all_pages_together_are_the_list_newest_first(store: Database) -> None:
    for number in range(25):
        moment = float(number // 3)  # some at the same moment
        await store.write(lambda c, n=number, m=moment: agents.add(c, AgentRow(f"a{n:02}", "o", "n", {}, m, m)))  # type: ignore[misc]
    seen: list[str] = []
    cursor = ""
    while True:
        page = await store.read(lambda c, at=cursor: agents.page(c, "o", 4, at))  # type: ignore[misc]
        assert len(page.items) <= 4
        seen += [agent.id for agent in page.items]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == [f"a{number:02}" for number in reversed(range(25))]


async def test_a_full_last_page_is_the_last(store: Database) -> None:
    for number in range(4):
        await store.write(lambda c, n=number: agents.add(c, AgentRow(f"a{n}", "o", "n", {}, n, n)))  # type: ignore[misc]
    assert (await store.read(lambda c: agents.page(c, "o", 4, ""))).next_cursor == ""
