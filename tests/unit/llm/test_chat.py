"""Neutral messages to chat JSON, and the pieces of a stream to events."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from natter_llm.chat import CallAssembler, StreamReader, merged, messages_json, options, usage_of, words_of
from natter_llm.engine import ChatMessage, Done, Request, Role, Text, ToolCall, ToolSpec, Usage
from natter_runtime.errors import EngineError


def test_messages() -> None:
    found = messages_json(
        [
            ChatMessage(Role.SYSTEM, "S"),
            ChatMessage(Role.USER, "U"),
            ChatMessage(Role.ASSISTANT, "", (ToolCall("c", "t", '{"a": 1}'),)),
            ChatMessage(Role.TOOL, "R", call="c"),
        ]
    )
    call = {"id": "c", "type": "function", "function": {"name": "t", "arguments": '{"a": 1}'}}
    assert found == [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "U"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "R"},
    ]


def test_neighbours_of_one_speaker_become_one_message() -> None:
    call = ToolCall("c", "t", "{}")
    assert merged(
        [
            ChatMessage(Role.USER, "a"),
            ChatMessage(Role.USER, "b"),
            ChatMessage(Role.ASSISTANT, "c"),
            ChatMessage(Role.ASSISTANT, "", (call,)),
            ChatMessage(Role.TOOL, "1", call="c"),
            ChatMessage(Role.ASSISTANT, "d"),
            ChatMessage(Role.SYSTEM, "e"),
            ChatMessage(Role.SYSTEM, "f"),
        ]
    ) == [
        ChatMessage(Role.USER, "a\nb"),
        ChatMessage(Role.ASSISTANT, "c", (call,)),
        ChatMessage(Role.TOOL, "1", call="c"),
        ChatMessage(Role.ASSISTANT, "d"),
        ChatMessage(Role.SYSTEM, "e"),
        ChatMessage(Role.SYSTEM, "f"),
    ]


def test_only_what_is_stated_is_sent() -> None:
    assert options(Request(())) == {}
    stated = options(Request((), (ToolSpec("t", "d", {}),), 0.5, 99))
    assert (stated["temperature"], stated["max_tokens"]) == (0.5, 99)
    assert stated["tools"][0]["function"] == {
        "name": "t",
        "description": "d",
        "parameters": {"type": "object", "properties": {}},
    }


def piece(**fields: Any) -> dict[str, Any]:
    function = {key: fields.pop(key) for key in ("name", "arguments") if key in fields}
    return {**fields, "function": function}


@pytest.mark.parametrize(
    ("pieces", "calls"),
    [
        (
            [
                piece(index=0, id="a", name="f", arguments=""),
                piece(index=1, id="b", name="g", arguments="{"),
                piece(index=0, arguments='{"x":'),
                piece(index=1, arguments="}"),
                piece(index=0, arguments="1}"),
            ],
            [ToolCall("a", "f", '{"x":1}'), ToolCall("b", "g", "{}")],
        ),
        (
            [piece(id="a", name="f", arguments="{}"), piece(id="b", name="g", arguments="{}")],
            [ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}")],
        ),
        (
            [piece(index=0, id="a", name="f", arguments="{}"), piece(index=0, id="b", name="g", arguments="{}")],
            [ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}")],
        ),
        ([piece(index=0, name="f")], [ToolCall("call_0", "f", "{}")]),
        (
            [piece(index=0, id="a", name="f", arguments=None), piece(index=0, id="a", arguments="{}")],
            [ToolCall("a", "f", "{}")],
        ),
        ([piece(index=0, arguments="{}")], []),
    ],
    ids=["interleaved", "no-index", "same-index", "no-id", "null", "no-name"],
)
def test_calls_are_put_together(pieces: list[dict[str, Any]], calls: list[ToolCall]) -> None:
    assembler = CallAssembler()
    for one in pieces:
        assembler.add(one)
    assert list(assembler.calls()) == calls


def test_a_stream_becomes_events() -> None:
    reader = StreamReader()
    chunks: list[dict[str, Any]] = [
        {"choices": [{"delta": {"role": "assistant", "content": ""}}]},
        {"choices": [{"delta": {"content": "Hel"}}]},
        {"choices": [{"delta": {"content": "lo", "tool_calls": None}}]},
        {"choices": [{"delta": {"tool_calls": [piece(index=0, id="a", name="f", arguments="{}")]}}]},
        {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]},
        {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}},
    ]
    events = list(itertools.chain.from_iterable(map(reader.take, chunks))) + reader.end()
    assert events == [Text("Hel"), Text("lo"), ToolCall("a", "f", "{}"), Done("tool_calls", Usage(5, 2))]


def test_a_stream_that_ends_in_the_middle_may_be_asked_for_again() -> None:
    reader = StreamReader()
    reader.take({"choices": [{"delta": {"content": "Hel"}}]})
    with pytest.raises(EngineError, match="in the middle") as caught:
        reader.end()
    assert caught.value.retryable


@pytest.mark.parametrize(("code", "retryable"), [(429, True), (400, False), ("server_error", True), (None, True)])
def test_a_failure_inside_a_stream(code: object, retryable: bool) -> None:
    with pytest.raises(EngineError, match="too busy") as caught:
        StreamReader().take({"error": {"message": "too busy", "code": code}})
    assert caught.value.retryable is retryable


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"error": {"message": "bad key"}}', "bad key"),
        ('{"error": "bad key"}', "bad key"),
        ('{"detail": "bad key"}', "bad key"),
        ("<html>", "<html>"),
        ("", "no reason given"),
    ],
)
def test_what_a_provider_says_of_an_error(text: str, words: str) -> None:
    assert words_of(text) == words


def test_usage_may_be_missing() -> None:
    assert usage_of(None) == usage_of({"prompt_tokens": None}) == Usage()
