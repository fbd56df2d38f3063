"""Looking an agent up when a session opens, and what its own server has to say about the call."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from natter_gateway import failures
from natter_gateway.agents.book import AgentBook
from natter_gateway.agents.merge import Merger
from natter_gateway.agents.models import AgentCreate
from natter_gateway.failures import ClientError
from natter_gateway.store import agents
from natter_gateway.store.agents import AgentRow
from natter_gateway.store.database import Database
from natter_runtime import outside
from natter_runtime.seal import Sealer
from tests.support.gateway_store import database
from tests.support.http_sink import Reply, Sink, sink
from tests.unit.gateway.agents.test_merge import BASE

SEALER = Sealer("a secret that is long enough")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    async with database("", tmp_path) as opened:
        yield opened


@pytest.fixture
async def book(store: Database) -> AsyncIterator[AgentBook]:
    async with outside.client(private=True) as client:
        yield AgentBook(store, SEALER, client)


@pytest.fixture
async def there() -> AsyncIterator[Sink]:
    async with sink() as made:
        yield made


async def keep(store: Database, **fields: Any) -> None:
    document = Merger(SEALER.seal, 1.0, private=True).created(AgentCreate.model_validate({**BASE, **fields}))
    row = AgentRow("agent_1", "anna", "Bakery", document.model_dump(mode="json"), 1.0, 1.0)
    await store.write(lambda connection: agents.add(connection, row))


def request(there: Sink, **fields: Any) -> dict[str, Any]:
    return {"url": f"{there.url}/hello", **fields}


async def refusal(book: AgentBook, owner: str = "anna", id: str = "agent_1") -> ClientError:
    with pytest.raises(ClientError) as caught:
        await book.prepare(owner, id, "sess_1")
    assert caught.value.failure.fatal
    return caught.value


async def test_an_agent_is_found_by_its_owner_alone(store: Database, book: AgentBook) -> None:
    await keep(store, greeting="Hi!")
    assert (await book.resolve("anna", "agent_1")).greeting == "Hi!"
    for owner, id in (("bob", "agent_1"), ("anna", "agent_2")):
        error = await refusal(book, owner, id)
        assert (error.failure.code, str(error)) == (failures.AGENT_NOT_FOUND, "Agent not found")


async def test_an_agent_that_was_valid_once(store: Database, book: AgentBook) -> None:
    row = AgentRow("agent_1", "anna", "x", {**BASE, "input": {"gone": 1}}, 1.0, 1.0)
    await store.write(lambda connection: agents.add(connection, row))
    assert (await refusal(book)).failure.code == failures.INVALID_CONFIG


async def test_a_database_that_does_not_answer(store: Database, book: AgentBook) -> None:
    store.close()
    assert (await refusal(book)).failure.code == failures.INTERNAL_ERROR


async def test_the_agents_server_is_told_of_the_call_and_may_change_the_greeting(
    store: Database, book: AgentBook, there: Sink
) -> None:
    header = {"name": "Authorization", "value": "Bearer 7"}
    await keep(store, greeting="Hi!", pre_connect_requests=[request(there, headers=[header])])
    there.replies = [Reply(200, b'{"greeting": "Hello Ada!", "system_prompt": "Be rude."}')]
    settings = await book.prepare("anna", "agent_1", "sess_1")
    assert (settings.greeting, settings.system_prompt) == ("Hello Ada!", "Sell bread.")
    (received,) = there.received
    assert (received.method, received.headers["authorization"]) == ("POST", "Bearer 7")
    assert json.loads(received.body) == {
        "agent_id": "agent_1",
        "session_id": "sess_1",
        "direction": "inbound",
        "caller_number": None,
        "dialed_number": None,
    }


async def test_a_get_has_the_facts_in_its_query(store: Database, book: AgentBook, there: Sink) -> None:
    await keep(store, pre_connect_requests=[{"url": f"{there.url}/x?k=v", "http_method": "GET"}])
    await book.prepare("anna", "agent_1", "sess_1")
    path = httpx.URL(there.received[0].path)
    assert dict(path.params) == {"k": "v", "agent_id": "agent_1", "session_id": "sess_1", "direction": "inbound"}


async def test_a_refusal_ends_the_call_and_is_not_asked_about_again(
    store: Database, book: AgentBook, there: Sink
) -> None:
    await keep(store, pre_connect_requests=[request(there), request(there)])
    there.replies = [Reply(200, b'{"reject": true}')]
    assert (await refusal(book)).failure.code == failures.SESSION_FORBIDDEN
    assert len(there.received) == 1


async def test_they_are_asked_in_order_and_the_last_word_counts(store: Database, book: AgentBook, there: Sink) -> None:
    await keep(store, pre_connect_requests=[request(there), {"url": f"{there.url}/second"}])
    there.replies = [Reply(200, b'{"greeting": "One"}'), Reply(200, b'{"greeting": "Two"}')]
    assert (await book.prepare("anna", "agent_1", "sess_1")).greeting == "Two"
    assert [received.path for received in there.received] == ["/hello", "/second"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, b'{"reject": true}'),
        Reply(302, b'{"reject": true}', (("Location", "/x"),)),
        Reply(200, b"not json"),
        Reply(200, b"[]"),
        Reply(200, b""),
        Reply(200, b'{"reject": "perhaps"}'),
        Reply(200, b'{"greeting": 7}'),
        Reply(200, b'{"reject": true}' + b" " * 10_000),
        Reply(200, b'{"reject": true}', wait_s=2.0),
    ],
)
async def test_whatever_goes_wrong_the_call_begins(reply: Reply, store: Database, book: AgentBook, there: Sink) -> None:
    await keep(store, greeting="Hi!", pre_connect_requests=[request(there, timeout_ms=100)])
    there.replies = [reply]
    assert (await book.prepare("anna", "agent_1", "sess_1")).greeting == "Hi!"


async def test_a_server_that_is_not_there(store: Database, book: AgentBook) -> None:
    await keep(store, greeting="Hi!", pre_connect_requests=[{"url": "http://127.0.0.1:1/"}])
    assert (await book.prepare("anna", "agent_1", "sess_1")).greeting == "Hi!"


async def test_headers_that_cannot_be_opened(store: Database, book: AgentBook, there: Sink) -> None:
    await keep(store, pre_connect_requests=[request(there, headers=[{"name": "X-Key", "value": "1"}])])
    other = AgentBook(store, Sealer("another secret that is long"), book.client)
    await other.prepare("anna", "agent_1", "sess_1")
    assert there.received == []


async def test_private_hosts_are_not_asked_unless_that_is_allowed(store: Database, there: Sink) -> None:
    await keep(store, greeting="Hi!", pre_connect_requests=[request(there)])
    async with outside.client(private=False) as client:
        settings = await AgentBook(store, SEALER, client).prepare("anna", "agent_1", "sess_1")
    assert settings.greeting == "Hi!"
    assert there.received == []
