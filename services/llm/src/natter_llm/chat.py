"""The chat-completions JSON that OpenAI introduced and nearly every provider speaks. Pure.

Used by every engine whose library or server takes this form: neutral messages to JSON, the pieces of
a stream to events.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from natter_llm.engine import ChatMessage, Done, Event, Request, Role, Text, ToolCall, ToolSpec, Usage
from natter_runtime.errors import EngineError

Json = dict[str, Any]

RETRYABLE: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""HTTP statuses after which the same request may succeed (529: overloaded, Anthropic)."""
MAX_ERROR: Final = 300
"""Characters of a provider's own words that go into an error."""

_JOINED: Final = (Role.USER, Role.ASSISTANT)


def messages_json(messages: Iterable[ChatMessage]) -> list[Json]:
    """Return ``messages`` as the ``messages`` of a chat request.

    Messages of one person that follow each other become one: the templates of many models refuse two
    user's (or two assistant's) messages in a row.
    """
    return [_message(message) for message in merged(messages)]


def merged(messages: Iterable[ChatMessage]) -> list[ChatMessage]:
    """Return ``messages`` with neighbours of the same speaker joined."""
    joined: list[ChatMessage] = []
    for message in messages:
        last = joined[-1] if joined else None
        if last is not None and last.role is message.role and message.role in _JOINED and not last.calls:
            content = "\n".join(filter(None, (last.content, message.content)))
            joined[-1] = ChatMessage(message.role, content, message.calls)
        else:
            joined.append(message)
    return joined


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


class StreamReader:
    """Turns the objects of one stream into events."""

    def __init__(self) -> None:
        self._calls = CallAssembler()
        self._finish = ""
        self._usage = Usage()

    def take(self, chunk: Mapping[str, Any]) -> list[Event]:
        """Return the events in one object of the stream.

        Raises:
            EngineError: the object tells of a failure.
        """
        if chunk.get("error"):
            raise _stream_error(chunk["error"])
        if chunk.get("usage"):
            self._usage = usage_of(chunk["usage"])
        events: list[Event] = []
        for choice in (chunk.get("choices") or [])[:1]:
            delta = choice.get("delta") or {}
            if text := delta.get("content"):
                events.append(Text(text))
            for piece in delta.get("tool_calls") or []:
                self._calls.add(piece)
            self._finish = choice.get("finish_reason") or self._finish
        return events

    def end(self) -> list[Event]:
        """Return what is only certain at the end: whole calls, and that it is done.

        Raises:
            EngineError: the stream ended before the model had finished; retryable.
        """
        if not self._finish:
            raise EngineError("the model's stream ended in the middle", retryable=True)
        return [*self._calls.calls(), Done(self._finish, self._usage)]


def words_of(text: str) -> str:
    """Return what a provider says of an error, whichever of the usual shapes the answer has."""
    try:
        value: Any = json.loads(text)
    except ValueError:
        return text.strip()[:MAX_ERROR] or "no reason given"
    for key in ("error", "message", "detail"):
        if isinstance(value, Mapping) and key in value:
            value = value[key]
    return str(value)[:MAX_ERROR]


def _stream_error(error: Any) -> EngineError:
    code = error.get("code") if isinstance(error, Mapping) else None
    status = code if isinstance(code, int) else 500
    return EngineError(f"the model failed: {words_of(json.dumps(error))}", retryable=status in RETRYABLE)
