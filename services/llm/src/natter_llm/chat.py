"""The chat-completions JSON that OpenAI introduced and nearly every provider speaks. Pure.

Used by every engine whose library or server takes this form: neutral messages to JSON, streamed
pieces of tool calls to whole ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from natter_llm.engine import ChatMessage, Request, Role, ToolCall, ToolSpec, Usage

Json = dict[str, Any]


def messages_json(messages: Iterable[ChatMessage]) -> list[Json]:
    """Return ``messages`` as the ``messages`` of a chat request."""
    return [_message(message) for message in messages]


def _message(message: ChatMessage) -> Json:
    if message.role is Role.TOOL:
        return {"role": "tool", "tool_call_id": message.call, "content": message.content}
    if not message.calls:
        return {"role": message.role.value, "content": message.content}
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in message.calls
    ]
    return {"role": "assistant", "content": message.content or None, "tool_calls": calls}


def tools_json(tools: Iterable[ToolSpec]) -> list[Json]:
    """Return ``tools`` as the ``tools`` of a chat request."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters or {"type": "object", "properties": {}},
            },
        }
        for tool in tools
    ]


def options(request: Request) -> Json:
    """Return the parts of a chat request that are only sent when they are stated."""
    stated: Json = {}
    if request.tools:
        stated["tools"] = tools_json(request.tools)
    if request.temperature is not None:
        stated["temperature"] = request.temperature
    if request.max_tokens is not None:
        stated["max_tokens"] = request.max_tokens
    return stated


def usage_of(value: Mapping[str, Any] | None) -> Usage:
    """Return the token counts in a ``usage`` object, or zeros."""
    if not value:
        return Usage()
    return Usage(int(value.get("prompt_tokens") or 0), int(value.get("completion_tokens") or 0))


@dataclass(slots=True)
class _Partial:
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class CallAssembler:
    """Puts streamed pieces of tool calls together.

    A piece belongs to the call of its ``index``. Some servers send whole calls with no index, or all
    with index 0; there a new id with a name begins a new call.
    """

    _calls: list[_Partial] = field(default_factory=list)
    _by_index: dict[int, _Partial] = field(default_factory=dict)

    def add(self, piece: Mapping[str, Any]) -> None:
        """Take one element of a delta's ``tool_calls``."""
        function = piece.get("function") or {}
        id, name = piece.get("id") or "", function.get("name") or ""
        index = piece.get("index")
        call = self._by_index.get(index) if index is not None else (self._calls[-1] if self._calls else None)
        if call is None or (id and name and call.id and id != call.id):
            call = _Partial()
            self._calls.append(call)
        if index is not None:
            self._by_index[index] = call
        call.id = call.id or id
        call.name = call.name or name
        arguments = function.get("arguments")
        call.arguments += arguments if isinstance(arguments, str) else ""

    def calls(self) -> Iterator[ToolCall]:
        """Yield the calls as far as they have names; a missing id becomes a numbered one."""
        for number, call in enumerate(self._calls):
            if call.name:
                yield ToolCall(call.id or f"call_{number}", call.name, call.arguments or "{}")
