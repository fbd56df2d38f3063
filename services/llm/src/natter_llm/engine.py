"""What a language model is to this service: one shared engine, one stream of events per request.

A request is in a neutral form: no provider's JSON, no bus message. An engine keeps nothing between
requests, so one instance serves every session, and cancelling the iteration of a request stops it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Role(StrEnum):
    """Who a message is from."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model wants a tool to be called; an event of a stream, and a part of the history.

    Attributes:
        id: joins the call with its result; unique within one request.
        arguments: JSON text, as the model wrote it: neither parsed nor checked.
    """

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of the conversation.

    Attributes:
        calls: tools that an assistant's message called.
        call: for a tool's message, the id of the call that it answers.
    """

    role: Role
    content: str = ""
    calls: tuple[ToolCall, ...] = ()
    call: str = ""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the model is told of it. ``parameters`` is a JSON Schema object."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What a model is asked. ``None`` leaves a value to the provider."""

    messages: tuple[ChatMessage, ...]
    tools: tuple[ToolSpec, ...] = ()
    temperature: float | None = None
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a request cost, in tokens; 0 where the provider does not say."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer, to be appended to what came before."""

    delta: str


@dataclass(frozen=True, slots=True)
class Done:
    """The last event of a stream.

    ``finish_reason`` is ``stop``, ``tool_calls``, ``length`` or another word of the provider's.
    """

    finish_reason: str
    usage: Usage = Usage()


Event = Text | ToolCall | Done


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine declares.

    Attributes:
        name: as ``NATTER_LLM_ENGINE`` calls it.
        model: the model behind it, for logs and traces.
    """

    name: str
    model: str


class Engine(Protocol):
    """A language model, loaded once and shared by all sessions."""

    @property
    def info(self) -> EngineInfo:
        """What it is; complete once :meth:`warm_up` has returned."""
        ...

    async def warm_up(self) -> None:
        """Load and touch whatever would make the first request slow.

        Raises:
            EngineError: it cannot work at all.
        """
        ...

    def generate(self, request: Request) -> AsyncGenerator[Event, None]:
        """Answer ``request``: texts and calls in the order they are made, and one :class:`Done` at the end.

        Raises:
            EngineError: the provider failed or missed a deadline; ``retryable`` says whether to ask again.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
