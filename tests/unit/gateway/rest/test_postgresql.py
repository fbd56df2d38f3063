"""The same over PostgreSQL, with two gateways that share it."""

from __future__ import annotations

from pathlib import Path

from natter_runtime.bus_memory import MemoryBroker
from tests.support.gateway_rest import desk, wrong
from tests.support.gateway_store import fresh
from tests.unit.gateway.rest.test_webhooks import HOOK, PATH


async def test_everything_is_kept_and_deleted(postgres: str, tmp_path: Path) -> None:
    async with desk(database_url=fresh(postgres), data=tmp_path) as at:
        agent = await at.agent(name="Bäckerei", greeting="Hi! \0 \N{BREAD}")
        hook = (await at.anna.post(PATH, json=HOOK)).json()
        session = await at.complete(await at.call(agent_id=agent["id"]))
        assert session["config"]["greeting"] == "Hi! \0 \N{BREAD}"
        listed = (await at.anna.get("/v1/sessions", params={"agent_id": agent["id"]})).json()["sessions"]
        assert [one["id"] for one in listed] == [session["id"]]
        deliveries = (await at.anna.get(f"{PATH}/{hook['id']}/deliveries")).json()["deliveries"]
        assert {delivery["event"] for delivery in deliveries} == {"session.started", "session.completed"}
        for path in (f"/v1/sessions/{session['id']}", f"{PATH}/{hook['id']}", f"/v1/agents/{agent['id']}"):
            assert (await at.anna.delete(path)).status_code == 204
            wrong(await at.anna.get(path), 404)
        assert not (tmp_path / "natter.db").exists()


async def test_two_gateways_share_one_database(postgres: str, tmp_path: Path) -> None:
    url, broker = fresh(postgres), MemoryBroker()
    async with (
        desk(database_url=url, data=tmp_path, broker=broker, instance="gateway-1") as one,
        desk(
            database_url=url, data=tmp_path, broker=broker, instance="gateway-2", without=("turn", "stt", "llm", "tts")
        ) as two,
    ):
        agent = await one.agent()
        assert (await two.anna.get(f"/v1/agents/{agent['id']}")).json() == agent
        session = await one.call(agent_id=agent["id"])
        seen = (await two.anna.get(f"/v1/sessions/{session}")).json()
        assert [artifact["type"] for artifact in seen["artifacts"]] == ["timeline"]
        other = (await two.anna.get(f"/v1/sessions/{session}/artifacts/timeline")).json()
        assert other["session_id"] == session
        assert (await two.anna.delete(f"/v1/sessions/{session}")).status_code == 204
        wrong(await one.anna.get(f"/v1/sessions/{session}"), 404)
