"""What a user writes about an agent, and what comes back. Secrets go in and never come out.

``input`` and ``output`` are those of ``session.update``, checked by the same code (:mod:`.settings`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_TOOLS: Final = 64
MAX_HEADERS: Final = 20
MAX_TOOL_SERVERS: Final = 8

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Mode = Literal["interactive", "hold"]
Prompt = Annotated[str, Field(max_length=100_000)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Shown(BaseModel):
    """A document that goes out; what stands below its fields is their description."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Strict(Shown):
    """A document that comes in: an unknown field is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid")


class Voice(Strict):
    """The voice of an agent."""

    voice_id: Annotated[str, Field(min_length=1, max_length=128, examples=["alba"])]


class HeaderWrite(Strict):
    """A header of a request. ``value`` sets it, the name alone keeps what is set, ``remove`` deletes it."""

    name: Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$", examples=["Authorization"])]
    value: Annotated[str | None, Field(max_length=4096, pattern=r"^[\t\x20-\x7e]*$", examples=["Bearer 5f3c"])] = None
    remove: bool = False


class HeaderRead(Shown):
    """A header of a request; its value is never shown."""

    name: str
    last_set_at: datetime


class HttpWrite(Strict):
    """A request that the platform makes: https, a public host, no redirects."""

    url: Annotated[str, Field(max_length=2048, examples=["https://api.example.com/stock"])]
    http_method: Method = "POST"
    headers: Annotated[list[HeaderWrite] | None, Field(max_length=MAX_HEADERS)] = None
    """Left out: those that are set are kept. A list replaces them."""


class HttpRead(Shown):
    """A request that the platform makes."""

    url: str
    http_method: Method
    headers: list[HeaderRead]


class PreConnectWrite(HttpWrite):
    """A request that is made before a call begins; it may change the greeting or refuse the call."""

    timeout_ms: Annotated[int, Field(ge=50, le=800)] = 800


class PreConnectRead(HttpRead):
    """A request that is made before a call begins."""

    timeout_ms: int


class ResponseInstructions(Strict):
    """What the model is told for the reply that follows a result."""

    success: Annotated[str | None, Field(max_length=500)] = None
    error: Annotated[str | None, Field(max_length=500)] = None


class ToolFields(Strict):
    """What a tool is, however it is written or read."""

    type: Literal["function", "builtin"] = "function"
    """``builtin``: one of ``GET /v1/builtin-tools``, by its name alone."""
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["stock"])]
    description: Annotated[str, Field(max_length=4096)] = ""
    parameters: dict[str, Any] = {}
    """A JSON Schema object."""
    execution_mode: Mode = "interactive"
    timeout_seconds: Annotated[float, Field(ge=1, le=300)] = 120.0
    response_instructions: ResponseInstructions | None = None
    side_effects: bool = False
    """Calling it twice would do something twice."""
    dtmf_collected_arguments: Annotated[list[dict[str, Any]] | None, Field(max_length=32)] = None
    """For phone calls; kept, and of no effect on a socket."""


class ToolWrite(ToolFields):
    """A tool. With ``http`` the platform calls it, without the client does."""

    id: Annotated[str | None, Field(max_length=64)] = None
    """Of the tool that this one replaces; else one of the same name is replaced."""
    http: HttpWrite | None = None


class ToolRead(ToolFields):
    """A tool."""

    id: str
    http: HttpRead | None = None


class LlmWrite(Strict):
    """A language model of one's own: a server that speaks OpenAI's chat completions."""

    base_url: Annotated[str, Field(max_length=2048, examples=["https://llm.example.com/v1"])]
    model: Annotated[str, Field(min_length=1, max_length=256, examples=["gpt-4.1-mini"])]
    api_key: Annotated[str | None, Field(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$")] = None
    """Left out: what is set is kept, as long as ``base_url`` leads to the same server."""


class LlmRead(Shown):
    """A language model of one's own."""

    base_url: str
    model: str


class ToolServerFields(Strict):
    """A server of the Model Context Protocol, by streamable HTTP; asked for its tools when a call begins."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,32}$", examples=["shop"])]
    """Its tools are known to the model as ``<name>_<tool>``."""
    url: Annotated[str, Field(max_length=2048, examples=["https://shop.example.com/mcp"])]
    """https, a public host."""


class ToolServerWrite(ToolServerFields):
    """A server of tools."""

    headers: Annotated[list[HeaderWrite] | None, Field(max_length=MAX_HEADERS)] = None
    """Sent with every request. Left out: those that are set are kept. A list replaces them."""


class ToolServerRead(Shown):
    """A server of tools."""

    name: str
    url: str
    headers: list[HeaderRead]


class AgentFields(Strict):
    """What may be said of an agent beyond what must."""

    greeting: Annotated[str | None, Field(max_length=2000)] = None
    """Spoken word for word when a call begins; null or empty: the agent waits."""
    input: dict[str, Any] | None = None
    """As ``session.input`` of ``session.update``."""
    output: dict[str, Any] | None = None
    """As ``session.output`` of ``session.update``; its ``voice`` is that of ``voice.voice_id``."""
    tools: Annotated[list[ToolWrite], Field(max_length=MAX_TOOLS)] = []
    tool_servers: Annotated[list[ToolServerWrite], Field(max_length=MAX_TOOL_SERVERS)] = []
    """Servers of the Model Context Protocol."""
    pre_connect_requests: Annotated[list[PreConnectWrite], Field(max_length=2)] = []
    transfer_targets: Annotated[list[dict[str, Any]], Field(max_length=32)] = []
    outbound_trunk_id: Annotated[str | None, Field(max_length=128)] = None
    caller_id: Annotated[str | None, Field(max_length=64)] = None
    llm: Annotated[list[LlmWrite], Field(max_length=1)] = []
    """Empty: the platform's model."""
    recording: bool | None = None
    """Whether calls are recorded; null: as the platform is configured."""


_EXAMPLE: Final[dict[str, Any]] = {
    "name": "Bakery",
    "system_prompt": "You answer phones for a bakery. One sentence per turn.",
    "voice": {"voice_id": "alba"},
    "greeting": "Bakery, good morning!",
    "tools": [
        {
            "name": "stock",
            "description": "How many loaves of a kind are left.",
            "parameters": {"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]},
            "http": {
                "url": "https://api.example.com/stock",
                "http_method": "GET",
                "headers": [{"name": "Authorization", "value": "Bearer 5f3c"}],
            },
        },
        {"type": "builtin", "name": "end_call"},
    ],
}


class AgentCreate(AgentFields):
    """A new agent."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    name: Name
    system_prompt: Prompt
    voice: Voice


class AgentUpdate(AgentFields):
    """A change to an agent: what is left out stays as it is, a list that is given replaces the old one."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"greeting": "Good evening!", "recording": False}]}
    )

    name: Name | None = None
    system_prompt: Prompt | None = None
    voice: Voice | None = None


class AgentSummary(Shown):
    """An agent in a list."""

    id: Annotated[str, Field(examples=["agent_0f2b7c5ad9d94c0c8a4f3d5d7f2b9e61"])]
    name: str
    created_at: datetime
    updated_at: datetime


class Agent(AgentSummary):
    """An agent."""

    system_prompt: str
    voice: Voice
    greeting: str | None
    input: dict[str, Any] | None
    output: dict[str, Any] | None
    tools: list[ToolRead]
    tool_servers: list[ToolServerRead]
    pre_connect_requests: list[PreConnectRead]
    transfer_targets: list[dict[str, Any]]
    outbound_trunk_id: str | None
    caller_id: str | None
    llm: list[LlmRead]
    recording: bool | None
