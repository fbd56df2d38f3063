"""Records of sessions."""

from __future__ import annotations

from typing import Any

from natter_gateway.store import sessions
from natter_gateway.store.database import Database
from natter_gateway.store.sessions import SessionRow


def row(id: str, owner: str = "anna", **changes: Any) -> SessionRow:
    fields: dict[str, Any] = {"agent_id": "", "dialect": "voice_agent", "instance": "g-1", "status": "active"}
    return SessionRow(id, owner, **{**fields, "created_at": 10.0, **changes})


async def add(store: Database, *rows: SessionRow) -> None:
    for one in rows:
        assert await store.write(lambda c, one=one: sessions.add(c, one))  # type: ignore[misc]


async def unfinished(store: Database, now: float, live: set[str] = set(), others: set[str] = set()) -> list[str]:  # noqa: B006
    return await store.read(lambda c: sessions.unfinished(c, now, 10, live, others))


async def test_a_record_is_kept_once(store: Database) -> None:
    full = row("s1", settings={"a": 1}, usage={"b": [1.5]}, agent_id="agent_1", detail="x")
    await add(store, full)
    assert not await store.write(lambda c: sessions.add(c, row("s1", "bob")))
    assert await store.read(lambda c: sessions.get(c, "anna", "s1")) == full
    assert await store.read(lambda c: sessions.get(c, "bob", "s1")) is None
    assert await store.read(lambda c: sessions.find(c, "s1")) == full
    assert await store.read(lambda c: sessions.find(c, "s2")) is None


async def test_lists_are_narrowed_down_and_show_only_ones_own(store: Database) -> None:
    await add(
        store,
        row("s1", created_at=1.0),
        row("s2", created_at=2.0, status="completed", agent_id="agent_1"),
        row("s3", created_at=3.0, agent_id="agent_1"),
        row("s4", "bob", created_at=4.0),
    )

    async def ids(**narrow: str) -> list[str]:
        page = await store.read(lambda c: sessions.page(c, "anna", 10, "", **narrow))
        return [one.id for one in page.items]

    assert await ids() == ["s3", "s2", "s1"]
    assert await ids(status="active") == ["s3", "s1"]
    assert await ids(agent_id="agent_1") == ["s3", "s2"]
    assert await ids(agent_id="agent_1", status="completed") == ["s2"]


async def test_one_gateway_at_a_time_completes_a_record(store: Database) -> None:
    await add(store, row("s1"))
    assert await store.write(lambda c: sessions.lease(c, "s1", 100.0, 160.0))
    assert not await store.write(lambda c: sessions.lease(c, "s1", 110.0, 170.0))
    assert await unfinished(store, 110.0) == []
    assert await store.write(lambda c: sessions.lease(c, "s1", 161.0, 221.0))
    await store.write(lambda c: sessions.release(c, "s1"))
    assert await unfinished(store, 162.0) == ["s1"]
    assert await store.write(lambda c: sessions.write(c, "s1", finalised_at=170.0, status="completed"))
    assert await unfinished(store, 1000.0) == []
    assert not await store.write(lambda c: sessions.lease(c, "s1", 1000.0, 1060.0))


async def test_what_others_look_after_is_left_alone(store: Database) -> None:
    await add(store, row("mine"), row("live"), row("theirs", instance="g-2"), row("nobody's", instance="g-3"))
    assert await unfinished(store, 20.0, {"live"}, {"g-2"}) == ["mine", "nobody's"]


async def test_a_deleted_record_is_not_written_again(store: Database) -> None:
    await add(store, row("s1"))
    await store.write(lambda c: sessions.remove(c, "s1"))
    assert not await store.write(lambda c: sessions.write(c, "s1", status="completed"))
    assert await store.read(lambda c: sessions.get(c, "anna", "s1")) is None


async def test_what_is_old(store: Database) -> None:
    await add(
        store,
        row("old", ended_at=10.0, finalised_at=11.0, recording={"file": "audio.ogg"}),
        row("old without sound", ended_at=10.0, finalised_at=11.0),
        row("new", ended_at=100.0, finalised_at=101.0, recording={"file": "audio.ogg"}),
        row("not complete", ended_at=10.0, recording={"file": "audio.ogg"}),
    )
    assert set(await store.read(lambda c: sessions.older_than(c, 50.0, 10))) == {"old", "old without sound"}
    assert await store.read(lambda c: sessions.recorded_before(c, 50.0, 10)) == ["old"]
    await store.write(lambda c: sessions.write(c, "old", recording=None))
    assert await store.read(lambda c: sessions.recorded_before(c, 50.0, 10)) == []
