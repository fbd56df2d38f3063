"""From what a user writes to what is kept."""

from __future__ import annotations

from typing import Any

import pytest

from natter_gateway.agents.document import Document
from natter_gateway.agents.merge import Merger
from natter_gateway.agents.models import AgentCreate, AgentUpdate
from natter_gateway.agents.problems import Invalid

BASE: dict[str, Any] = {"name": "Bakery", "system_prompt": "Sell bread.", "voice": {"voice_id": "alba"}}
HTTP = {"url": "https://api.example.com/a", "headers": [{"name": "Authorization", "value": "Bearer 1"}]}


def merger(now: float = 100.0, *, private: bool = False) -> Merger:
    return Merger(seal=lambda text: f"<{text}>", now=now, private=private)


def created(**fields: Any) -> Document:
    return merger().created(AgentCreate.model_validate({**BASE, **fields}))


def updated(present: Document, **fields: Any) -> Document:
    return merger(200.0).updated(AgentUpdate.model_validate(fields), present)


def wrong(present: Document | None = None, **fields: Any) -> list[str]:
    with pytest.raises(Invalid) as caught:
        updated(present, **fields) if present is not None else created(**fields)
    return [problem.param for problem in caught.value.problems]


def test_secrets_are_sealed_and_tools_get_ids() -> None:
    agent = created(
        tools=[{"name": "stock", "http": HTTP}, {"name": "client_side"}],
        llm=[{"base_url": "https://llm.example.com/v1", "model": "small", "api_key": "sk-1"}],
        pre_connect_requests=[{**HTTP, "timeout_ms": 300}],
    )
    stock, client_side = agent.tools
    assert stock.id.startswith("tool_")
    assert len(stock.id) == len("tool_") + 32
    assert stock.id != client_side.id
    assert stock.http is not None
    assert [(h.name, h.sealed, h.last_set_at) for h in stock.http.headers] == [("Authorization", "<Bearer 1>", 100.0)]
    assert client_side.http is None
    assert (agent.llm[0].sealed_key, agent.llm[0].model) == ("<sk-1>", "small")
    assert agent.pre_connect_requests[0].timeout_ms == 300


def test_what_is_left_out_is_kept_and_a_list_replaces() -> None:
    before = created(greeting="Hi!", tools=[{"name": "a"}, {"name": "b"}], recording=True)
    after = updated(before, name="Bank")
    assert (after.name, after.greeting, after.recording, after.tools) == ("Bank", "Hi!", True, before.tools)
    assert [tool.name for tool in updated(before, tools=[{"name": "b"}]).tools] == ["b"]
    assert updated(before, tools=[]).tools == []


def test_what_may_be_empty_is_emptied_by_null_and_what_may_not_is_not() -> None:
    before = created(greeting="Hi!", recording=False, input={"keyterms": ["rye"]})
    after = updated(before, greeting=None, recording=None, input=None)
    assert (after.greeting, after.recording, after.input) == (None, None, None)
    assert wrong(before, name=None, voice=None, system_prompt=None) == ["name", "system_prompt", "voice"]


def test_a_tool_keeps_its_id_by_id_or_by_name() -> None:
    before = created(tools=[{"name": "a", "http": HTTP}])
    id = before.tools[0].id
    assert updated(before, tools=[{"name": "a"}]).tools[0].id == id
    renamed = updated(before, tools=[{"id": id, "name": "z", "http": {"url": HTTP["url"]}}]).tools[0]
    assert (renamed.id, renamed.name) == (id, "z")
    assert renamed.http is not None
    assert renamed.http.headers[0].sealed == "<Bearer 1>"
    assert updated(before, tools=[{"name": "new"}]).tools[0].id != id
    assert wrong(before, tools=[{"id": "tool_of_somebody_else", "name": "a"}]) == ["tools[0].id"]


def headers(*written: dict[str, Any], url: str = "https://api.example.com/b") -> list[dict[str, Any]]:
    return [{"name": "a", "http": {"url": url, "headers": list(written)}}]


def test_a_header_is_set_kept_or_removed() -> None:
    before = created(
        tools=[
            {"name": "a", "http": {**HTTP, "headers": [{"name": "X-A", "value": "1"}, {"name": "X-B", "value": "2"}]}}
        ]
    )

    def after(*written: dict[str, Any]) -> list[tuple[str, str, float]]:
        http = updated(before, tools=headers(*written)).tools[0].http
        assert http is not None
        return [(header.name, header.sealed, header.last_set_at) for header in http.headers]

    assert after({"name": "x-a"}) == [("X-A", "<1>", 100.0)]
    assert after({"name": "X-A", "value": "9"}, {"name": "X-B"}) == [("X-A", "<9>", 200.0), ("X-B", "<2>", 100.0)]
    assert after({"name": "X-A", "remove": True}, {"name": "X-B"}) == [("X-B", "<2>", 100.0)]
    assert after() == []
    kept = updated(before, tools=[{"name": "a", "http": {"url": "https://api.example.com/c"}}]).tools[0].http
    assert kept is not None
    assert [header.sealed for header in kept.headers] == ["<1>", "<2>"]


@pytest.mark.parametrize(
    ("written", "param"),
    [
        ({"name": "X-New"}, "tools[0].http.headers[0].value"),
        ({"name": "X-New", "value": "1", "remove": True}, "tools[0].http.headers[0].value"),
        ({"name": "Host", "value": "other"}, "tools[0].http.headers[0].name"),
        ({"name": "content-length", "value": "0"}, "tools[0].http.headers[0].name"),
        ({"name": "Proxy-Authorization", "value": "x"}, "tools[0].http.headers[0].name"),
        ({"name": "Idempotency-Key", "value": "x"}, "tools[0].http.headers[0].name"),
    ],
)
def test_a_header_that_cannot_be(written: dict[str, Any], param: str) -> None:
    assert wrong(tools=headers(written)) == [param]


def test_each_header_is_there_once() -> None:
    assert wrong(tools=headers({"name": "X-A", "value": "1"}, {"name": "x-a", "value": "2"})) == [
        "tools[0].http.headers"
    ]


def test_a_secret_is_not_kept_for_another_server() -> None:
    """Or whoever may change the URL could have it sent to themselves."""
    before = created(
        tools=[{"name": "a", "http": HTTP}],
        llm=[{"base_url": "https://llm.example.com/v1", "model": "m", "api_key": "sk"}],
        pre_connect_requests=[HTTP],
    )
    kept = {"name": "Authorization"}
    for url in ("https://evil.example.com/a", "https://api.example.com:8443/a"):
        assert wrong(before, tools=headers(kept, url=url)) == ["tools[0].http.headers[0].value"]
        assert wrong(before, tools=[{"name": "a", "http": {"url": url}}]) == ["tools[0].http.headers"]
        assert wrong(before, pre_connect_requests=[{"url": url, "headers": [kept]}]) == [
            "pre_connect_requests[0].headers[0].value"
        ]
        assert wrong(before, llm=[{"base_url": url, "model": "m"}]) == ["llm[0].api_key"]
    same = updated(before, llm=[{"base_url": "https://LLM.example.com:443/v2", "model": "n"}]).llm[0]
    assert (same.sealed_key, same.model) == ("<sk>", "n")
    assert updated(before, llm=[]).llm == []


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/",
        "https://u:p@example.com/",
        "nonsense",
    ],
)
def test_urls_lead_to_public_hosts_over_https(url: str) -> None:
    assert wrong(tools=[{"name": "a", "http": {"url": url}}]) == ["tools[0].http.url"]
    assert wrong(pre_connect_requests=[{"url": url}]) == ["pre_connect_requests[0].url"]
    assert wrong(llm=[{"base_url": url, "model": "m"}]) == ["llm[0].base_url"]


def test_where_the_operator_allows_it_they_lead_anywhere() -> None:
    agent = AgentCreate.model_validate({**BASE, "tools": [{"name": "a", "http": {"url": "http://10.0.0.1/"}}]})
    assert merger(private=True).created(agent).tools[0].http is not None


def test_built_in_tools_are_named_and_nothing_more() -> None:
    (tool,) = created(tools=[{"type": "builtin", "name": "end_call"}]).tools
    assert (tool.type, tool.name) == ("builtin", "end_call")
    assert wrong(tools=[{"type": "builtin", "name": "fly"}]) == ["tools[0].name"]
    assert wrong(tools=[{"type": "builtin", "name": "end_call", "description": "x"}]) == ["tools[0].description"]


def test_the_reserved_prefix_is_refused_and_names_are_unique() -> None:
    assert wrong(tools=[{"name": "aai_mine"}]) == ["tools[0].name"]
    assert wrong(tools=[{"name": "a"}, {"name": "a"}]) == ["tools[1].name"]
    assert created(tools=[{"name": "end_call", "description": "The client's own."}]).tools[0].type == "function"


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert wrong(tools=[{"name": "aai_x", "http": {"url": "x"}}], llm=[{"base_url": "y", "model": "m"}]) == [
        "tools[0].name",
        "tools[0].http.url",
        "llm[0].base_url",
    ]


SERVER = {"name": "shop", "url": "https://shop.example.com/mcp", "headers": HTTP["headers"]}


def test_servers_of_tools_are_kept_like_requests() -> None:
    before = created(tool_servers=[SERVER])
    (shop,) = before.tool_servers
    assert (shop.name, shop.http.url) == ("shop", "https://shop.example.com/mcp")
    assert [(header.name, header.sealed) for header in shop.http.headers] == [("Authorization", "<Bearer 1>")]
    kept = updated(before, tool_servers=[{"name": "shop", "url": "https://shop.example.com/v2/mcp"}])
    assert [header.sealed for header in kept.tool_servers[0].http.headers] == ["<Bearer 1>"]
    assert updated(before, greeting="Hi!").tool_servers == before.tool_servers
    assert updated(before, tool_servers=[]).tool_servers == []


def test_what_a_server_of_tools_cannot_be_is_named() -> None:
    before = created(tool_servers=[SERVER])
    elsewhere = {"name": "shop", "url": "https://other.example.com/mcp"}
    assert wrong(before, tool_servers=[elsewhere]) == ["tool_servers[0].headers"]
    assert wrong(tool_servers=[{"name": "shop", "url": "http://127.0.0.1/mcp"}]) == ["tool_servers[0].url"]
    assert wrong(tool_servers=[SERVER, SERVER]) == ["tool_servers[1].name"]
