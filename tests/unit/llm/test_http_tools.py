"""Tools that the platform calls itself: how they are called, once, and what the model is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from natter_llm.engine import Text, ToolCall
from natter_llm.engines.scripted import Scripted
from natter_llm.http_tools import MAX_ANSWER, UNKNOWN, HttpTools, Result, may_repeat, prepare, result_of
from natter_protocol.reply import ReplyFinished, ReplyWanted
from natter_protocol.settings import HttpCall, SealedHeader, SessionSettings, Tool
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from natter_protocol.turn import TurnStarted
from natter_runtime import outside
from natter_runtime.clock import SystemClock
from natter_runtime.outside import Answer
from natter_runtime.seal import Sealer
from tests.support.http_sink import Reply, Sink, sink
from tests.support.llm_rig import Puppet, Rig, rig, settle

SEALER = Sealer("a secret that is long enough")
ARGUMENTS: dict[str, Any] = {"city": "São Paulo", "days": 3, "hourly": False, "tags": ["a", "b"], "near": None}


# -- requests, which are pure -------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_arguments_are_merged_into_the_query(method: str) -> None:
    made = prepare(HttpCall("https://example.com/w?key=1&city=none", method), "call_1", ARGUMENTS, {})
    assert made.method == method
    assert made.body is None
    assert dict(httpx.URL(made.url).params) == {
        "key": "1",
        "city": "São Paulo",
        "days": "3",
        "hourly": "false",
        "tags": '["a","b"]',
        "near": "null",
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_arguments_are_a_json_body(method: str) -> None:
    made = prepare(HttpCall("https://example.com/w?key=1", method), "call_1", ARGUMENTS, {"X-Key": "7"})
    assert made.url == "https://example.com/w?key=1"
    assert made.body is not None
    assert json.loads(made.body) == ARGUMENTS
    assert made.headers == {"X-Key": "7", "Idempotency-Key": "call_1", "Content-Type": "application/json"}


def test_a_tool_may_have_its_own_kind_of_json() -> None:
    made = prepare(HttpCall("https://example.com"), "c", {}, {"content-type": "application/vnd.api+json"})
    assert [name.lower() for name in made.headers] == ["content-type", "idempotency-key"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200, b'{"stock":2}', False), Result('{"stock":2}', ToolOutcome.RETURNED)),
        (Answer(204, b"", False), Result("", ToolOutcome.RETURNED)),
        (
            Answer(404, b"no such city", False),
            Result("the tool's server answered 404: no such city", ToolOutcome.FAILED),
        ),
        (Answer(500, b"", False), Result("the tool's server answered 500", ToolOutcome.FAILED)),
        (Answer(500, b"x" * 900, False), Result("the tool's server answered 500: " + "x" * 300, ToolOutcome.FAILED)),
        (
            Answer(302, b"secret", False),
            Result("the tool's server answered 302: redirects are not followed", ToolOutcome.FAILED),
        ),
    ],
)
def test_what_the_model_is_told(answer: Answer, expected: Result) -> None:
    assert result_of(answer) == expected


@pytest.mark.parametrize(
    ("method", "repeatable"), [("GET", True), ("PUT", True), ("DELETE", True), ("POST", False), ("PATCH", False)]
)
def test_what_may_be_sent_twice(method: str, repeatable: bool) -> None:
    assert may_repeat(Tool("t", http=HttpCall("https://example.com", method))) is repeatable
    assert not may_repeat(Tool("t"))


# -- calls, to a server on this machine ---------------------------------------------------------


@pytest.fixture
async def there() -> AsyncIterator[Sink]:
    async with sink() as made:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[HttpTools]:
    async with outside.client(private=True) as client:
        yield HttpTools(SEALER, client)


def tool(there: Sink, method: str = "POST", **fields: Any) -> Tool:
    headers = (SealedHeader("Authorization", SEALER.seal("Bearer hunter2")),)
    return Tool("stock", http=HttpCall(f"{there.url}/stock", method, headers), **{"timeout_s": 5.0, **fields})


async def test_a_call(http: HttpTools, there: Sink) -> None:
    there.replies = [Reply(200, b'{"left":2}')]
    assert await http.run("call_7", tool(there), {"item": "rye"}) == Result('{"left":2}', ToolOutcome.RETURNED)
    (received,) = there.received
    assert (received.method, received.path, json.loads(received.body)) == ("POST", "/stock", {"item": "rye"})
    assert received.headers["authorization"] == "Bearer hunter2"
    assert received.headers["idempotency-key"] == "call_7"


async def test_a_call_with_a_query(http: HttpTools, there: Sink) -> None:
    await http.run("call_7", tool(there, "GET"), {"item": "rye bread"})
    assert (there.received[0].method, there.received[0].path) == ("GET", "/stock?item=rye+bread")


async def test_a_long_answer_is_cut(http: HttpTools, there: Sink) -> None:
    there.replies = [Reply(200, "é".encode() * 8000)]
    result = await http.run("c", tool(there), {})
    assert result == Result("é" * (MAX_ANSWER // 2), ToolOutcome.RETURNED)


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (Reply(302, b"", (("Location", "http://127.0.0.1:1/"),)), "redirects are not followed"),
        (Reply(503, b"down"), "answered 503: down"),
    ],
)
async def test_an_answer_that_is_none(reply: Reply, text: str, http: HttpTools, there: Sink) -> None:
    there.replies = [reply]
    result = await http.run("c", tool(there), {})
    assert result.outcome is ToolOutcome.FAILED
    assert text in result.text
    assert len(there.received) == 1


async def test_a_server_that_takes_too_long(http: HttpTools, there: Sink) -> None:
    there.replies = [Reply(wait_s=3.0)]
    result = await http.run("c", tool(there, timeout_s=0.1), {})
    assert result == Result("no answer within 0.1 s", ToolOutcome.TIMED_OUT)


async def test_a_server_that_is_not_there(http: HttpTools) -> None:
    result = await http.run("c", Tool("t", http=HttpCall("http://127.0.0.1:1/")), {})
    assert result == Result("the tool's server could not be reached: no connection", ToolOutcome.FAILED)


@pytest.mark.parametrize(
    "url",
    ["http://{}/", "https://{}/", "https://localhost:{port}/", "https://2130706433:{port}/", "https://[::1]:{port}/"],
)
async def test_private_hosts_are_not_called_unless_that_is_allowed(url: str, there: Sink) -> None:
    address = url.format(f"127.0.0.1:{there.port}", port=there.port)
    async with outside.client(private=False) as client:
        result = await HttpTools(SEALER, client).run("c", Tool("t", http=HttpCall(address)), {})
    assert result.outcome is ToolOutcome.FAILED
    assert "could not be reached" in result.text
    assert "127.0.0.1" not in result.text
    assert there.received == []


async def test_a_name_that_leads_inside_is_not_called(there: Sink) -> None:
    async def inside(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with outside.client(private=False, resolver=inside) as client:
        result = await HttpTools(SEALER, client).run("c", Tool("t", http=HttpCall("https://tools.example.com/")), {})
    assert "not public" in result.text
    assert there.received == []


async def test_headers_that_cannot_be_opened(there: Sink, caplog: pytest.LogCaptureFixture) -> None:
    for sealer in (Sealer(""), Sealer("another secret that is long")):
        async with outside.client(private=True) as client:
            result = await HttpTools(sealer, client).run("c", tool(there), {})
        assert (result.outcome, "headers" in result.text) == (ToolOutcome.FAILED, True)
    assert there.received == []
    assert "NATTER_SECRET" in caplog.text


# -- in a conversation --------------------------------------------------------------------------


def settings(there: Sink, method: str = "POST", **fields: Any) -> SessionSettings:
    return SessionSettings(tools=(tool(there, method, **fields),))


def calling() -> Scripted:
    return Scripted(SystemClock(), [["One moment.", ToolCall("x", "stock", '{"item": "rye"}')]], in_order=True)


async def test_a_reply_calls_and_its_answer_is_told(http: HttpTools, there: Sink) -> None:
    there.replies = [Reply(200, b"2 left")]
    async with rig(calling(), settings(there), http=http) as r, r.worker():
        await r.commit(1, "Rye?")
        called = await r.wait_for(ToolCalled)
        returned = await r.wait_for(ToolReturned)
        assert (returned.call, returned.result, returned.outcome) == (called.call, "2 left", ToolOutcome.RETURNED)
        await r.wait_for(ReplyFinished, 1)
        await r.wait_for(ReplyWanted)
    assert there.received[0].headers["idempotency-key"] == called.call


async def test_a_speculation_calls_nothing(http: HttpTools, there: Sink) -> None:
    async with rig(calling(), settings(there), http=http) as r, r.worker():
        await r.eager(1, "Rye?")
        await settle(200)
        assert there.received == []
        await r.commit(1, "Rye?")
        await r.wait_for(ToolReturned)
    assert len(there.received) == 1


async def test_an_interruption_loses_no_answer(http: HttpTools, there: Sink) -> None:
    there.replies = [Reply(200, b"2 left", wait_s=0.2)]
    async with rig(calling(), settings(there), http=http) as r, r.worker():
        await r.commit(1, "Rye?")
        await r.wait_for(ToolCalled)
        await r.turn.say(TurnStarted(turn=2, start_sample=10, over_epoch=1, void_through=1))
        await r.cancel(1)
        returned = await r.wait_for(ToolReturned)
        assert returned.result == "2 left"


async def test_an_answer_after_the_time_is_up_changes_nothing(http: HttpTools, there: Sink) -> None:
    there.replies = [Reply(200, b"late", wait_s=1.0)]
    async with rig(calling(), settings(there, timeout_s=0.1), http=http) as r, r.worker():
        await r.commit(1, "Rye?")
        returned = await r.wait_for(ToolReturned)
        assert returned.outcome is ToolOutcome.TIMED_OUT
        await asyncio.sleep(0.3)
        assert len(r.of(ToolReturned)) == 1


async def handed_over(r: Rig, there: Sink) -> ToolReturned:
    """The worker is gone while the server works; another one takes the session."""
    async with r.worker():
        await r.commit(1, "Rye?")
        await r.wait_for(ToolCalled)
        await there.until(1)
    there.replies = [Reply(200, b"2 left")]
    async with r.worker():
        return await r.wait_for(ToolReturned)


async def test_what_may_be_repeated_is_when_another_worker_takes_over(http: HttpTools, there: Sink) -> None:
    there.replies = [Reply(200, b"", wait_s=3.0)]
    async with rig(calling(), settings(there, "PUT"), http=http) as r:
        returned = await handed_over(r, there)
        assert (returned.result, returned.outcome) == ("2 left", ToolOutcome.RETURNED)
    first, second = there.received
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == returned.call


async def test_what_may_not_be_repeated_is_not(http: HttpTools, there: Sink) -> None:
    there.replies = [Reply(200, b"", wait_s=3.0)]
    async with rig(calling(), settings(there, "POST"), http=http) as r:
        returned = await handed_over(r, there)
        assert (returned.result, returned.outcome) == (UNKNOWN, ToolOutcome.FAILED)
    assert len(there.received) == 1


async def test_two_calls_at_once(http: HttpTools, there: Sink) -> None:
    puppet = Puppet()
    async with rig(puppet, settings(there), http=http) as r, r.worker():
        await r.commit(1, "Both?")
        calls = (ToolCall("a", "stock", '{"item": "rye"}'), ToolCall("b", "stock", '{"item": "oat"}'))
        await puppet.feed(0, Text("Looking."), *calls)
        await puppet.answer(0, "")
        await r.wait_for(ToolReturned, count=2)
    assert {json.loads(received.body)["item"] for received in there.received} == {"rye", "oat"}
    assert len({received.headers["idempotency-key"] for received in there.received}) == 2
