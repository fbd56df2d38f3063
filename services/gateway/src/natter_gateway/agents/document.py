"""What is kept of an agent: its configuration with every secret sealed, and the view that a user gets of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from natter_gateway.agents.models import (
    Agent,
    HeaderRead,
    HttpRead,
    LlmRead,
    Method,
    PreConnectRead,
    ToolFields,
    ToolRead,
    ToolServerRead,
    Voice,
)
from natter_gateway.store.agents import AgentRow


class Header(BaseModel):
    """A header with its sealed value."""

    name: str
    sealed: str
    last_set_at: float


class Http(BaseModel):
    """A request that the platform makes."""

    url: str
    http_method: Method = "POST"
    headers: list[Header] = []


class PreConnect(Http):
    """A request before a call begins."""

    timeout_ms: int = 800


class StoredTool(ToolFields):
    """A tool with its id."""

    id: str
    http: Http | None = None


class StoredServer(BaseModel):
    """A server of tools."""

    name: str
    http: Http
    """Where it is; of the request only URL and headers count."""


class Llm(BaseModel):
    """A model of one's own with its sealed key (empty: it has none)."""

    base_url: str
    model: str
    sealed_key: str = ""


class Document(BaseModel):
    """An agent as it is kept."""

    name: str
    system_prompt: str
    voice: Voice
    greeting: str | None = None
    input: dict[str, Any] | None = None
    output: dict[str, Any] | None = None
    tools: list[StoredTool] = []
    tool_servers: list[StoredServer] = []
    pre_connect_requests: list[PreConnect] = []
    transfer_targets: list[dict[str, Any]] = []
    outbound_trunk_id: str | None = None
    caller_id: str | None = None
    llm: list[Llm] = []
    recording: bool | None = None


def stored(row: AgentRow) -> Document:
    """Return the document in ``row``."""
    return Document.model_validate(row.document)


def view(row: AgentRow) -> Agent:
    """Return what a user is shown of the agent in ``row``."""
    document = stored(row)
    return Agent(
        id=row.id,
        created_at=when(row.created_at),
        updated_at=when(row.updated_at),
        tools=[_tool(tool) for tool in document.tools],
        tool_servers=[_server(server) for server in document.tool_servers],
        pre_connect_requests=[
            PreConnectRead(**_http(request).model_dump(), timeout_ms=request.timeout_ms)
            for request in document.pre_connect_requests
        ],
        llm=[LlmRead(base_url=llm.base_url, model=llm.model) for llm in document.llm],
        **document.model_dump(exclude={"tools", "tool_servers", "pre_connect_requests", "llm"}),
    )


def when(seconds: float) -> datetime:
    """Return a moment as it is shown."""
    return datetime.fromtimestamp(seconds, UTC)


def _tool(tool: StoredTool) -> ToolRead:
    return ToolRead(http=_http(tool.http) if tool.http else None, **tool.model_dump(exclude={"http"}))


def _server(server: StoredServer) -> ToolServerRead:
    return ToolServerRead(name=server.name, url=server.http.url, headers=_http(server.http).headers)


def _http(http: Http) -> HttpRead:
    headers = [HeaderRead(name=header.name, last_set_at=when(header.last_set_at)) for header in http.headers]
    return HttpRead(url=http.url, http_method=http.http_method, headers=headers)
