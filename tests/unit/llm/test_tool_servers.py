"""Tools of servers, against a real one on this machine."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from natter_llm import tool_servers
from natter_llm.config import LlmConfig
from natter_llm.engine import ToolCall
from natter_llm.engines.scripted import Scripted
from natter_llm.tool_servers import HostedTools, Server, ToolServers, read
from natter_protocol.reply import ReplyFinished
from natter_protocol.settings import SealedHeader, SessionSettings, Tool, ToolServer
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from natter_runtime.clock import SystemClock
from natter_runtime.errors import UsageError
from natter_runtime.seal import Sealer
from tests.support.llm_rig import Puppet, rig

pytest.importorskip("mcp", reason="install natter-llm[mcp]")

from tests.support.mcp_server import Shop, shop

SECRET = "s" * 32
GONE = "http://127.0.0.1:9/mcp"


@pytest.fixture(scope="module")
def server() -> Iterator[Shop]:
    """The shop."""
    with shop() as running:
        yield running


def servers(*, private: bool = True) -> ToolServers:
    return ToolServers((), Sealer(SECRET), private=private)


def own(url: str, token: str = "Bearer 5f3c") -> ToolServer:
    return ToolServer("shop", url, (SealedHeader("Authorization", Sealer(SECRET).seal(token)),))


async def listed(*found: Server) -> HostedTools:
    hosted = HostedTools(found)
    await hosted.discover()
    await hosted.listed()
    return hosted


def tool(hosted: HostedTools, name: str) -> Tool:
    return {known.name: known for known in hosted.tools(())}[name]


async def test_the_tools_are_those_of_the_server_under_its_name(server: Shop) -> None:
    hosted = await listed(Server("shop", server.url, private=True))
    names = [known.name for known in hosted.tools(())]
    assert names == ["shop_stock", "shop_order", "shop_broken", "shop_slow"]
    stock, order = tool(hosted, "shop_stock"), tool(hosted, "shop_order")
    assert stock.description == "How many of an item are left."
    assert stock.parameters["required"] == ["item"]
    assert (stock.side_effects, order.side_effects) == (False, True)
    assert hosted.serves(stock)
    assert not hosted.serves(Tool(name="shop_stock"))


async def test_a_call_brings_what_the_server_says(server: Shop) -> None:
    hosted = await listed(Server("shop", server.url, private=True))
    stock = await hosted.run(tool(hosted, "shop_stock"), {"item": "rye"})
    assert (json.loads(stock.text), stock.outcome) == ({"result": 7}, ToolOutcome.RETURNED)
    broken = await hosted.run(tool(hosted, "shop_broken"), {})
    assert broken.outcome is ToolOutcome.FAILED
    assert "the oven is cold" in broken.text


async def test_a_call_has_its_deadline(server: Shop) -> None:
    hosted = await listed(Server("shop", server.url, private=True))
    slow = tool(hosted, "shop_slow")
    hosted._found["shop_slow"] = tool_servers.Found(
        msgspec.structs.replace(slow, timeout_s=0.2), Server("shop", server.url, private=True), "slow"
    )
    result = await hosted.run(tool(hosted, "shop_slow"), {})
    assert (result.text, result.outcome) == ("no answer within 0.2 s", ToolOutcome.TIMED_OUT)


async def test_a_tool_of_the_client_goes_before_one_of_a_server(server: Shop) -> None:
    hosted = await listed(Server("shop", server.url, private=True))
    mine = Tool(name="shop_stock", description="mine")
    tools = hosted.tools([mine])
    assert [known for known in tools if known.name == "shop_stock"] == [mine]
    assert not hosted.serves(mine)


async def test_a_server_that_is_gone_costs_its_tools_only(server: Shop, caplog: pytest.LogCaptureFixture) -> None:
    hosted = await listed(Server("gone", GONE, private=True), Server("shop", server.url, private=True))
    assert {known.name.split("_")[0] for known in hosted.tools(())} == {"shop"}
    assert "tool server gone: no connection" in caplog.text
    hosted._found["shop_stock"] = tool_servers.Found(
        tool(hosted, "shop_stock"), Server("shop", GONE, private=True), "stock"
    )
    result = await hosted.run(tool(hosted, "shop_stock"), {"item": "rye"})
    assert (result.text, result.outcome) == ("the tool's server could not be used: no connection", ToolOutcome.FAILED)


async def test_an_agents_own_server_must_be_public_unless_that_is_allowed(
    server: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    hosted = servers(private=False).of([own(server.url)])
    await hosted.discover()
    assert hosted.tools(()) == ()
    assert "tool server shop: " in caplog.text
    assert "127.0.0.1" not in caplog.text


async def test_headers_are_sent_and_never_told(server: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="natter_llm")
    server.tokens.clear()
    hosted = servers().of([own(server.url, "Bearer secret-5f3c")])
    await hosted.discover()
    assert set(server.tokens) == {"Bearer secret-5f3c"}
    assert "secret-5f3c" not in caplog.text
    assert "secret-5f3c" not in repr(hosted._servers)


async def test_headers_that_cannot_be_opened_cost_the_tools(caplog: pytest.LogCaptureFixture) -> None:
    other = ToolServer("shop", GONE, (SealedHeader("Authorization", Sealer("t" * 32).seal("x")),))
    hosted = servers().of([other])
    await hosted.discover()
    assert hosted.tools(()) == ()
    assert "cannot be opened" in caplog.text


def test_the_operators_servers_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_text('{"mcpServers": {"shop": {"url": "http://127.0.0.1:1/mcp", "headers": {"X": "y"}}}}')
    assert read(path) == (Server("shop", "http://127.0.0.1:1/mcp", {"X": "y"}, private=True),)
    assert read(None) == ()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"mcpServers": {"shop": {}}}', '{"mcpServers": {"shop": 1}}'])
def test_a_file_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mcp.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"NATTER_LLM_MCP=.*mcp\.json"):
        read(path)


# -- in a session ---------------------------------------------------------------------------------


def script(*calls: ToolCall) -> Scripted:
    return Scripted(SystemClock(), [list(calls), ["There are seven."]], in_order=True)


def settings(server: Shop) -> SessionSettings:
    return SessionSettings(tool_servers=(own(server.url),))


async def test_the_model_calls_a_tool_of_a_server_and_the_client_answers_nothing(server: Shop) -> None:
    engine = script(ToolCall("x", "shop_stock", '{"item": "rye"}'))
    async with rig(engine, settings(server), servers=servers()) as r, r.worker():
        await r.commit(1, "How many rye loaves are left?")
        called = await r.wait_for(ToolCalled)
        returned = await r.wait_for(ToolReturned)
    assert (called.name, called.arguments, called.hosted) == ("shop_stock", {"item": "rye"}, True)
    assert (returned.call, returned.outcome, json.loads(returned.result)) == (
        called.call,
        ToolOutcome.RETURNED,
        {"result": 7},
    )


async def test_arguments_that_do_not_fit_never_leave(server: Shop) -> None:
    server.ordered.clear()
    wrong = ToolCall("x", "shop_order", '{"item": "rye", "count": "many"}')
    right = ToolCall("y", "shop_order", '{"item": "rye", "count": 2}')
    engine = Scripted(SystemClock(), [[wrong], [right], ["Done."]], in_order=True)
    async with rig(engine, settings(server), servers=servers()) as r, r.worker():
        await r.commit(1, "Order two.")
        await r.wait_for(ToolReturned)
        assert len(r.of(ToolCalled)) == 1
    assert server.ordered == [("rye", 2)]


async def test_a_call_goes_on_without_a_server_that_is_gone() -> None:
    puppet = Puppet()
    gone = SessionSettings(tool_servers=(ToolServer("shop", GONE),), tools=(Tool(name="here"),))
    async with rig(puppet, gone, servers=servers()) as r, r.worker():
        await r.commit(1, "Hello?")
        request = await puppet.request(0)
        assert [spec.name for spec in request.tools] == ["here"]
        await puppet.answer(0, "Hello.")
        assert (await r.wait_for(ReplyFinished, 1)).text == "Hello."


async def test_a_call_that_another_worker_made_is_not_made_again(server: Shop) -> None:
    server.ordered.clear()
    engine: Any = Puppet()
    async with rig(engine, settings(server), servers=servers()) as r:
        async with r.worker() as seat:
            await r.commit(1, "Order two.")
            await engine.request(0)
            lost = ToolCalled(epoch=1, turn=1, call="c1", name="shop_order", arguments={"item": "rye"}, hosted=True)
            await seat.store(lost)
        async with r.worker():
            returned = await r.wait_for(ToolReturned)
    assert returned.outcome is ToolOutcome.FAILED
    assert "not known" in returned.result
    assert server.ordered == []


def test_without_a_setting_there_are_no_servers() -> None:
    assert LlmConfig().mcp is None
