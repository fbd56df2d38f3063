"""Webhook subscriptions over REST, and events that arrive."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from natter_gateway.rest import webhooks as module
from natter_gateway.webhooks.signature import verify
from natter_protocol import subjects
from natter_protocol.base import Lane
from natter_runtime.clock import SystemClock
from tests.support.gateway_house import client
from tests.support.gateway_rest import ANNA, Desk, desk, wrong
from tests.support.http_sink import Reply, sink

SECRET = "a receiver's secret of thirty-two characters"
HOOK: dict[str, Any] = {
    "url": "https://example.com/natter",
    "events": ["session.started", "session.completed"],
    "secret": SECRET,
}
PATH = "/v1/webhook-subscriptions"


async def subscribe(at: Desk, **fields: Any) -> dict[str, Any]:
    answer = await at.anna.post(PATH, json={**HOOK, **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_subscription_is_made_shown_changed_and_deleted() -> None:
    async with desk() as at:
        made = await subscribe(at)
        assert (made["url"], made["events"], made["enabled"]) == (HOOK["url"], HOOK["events"], True)
        assert (made["secret_version"], made["agent_id"]) == (1, None)
        assert SECRET not in str(made)
        path = f"{PATH}/{made['id']}"
        assert (await at.anna.get(path)).json() == made
        change = {"events": ["session.completed"], "secret": SECRET[::-1], "enabled": False, "agent_id": "agent_1"}
        changed = (await at.anna.put(path, json=change)).json()
        assert (changed["events"], changed["secret_version"], changed["enabled"]) == (["session.completed"], 2, False)
        assert (changed["url"], changed["agent_id"]) == (HOOK["url"], "agent_1")
        again = (await at.anna.put(path, json={"agent_id": None})).json()
        assert (again["agent_id"], again["secret_version"]) == (None, 2)
        assert (await at.anna.get(PATH)).json()["webhook_subscriptions"] == [again]
        assert (await at.anna.delete(path)).status_code == 204
        for answer in (await at.anna.get(path), await at.anna.delete(path), await at.anna.put(path, json={})):
            assert wrong(answer, 404) == ["webhook_subscription_not_found"]
        assert wrong(await at.anna.get(f"{path}/deliveries"), 404) == ["webhook_subscription_not_found"]


async def test_two_owners_do_not_see_each_other() -> None:
    async with desk() as at:
        path = f"{PATH}/{(await subscribe(at))['id']}"
        assert (await at.bob.get(PATH)).json()["webhook_subscriptions"] == []
        for answer in (
            await at.bob.get(path),
            await at.bob.put(path, json={"enabled": False}),
            await at.bob.delete(path),
            await at.bob.get(f"{path}/deliveries"),
        ):
            assert wrong(answer, 404) == ["webhook_subscription_not_found"]


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"url": "http://example.com/"}, ["url"]),
    ({"url": "https://192.168.1.1/"}, ["url"]),
    ({"url": "https://example.com/" + "x" * 2048}, ["url"]),
    ({"events": []}, ["events"]),
    ({"events": ["session.paused"]}, ["events[0]"]),
    ({"secret": "too short"}, ["secret"]),
    ({"nonsense": 1}, ["nonsense"]),
]


async def test_what_is_wrong_is_named() -> None:
    async with desk() as at:
        made = await subscribe(at)
        for fields, params in WRONG:
            answer = await at.anna.post(PATH, json={**HOOK, **fields})
            assert wrong(answer) == params
            assert "too short" not in answer.text
            assert wrong(await at.anna.put(f"{PATH}/{made['id']}", json=fields)) == params


async def test_without_a_secret_of_the_platforms_there_are_none() -> None:
    async with desk(secret="") as at:
        assert wrong(await at.anna.post(PATH, json=HOOK), 501) == ["secrets_unavailable"]


async def test_there_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SUBSCRIPTIONS", 2)
    async with desk() as at:
        await subscribe(at)
        await subscribe(at)
        assert wrong(await at.anna.post(PATH, json=HOOK), 409) == ["too_many_subscriptions"]
        assert (await at.bob.post(PATH, json=HOOK)).status_code == 201


async def test_a_call_is_told_of_from_its_beginning_to_its_end() -> None:
    async with desk(http_tools_private=True, recording=False) as at, sink() as there:
        there.replies = [Reply(503), Reply(200)]
        agent = await at.agent()
        hook = await subscribe(at, url=f"{there.url}/hook", agent_id=agent["id"])
        await at.call()  # not with this agent
        id = await at.call(agent_id=agent["id"])
        failed, second = await there.until(1), await there.until(2)
        now = SystemClock().wall()
        for received in (failed, second):
            for name in ("x-natter-signature", "x-aai-signature"):
                assert verify(SECRET, received.body, received.headers[name], now)
        events = {json.loads(received.body)["event"]: json.loads(received.body) for received in (failed, second)}
        assert set(events) == {"session.started", "session.completed"}
        assert {event["session_id"] for event in events.values()} == {id}
        assert events["session.completed"]["usage"]["tool_calls"] == 0
        deliveries = await settled(at.anna, hook["id"])
        by_event = {delivery["event"]: delivery for delivery in deliveries}
        first = json.loads(failed.body)["event"]
        assert by_event[first]["status"] == "pending"
        assert (by_event[first]["http_status_code"], by_event[first]["attempt_count"]) == (503, 1)
        assert by_event[first]["next_retry_at"] is not None
        other = next(delivery for event, delivery in by_event.items() if event != first)
        assert (other["status"], other["http_status_code"], other["error"]) == ("delivered", 200, None)


async def settled(client: httpx.AsyncClient, hook: str) -> list[dict[str, Any]]:
    """Wait until both deliveries were tried; return them."""
    async with asyncio.timeout(5):
        while True:
            found: list[dict[str, Any]] = (await client.get(f"{PATH}/{hook}/deliveries")).json()["deliveries"]
            if len(found) == 2 and all(delivery["attempt_count"] for delivery in found):
                return found
            await asyncio.sleep(0.05)


# -- what a session brings along ----------------------------------------------------------------

HEADERS = {"Authorization": ANNA}


async def test_a_session_is_told_of_where_it_says_itself() -> None:
    async with desk(http_tools_private=True, recording=False) as at, sink() as there:
        webhook = {"url": f"{there.url}/own", "events": ["session.completed"], "secret": SECRET}
        async with client(at.place.url, {"webhook": webhook}, additional_headers=HEADERS) as caller:
            id = caller.events[-1]["session_id"]
            assert SECRET not in str(caller.events)
            stored = await at.place.broker.bus().log.read(subjects.lane(id, Lane.EVT))
            assert not any(SECRET.encode() in fact.data for fact in stored)
            await caller.send({"type": "session.end"})
            await caller.closed()
        received = await there.until(1)
        assert json.loads(received.body)["session_id"] == id
        assert verify(SECRET, received.body, received.headers["x-aai-signature"], SystemClock().wall())
        assert (await at.anna.get(PATH)).json()["webhook_subscriptions"] == []


async def test_it_may_bring_another_one_later() -> None:
    async with desk(http_tools_private=True, recording=False) as at, sink() as there:
        async with client(at.place.url, {}, additional_headers=HEADERS) as caller:
            webhook = {"url": f"{there.url}/later", "events": ["session.completed"]}
            await caller.send({"type": "session.update", "session": {"webhook": webhook}})
            await caller.until("session.updated")
            private = {"url": "https://example.com", "events": [], "secret": SECRET}
            await caller.send({"type": "session.update", "session": {"webhook": {**private, "url": "ftp://x"}}})
            assert (await caller.until("session.error"))["code"] == "invalid_webhook"
            await caller.send({"type": "session.end"})
            await caller.closed()
        assert (await there.until(1)).path == "/later"


async def test_what_a_session_may_not_bring() -> None:
    async with desk() as at:
        for url in ("http://example.com", "https://127.0.0.1/x"):
            async with client(at.place.url, additional_headers=HEADERS) as caller:
                session = {"webhook": {"url": url, "events": ["session.completed"]}}
                await caller.send({"type": "session.update", "session": session})
                error = await caller.until("session.error")
                assert (error["code"], error["param"]) == ("invalid_webhook", "webhook")
                assert await caller.closed() == 1008
