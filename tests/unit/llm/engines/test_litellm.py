"""The litellm engine against a real server: what it sends, its errors, and that it stays quiet."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib.util import find_spec

import pytest

from natter_llm.config import LlmConfig
from natter_llm.engine import ChatMessage, Done, Event, Role, Text, Usage
from natter_llm.engines.litellm import LiteLlm, instructions_as_user
from natter_runtime.errors import EngineError, UsageError
from tests.support.llm_contract import ASKED, WANTS_TOOL, collect, into, text_of
from tests.support.llm_server import ChatServer, Hangup, Reply, Wait, chat_server, chunk, saying

pytestmark = [
    pytest.mark.skipif(find_spec("litellm") is None, reason="natter-llm[litellm] is not installed"),
    pytest.mark.filterwarnings("ignore"),  # the library's own, about its data models
]


@contextlib.asynccontextmanager
async def talking_to(*replies: Reply, **settings: object) -> AsyncIterator[tuple[LiteLlm, ChatServer]]:
    async with chat_server(*replies) as server:
        config = LlmConfig(**{"base_url": server.url, "model": "openai/m", "api_key": "secret", **settings})  # type: ignore[arg-type]
        engine = LiteLlm(config)
        await engine.warm_up()
        try:
            yield engine, server
        finally:
            await engine.close()


async def test_what_is_sent_and_what_comes_back() -> None:
    async with talking_to(saying("Hel", "lo")) as (engine, server):
        events = await collect(engine.generate(ASKED))
    assert events[:2] == [Text("Hel"), Text("lo")]
    assert events[-1] == Done("stop", Usage(11, 4))
    sent = server.requests[0]
    assert server.headers[0]["authorization"] == "Bearer secret"
    assert (sent["model"], sent["stream"]) == ("m", True)
    assert "tools" not in sent


@pytest.mark.parametrize(("status", "retryable"), [(401, False), (400, False), (429, True), (500, True)])
async def test_refusals(status: int, retryable: bool) -> None:
    body = json.dumps({"error": {"message": "no, because"}})
    async with talking_to(Reply(status=status, content_type="application/json", body=body)) as (engine, server):
        with pytest.raises(EngineError, match="no, because") as caught:
            await collect(engine.generate(ASKED))
    assert caught.value.retryable is retryable
    assert len(server.requests) == 1


async def test_stalls() -> None:
    async with talking_to(Reply([chunk(content="Hel"), Wait(5)]), next_token_s=0.1) as (engine, _):
        with pytest.raises(EngineError, match="nothing more came") as caught:
            await collect(engine.generate(ASKED))
    assert caught.value.retryable


async def test_a_connection_that_breaks() -> None:
    async with talking_to(Reply([chunk(content="Hel"), Hangup()])) as (engine, _):
        heard: list[Event] = []
        with pytest.raises(EngineError) as caught:
            await into(heard, engine.generate(ASKED))
    assert caught.value.retryable
    assert text_of(heard) == "Hel"


async def test_stopping_closes_the_request() -> None:
    async with talking_to(Reply([chunk(content="Hel"), Wait(5)])) as (engine, server):
        async with contextlib.aclosing(engine.generate(ASKED)) as stream:
            assert await anext(stream) == Text("Hel")
        async with asyncio.timeout(2):
            await server.hung_up.wait()


async def test_a_model_string_without_a_provider_is_a_wrong_setting() -> None:
    engine = LiteLlm(LlmConfig(model="no-such-model"))
    with pytest.raises(UsageError, match="NATTER_LLM_MODEL='no-such-model'"):
        await engine.warm_up()


async def test_tools_are_sent() -> None:
    async with talking_to(saying("x")) as (engine, server):
        await collect(engine.generate(WANTS_TOOL))
    assert server.requests[0]["tools"][0]["function"]["name"] == "get_weather"


def test_late_instructions_stay_late_where_the_provider_would_move_them() -> None:
    messages = (ChatMessage(Role.SYSTEM, "S"), ChatMessage(Role.ASSISTANT, "A"), ChatMessage(Role.SYSTEM, "Sing."))
    changed = instructions_as_user(messages)
    assert changed[:2] == messages[:2]
    assert changed[2] == ChatMessage(Role.USER, "[Instruction, not said by the user: Sing.]")


async def test_nothing_is_logged_or_called_back() -> None:
    async with talking_to(saying("x")):
        library = sys.modules["litellm"]
    assert library.disable_streaming_logging is True
    assert library.callbacks == library.success_callback == library.failure_callback == []
    assert os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"


def test_the_service_does_not_import_it_before_it_is_chosen() -> None:
    code = "import natter_llm.main, sys; assert 'litellm' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
