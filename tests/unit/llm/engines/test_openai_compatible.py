"""The engine for OpenAI-compatible servers, against a real one that behaves and misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest

from natter_llm.config import LlmConfig
from natter_llm.engine import ChatMessage, Done, Event, Request, Role, Text, ToolCall, Usage
from natter_llm.engines.openai_compatible import OpenAiCompatible
from natter_runtime.errors import EngineError
from tests.support.llm_contract import ASKED, WANTS_TOOL, collect, into, text_of
from tests.support.llm_server import ChatServer, Hangup, Part, Reply, Wait, call, chat_server, chunk, saying, usage


@contextlib.asynccontextmanager
async def talking_to(
    *replies: Reply, server: ChatServer | None = None, **settings: object
) -> AsyncIterator[tuple[OpenAiCompatible, ChatServer]]:
    async with chat_server(*replies, server=server) as served:
        config = LlmConfig(**{"base_url": served.url, "model": "m", "api_key": "secret", **settings})  # type: ignore[arg-type]
        engine = OpenAiCompatible(config)
        try:
            yield engine, served
        finally:
            await engine.close()


async def test_what_is_sent_and_what_comes_back() -> None:
    async with talking_to(saying("Hel", "lo ✓")) as (engine, server):
        request = Request(ASKED.messages, WANTS_TOOL.tools, 0.5, 50)
        events = await collect(engine.generate(request))
    assert events == [Text("Hel"), Text("lo ✓"), Done("stop", Usage(11, 4))]
    sent = server.requests[0]
    assert server.headers[0]["authorization"] == "Bearer secret"
    assert (sent["model"], sent["stream"], sent["stream_options"]) == ("m", True, {"include_usage": True})
    assert (sent["temperature"], sent["max_tokens"]) == (0.5, 50)
    assert sent["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "What is Natter?"},
    ]
    assert sent["tools"][0]["function"]["name"] == "get_weather"


async def test_without_a_key_none_is_sent() -> None:
    async with talking_to(saying("a"), api_key="") as (engine, server):
        await collect(engine.generate(ASKED))
    assert "authorization" not in server.headers[0]


async def test_connections_are_used_again() -> None:
    async with talking_to(saying("a")) as (engine, server):
        for _ in range(4):
            await collect(engine.generate(ASKED))
    assert server.connections == 1


async def test_tool_calls_are_put_together_from_their_pieces() -> None:
    parts: list[Part] = [
        chunk(content="Let me see."),
        chunk(tool_calls=[call(0, "a", "f"), call(1, "b", "g", "{")]),
        chunk(tool_calls=[call(1, arguments="}"), call(0, arguments='{"x": 1}')]),
        chunk(finish="tool_calls"),
        usage(1, 2),
        "[DONE]",
    ]
    async with talking_to(Reply(parts)) as (engine, _):
        events = await collect(engine.generate(WANTS_TOOL))
    assert events == [
        Text("Let me see."),
        ToolCall("a", "f", '{"x": 1}'),
        ToolCall("b", "g", "{}"),
        Done("tool_calls", Usage(1, 2)),
    ]


@pytest.mark.parametrize(
    ("status", "retryable"),
    [(400, False), (401, False), (403, False), (404, False), (429, True), (500, True), (503, True)],
)
async def test_refusals(status: int, retryable: bool) -> None:
    body = json.dumps({"error": {"message": "no, because"}})
    async with talking_to(Reply(status=status, content_type="application/json", body=body)) as (engine, _):
        with pytest.raises(EngineError, match=f"{status}: no, because") as caught:
            await collect(engine.generate(ASKED))
    assert caught.value.retryable is retryable
    assert "secret" not in str(caught.value)


async def test_a_server_that_is_not_there() -> None:
    async with talking_to(saying("x")) as (engine, server):
        pass
    engine = OpenAiCompatible(LlmConfig(base_url=server.url, model="m"))
    with pytest.raises(EngineError, match=r"127\.0\.0\.1") as caught:
        await collect(engine.generate(ASKED))
    assert caught.value.retryable
    await engine.close()


@pytest.mark.parametrize(
    ("parts", "said", "words"),
    [
        ([Wait(5)], "", "nothing came for 0.1 s"),
        ([chunk(content="Hel"), Wait(5)], "Hel", "nothing more came for 0.05 s"),
    ],
)
async def test_stalls(parts: list[object], said: str, words: str) -> None:
    settings = {"first_token_s": 0.1, "next_token_s": 0.05}
    heard: list[Event] = []
    async with talking_to(Reply(parts), **settings) as (engine, server):  # type: ignore[arg-type]
        with pytest.raises(EngineError, match=words) as caught:
            await into(heard, engine.generate(ASKED))
        async with asyncio.timeout(2):
            await server.hung_up.wait()
    assert caught.value.retryable
    assert text_of(heard) == said


@pytest.mark.parametrize(
    ("parts", "words", "retryable"),
    [
        ([chunk(content="Hel"), Hangup()], "127.0.0.1", True),
        ([chunk(content="Hel")], "ended in the middle", True),
        ([chunk(content="Hel"), {"error": {"message": "overloaded", "code": 529}}], "overloaded", True),
        ([{"error": {"message": "too long", "code": 400}}], "too long", False),
        (["{not json"], "no JSON", True),
        (["[1]"], "no object", True),
    ],
)
async def test_broken_streams(parts: list[object], words: str, retryable: bool) -> None:
    async with talking_to(Reply(parts)) as (engine, _):  # type: ignore[arg-type]
        with pytest.raises(EngineError, match=words) as caught:
            await collect(engine.generate(ASKED))
    assert caught.value.retryable is retryable


async def test_a_stream_without_its_last_line_is_whole_if_the_model_had_finished() -> None:
    async with talking_to(Reply([chunk(content="Hi"), chunk(finish="stop")])) as (engine, _):
        assert text_of(await collect(engine.generate(ASKED))) == "Hi"


async def test_an_answer_that_was_not_streamed() -> None:
    message = {
        "content": "Hi.",
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
    }
    body = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3}})
    async with talking_to(Reply(content_type="application/json", body=body)) as (engine, _):
        events = await collect(engine.generate(ASKED))
    assert events == [Text("Hi."), ToolCall("a", "f", "{}"), Done("stop", Usage(3, 0))]


async def test_an_older_server_is_asked_without_what_it_does_not_know() -> None:
    body = json.dumps({"error": {"message": "unknown field: stream_options"}})
    refusal = Reply(status=400, content_type="application/json", body=body)
    async with talking_to(refusal, saying("Hi")) as (engine, server):
        assert text_of(await collect(engine.generate(ASKED))) == "Hi"
        await collect(engine.generate(ASKED))
    assert ["stream_options" in sent for sent in server.requests] == [True, False, False]


async def test_stopping_closes_the_request() -> None:
    async with talking_to(Reply([chunk(content="Hel"), Wait(5)]), saying("Yes")) as (engine, server):
        async with contextlib.aclosing(engine.generate(ASKED)) as stream:
            assert await anext(stream) == Text("Hel")
        async with asyncio.timeout(2):
            await server.hung_up.wait()
        assert text_of(await collect(engine.generate(ASKED))) == "Yes"


async def test_warming_up_opens_the_connection() -> None:
    async with talking_to(saying("x")) as (engine, server):
        await engine.warm_up()
        await collect(engine.generate(ASKED))
        assert engine.info.model == "m"
    assert server.connections == 1


async def test_the_first_model_of_the_server_is_used_where_none_is_set() -> None:
    async with talking_to(saying("x"), model="") as (engine, server):
        await engine.warm_up()
        await collect(engine.generate(ASKED))
    assert server.requests[0]["model"] == engine.info.model == "model-a"


async def test_a_server_that_lists_no_models_is_no_obstacle_if_one_is_set() -> None:
    async with talking_to(saying("x"), server=ChatServer([saying("x")], models_status=404)) as (engine, _):
        await engine.warm_up()
        assert text_of(await collect(engine.generate(ASKED))) == "x"


@pytest.mark.parametrize("server", [ChatServer(models_status=404), ChatServer(models=[])])
async def test_without_any_model_it_says_what_to_set(server: ChatServer) -> None:
    async with talking_to(server=server, model="") as (engine, _):
        with pytest.raises(EngineError, match="set NATTER_LLM_MODEL"):
            await engine.warm_up()


async def test_history_with_tools_is_sent_as_chat_messages() -> None:
    messages = (
        ChatMessage(Role.USER, "a"),
        ChatMessage(Role.USER, "b"),
        ChatMessage(Role.ASSISTANT, "c", (ToolCall("x", "f", "{}"),)),
        ChatMessage(Role.TOOL, "r", call="x"),
    )
    async with talking_to(saying("x")) as (engine, server):
        await collect(engine.generate(Request(messages)))
    assert [message["role"] for message in server.requests[0]["messages"]] == ["user", "assistant", "tool"]
