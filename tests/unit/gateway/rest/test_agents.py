"""Stored agents over REST."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from natter_protocol import subjects
from natter_protocol.base import Lane
from natter_protocol.session import SessionConfigured
from natter_runtime.seal import Sealer
from tests.support.gateway_house import client
from tests.support.gateway_rest import AGENT, ANNA, HEADER, SECRET, desk, wrong


async def test_an_agent_is_stored_shown_changed_and_deleted() -> None:
    async with desk() as at:
        made = await at.agent(greeting="Hi!", tools=[{"name": "stock"}])
        assert made["id"].startswith("agent_")
        assert made["tools"][0]["id"].startswith("tool_")
        assert made["created_at"] == made["updated_at"]
        assert (await at.anna.get(f"/v1/agents/{made['id']}")).json() == made
        changed = (await at.anna.put(f"/v1/agents/{made['id']}", json={"greeting": None})).json()
        assert (changed["greeting"], changed["tools"]) == (None, made["tools"])
        assert changed["updated_at"] > made["updated_at"]
        deleted = await at.anna.delete(f"/v1/agents/{made['id']}")
        assert (deleted.status_code, deleted.content) == (204, b"")
        for answer in (
            await at.anna.get(f"/v1/agents/{made['id']}"),
            await at.anna.put(f"/v1/agents/{made['id']}", json={}),
            await at.anna.delete(f"/v1/agents/{made['id']}"),
        ):
            assert wrong(answer, 404) == ["agent_not_found"]
            assert answer.json()["detail"] == "Agent not found"


async def test_the_whole_shape() -> None:
    async with desk() as at:
        made = await at.agent()
        assert made == {
            **AGENT,
            "id": made["id"],
            "created_at": made["created_at"],
            "updated_at": made["updated_at"],
            "greeting": None,
            "input": None,
            "output": None,
            "tools": [],
            "tool_servers": [],
            "pre_connect_requests": [],
            "transfer_targets": [],
            "outbound_trunk_id": None,
            "caller_id": None,
            "llm": [],
            "recording": None,
        }


async def test_lists_come_in_pages_newest_first() -> None:
    async with desk() as at:
        made = [await at.agent(name=f"Agent {number}") for number in range(5)]
        first = (await at.anna.get("/v1/agents", params={"limit": 3})).json()
        assert [agent["name"] for agent in first["agents"]] == ["Agent 4", "Agent 3", "Agent 2"]
        assert set(first["agents"][0]) == {"id", "name", "created_at", "updated_at"}
        assert first["has_more"]
        cursor = first["response_metadata"]["next_cursor"]
        second = (await at.anna.get("/v1/agents", params={"limit": 3, "cursor": cursor})).json()
        assert [agent["id"] for agent in second["agents"]] == [made[1]["id"], made[0]["id"]]
        assert (second["has_more"], second["response_metadata"]) == (False, {"next_cursor": ""})
        assert wrong(await at.anna.get("/v1/agents", params={"cursor": "nonsense"})) == ["cursor"]
        assert wrong(await at.anna.get("/v1/agents", params={"limit": 201})) == ["limit"]


async def test_two_owners_do_not_see_each_other() -> None:
    async with desk() as at:
        made = await at.agent()
        path = f"/v1/agents/{made['id']}"
        assert (await at.bob.get("/v1/agents")).json()["agents"] == []
        for answer in (
            await at.bob.get(path),
            await at.bob.put(path, json={"name": "Mine"}),
            await at.bob.delete(path),
        ):
            assert wrong(answer, 404) == ["agent_not_found"]
        assert (await at.anna.get(path)).json() == made


async def test_secrets_go_in_and_never_come_out() -> None:
    tool = {"name": "stock", "http": {"url": "https://api.example.com/", "headers": [HEADER]}}
    llm = {"base_url": "https://llm.example.com/v1", "model": "small", "api_key": "sk-hunter2"}
    async with desk() as at:
        servers = [{"name": "shop", **tool["http"]}]
        made = await at.agent(tools=[tool], tool_servers=servers, llm=[llm], pre_connect_requests=[tool["http"]])
        answers = [
            await at.anna.get(f"/v1/agents/{made['id']}"),
            await at.anna.get("/v1/agents"),
            await at.anna.put(f"/v1/agents/{made['id']}", json={"name": "Other"}),
        ]
        for text in (str(made), *(answer.text for answer in answers)):
            assert "hunter2" not in text
            assert "sealed" not in text
            assert "gAAAA" not in text
        header = made["tools"][0]["http"]["headers"][0]
        assert set(header) == {"name", "last_set_at"}
        assert made["tool_servers"] == [
            {"name": "shop", "url": "https://api.example.com/", "headers": [header]},
        ]
        kept = contents(at.place.data)
        assert kept
        assert not any(b"hunter2" in data for data in kept)


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_secrets_travel_sealed_and_the_client_is_not_shown_them() -> None:
    tool = {"name": "stock", "http": {"url": "https://api.example.com/", "headers": [HEADER]}}
    llm = {"base_url": "https://llm.example.com/v1", "model": "small", "api_key": "sk-hunter2"}
    async with desk() as at:
        made = await at.agent(tools=[tool], llm=[llm])
        headers = {"Authorization": ANNA}
        async with client(at.place.url, {"agent_id": made["id"]}, additional_headers=headers) as caller:
            config = caller.events[-1]["config"]
            assert config["llm"] == [{"base_url": "https://llm.example.com/v1", "model": "small"}]
            assert config["tools"][0]["http"] == {"url": "https://api.example.com/", "method": "POST"}
            await caller.send({"type": "session.update", "session": {"system_prompt": "Sell cake."}})
            await caller.until("session.updated")
            session = caller.events[-1]["config"]["id"]
            configured = await at.place.facts(session, SessionConfigured)
            assert configured[-1].version == 2
            for fact in configured:
                assert fact.settings.llm is not None  # an update does not take the agent's model away
                assert Sealer(SECRET).open(fact.settings.llm.sealed_key) == "sk-hunter2"
            stored = await at.place.broker.bus().log.read(subjects.lane(session, Lane.EVT))
            assert not any(b"hunter2" in one.data for one in stored)
            assert "hunter2" not in str(caller.events)
            assert "gAAAA" not in str([event.get("config") for event in caller.events])  # how Fernet's seals begin


async def test_a_secret_in_the_wrong_place_is_not_sent_back() -> None:
    async with desk() as at:
        tool = {
            "name": "stock",
            "http": {"url": "https://api.example.com/", "headers": [{**HEADER, "value": "hunter2\n"}]},
        }
        answer = await at.anna.post("/v1/agents", json={**AGENT, "tools": [tool]})
        assert wrong(answer) == ["tools[0].http.headers[0].value"]
        assert "hunter2" not in answer.text


async def test_without_a_secret_of_the_platforms_none_are_stored() -> None:
    async with desk(secret="") as at:
        await at.agent()
        tool = {"name": "stock", "http": {"url": "https://api.example.com/", "headers": [HEADER]}}
        answer = await at.anna.post("/v1/agents", json={**AGENT, "tools": [tool]})
        assert wrong(answer, 501) == ["secrets_unavailable"]
        assert "NATTER_SECRET" in answer.json()["message"]


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": ""}, ["name"]),
    ({"name": "a\0b"}, ["name"]),
    ({"system_prompt": None}, ["system_prompt"]),
    ({"voice": "alba"}, ["voice"]),
    ({"voice": {}}, ["voice.voice_id"]),
    ({"nonsense": 1}, ["nonsense"]),
    ({"tools": [{"name": "a b"}]}, ["tools[0].name"]),
    ({"tools": [{"name": "a", "timeout_seconds": 301}]}, ["tools[0].timeout_seconds"]),
    ({"tools": [{"name": "a", "http": {"url": "http://example.com"}}]}, ["tools[0].http.url"]),
    ({"tools": [{"name": "a", "http": {"url": "https://2130706433/"}}], "input": {"x": 1}}, ["input.x"]),
    ({"pre_connect_requests": [{"url": "https://a.example"}] * 3}, ["pre_connect_requests"]),
    ({"pre_connect_requests": [{"url": "https://a.b", "timeout_ms": 801}]}, ["pre_connect_requests[0].timeout_ms"]),
    ({"llm": [{"base_url": "https://a.example", "model": "m"}] * 2}, ["llm"]),
    ({"llm": [{"base_url": "https://10.0.0.1/v1", "model": "m"}]}, ["llm[0].base_url"]),
    ({"input": {"keyterms": ["a"] * 101}}, ["input.keyterms"]),
    ({"output": {"volume": 1000}}, ["output.volume"]),
    ({"tools": [{"name": "aai_x"}, {"name": "b"}, {"name": "b"}]}, ["tools[0].name", "tools[2].name"]),
]


async def test_what_is_wrong_is_named() -> None:
    async with desk() as at:
        for change, params in WRONG:
            assert wrong(await at.anna.post("/v1/agents", json={**AGENT, **change})) == params
        assert (await at.anna.get("/v1/agents")).json()["agents"] == []


async def test_a_change_that_is_wrong_changes_nothing() -> None:
    async with desk() as at:
        made = await at.agent()
        path = f"/v1/agents/{made['id']}"
        assert wrong(await at.anna.put(path, json={"name": "New", "input": {"x": 1}})) == ["input.x"]
        assert (await at.anna.get(path)).json() == made


async def test_a_session_loads_an_agent_by_its_id() -> None:
    headers = {"Authorization": f"Bearer {ANNA}"}
    async with desk() as at:
        made = await at.agent(greeting="Hi!", tools=[{"type": "builtin", "name": "end_call"}])
        async with client(at.place.url, {"agent_id": made["id"]}, additional_headers=headers) as caller:
            config = caller.events[0]["config"]
            assert (config["system_prompt"], config["greeting"]) == ("Sell bread.", "Hi!")
            assert [tool["name"] for tool in config["tools"]] == ["end_call"]
            await caller.send({"type": "session.update", "session": {"agent_id": made["id"]}})
            late = await caller.until("session.error")
            assert (late["code"], late["param"]) == ("agent_id_not_first", "agent_id")
            assert late["message"] == "agent_id can only be set on the first session.update"
            await caller.send({"type": "session.update", "session": {"system_prompt": "Sell cake."}})
            assert (await caller.until("session.updated"))["config"]["system_prompt"] == "Sell cake."
            await caller.send({"type": "session.end"})
            assert await caller.closed() == 1000


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"agent_id": "agent_0"}, "agent_not_found", "Agent not found"),
    ({"agent_id": ""}, "agent_not_found", "Agent not found"),
    (
        {"agent_id": "agent_0", "greeting": "Hi"},
        "invalid_value",
        "agent_id is mutually exclusive with other session fields",
    ),
]


async def test_an_agent_that_cannot_be_loaded_ends_the_connection() -> None:
    async with desk() as at:
        for session, code, message in REFUSED:
            async with client(at.place.url, additional_headers={"Authorization": ANNA}) as caller:
                await caller.send({"type": "session.update", "session": session})
                error = await caller.until("session.error")
                assert (error["code"], error["message"], error["param"]) == (code, message, "agent_id")
                assert await caller.closed() == 1008


async def test_an_agent_of_somebody_else_is_not_found() -> None:
    async with desk() as at:
        made = await at.agent()
        async with client(at.place.url, additional_headers={"Authorization": "bob-key"}) as caller:
            await caller.send({"type": "session.update", "session": {"agent_id": made["id"]}})
            assert (await caller.until("session.error"))["code"] == "agent_not_found"
