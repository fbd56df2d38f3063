"""Models of agents' own."""

from __future__ import annotations

import httpx
import pytest

from natter_llm.config import LlmConfig
from natter_llm.engine import ChatMessage, Request, Role, Text
from natter_llm.own_models import MAX_IDLE, OwnModels
from natter_protocol.errors import ErrorRaised
from natter_protocol.reply import ReplyFinished, ReplyStarted
from natter_protocol.settings import OwnModel, SessionSettings
from natter_runtime.errors import EngineError
from natter_runtime.seal import Sealer
from tests.support.llm_rig import Puppet, rig
from tests.support.llm_server import chat_server, saying

SEALER = Sealer("a secret that is long enough")
REQUEST = Request((ChatMessage(Role.USER, "Hi"),))
CONFIG = LlmConfig(http_tools_private=True)


async def text_of(models: OwnModels, model: OwnModel) -> str:
    engine = models.take(model)
    try:
        return "".join([event.delta async for event in engine.generate(REQUEST) if isinstance(event, Text)])
    finally:
        await models.give_back(model)


async def test_it_is_asked_with_its_own_key_and_model() -> None:
    models = OwnModels(CONFIG, SEALER)
    async with chat_server(saying("Hello!")) as server:
        model = OwnModel(server.url, "small", SEALER.seal("sk-hunter2"))
        assert await text_of(models, model) == "Hello!"
        assert server.requests[0]["model"] == "small"
        assert server.headers[0]["authorization"] == "Bearer sk-hunter2"
        await models.close()


async def test_a_server_without_a_key() -> None:
    models = OwnModels(CONFIG, Sealer(""))
    async with chat_server(saying("Hello!")) as server:
        assert await text_of(models, OwnModel(server.url, "small")) == "Hello!"
        assert "authorization" not in server.headers[0]
        await models.close()


async def test_private_hosts_are_not_asked_unless_that_is_allowed() -> None:
    models = OwnModels(LlmConfig(), SEALER)
    async with chat_server(saying("Hello!")) as server:
        for url in (server.url, f"https://2130706433:{server.port}/v1"):
            with pytest.raises(EngineError, match="not called"):
                await text_of(models, OwnModel(url, "small"))
        assert server.requests == []
        await models.close()


@pytest.mark.parametrize("sealer", [Sealer(""), Sealer("another secret that is long")])
async def test_a_key_that_cannot_be_opened(sealer: Sealer) -> None:
    models = OwnModels(CONFIG, sealer)
    with pytest.raises(EngineError, match="key of the agent's model"):
        await text_of(models, OwnModel("https://example.com/v1", "small", SEALER.seal("sk")))
    await models.close()


class Noting(httpx.AsyncBaseTransport):
    """Notes whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down")

    async def aclose(self) -> None:
        self.closed = True


async def test_calls_with_one_agent_share_one_engine() -> None:
    models = OwnModels(CONFIG, SEALER, Noting)
    first, second = OwnModel("https://a.example", "m"), OwnModel("https://b.example", "m")
    assert models.take(first) is models.take(first)
    assert models.take(second) is not models.take(first)
    assert models.take(first).info.model == "m"
    await models.close()


async def test_idle_engines_are_kept_and_not_without_end() -> None:
    made: list[Noting] = []

    def connect() -> Noting:
        made.append(Noting())
        return made[-1]

    models = OwnModels(CONFIG, SEALER, connect)
    busy = OwnModel("https://busy.example", "m")
    models.take(busy)
    for number in range(MAX_IDLE + 3):
        model = OwnModel(f"https://a{number}.example", "m")
        models.take(model)
        await models.give_back(model)
    assert [transport.closed for transport in made] == [False, True, True, True, *[False] * MAX_IDLE]
    await models.close()
    assert all(transport.closed for transport in made)


async def test_a_session_is_answered_by_its_agents_model() -> None:
    async with chat_server(saying("Own words.")) as server:
        model = OwnModel(server.url, "small", SEALER.seal("sk"))
        models = OwnModels(CONFIG, SEALER)
        settings = SessionSettings(system_prompt="Be kind.", llm=model)
        async with rig(Puppet(), settings, own=models) as r, r.worker():
            await r.commit(1, "Hello?")
            finished = await r.wait_for(ReplyFinished, 1)
            assert (finished.text, finished.model) == ("Own words.", "small")
            assert (await r.wait_for(ReplyStarted)).model == "small"
        await models.close()


async def test_a_model_that_fails_is_told_of_without_its_key() -> None:
    models = OwnModels(LlmConfig(), SEALER)
    settings = SessionSettings(llm=OwnModel("http://127.0.0.1:1/v1", "small", SEALER.seal("sk-hunter2")))
    async with rig(Puppet(), settings, own=models) as r, r.worker():
        await r.commit(1, "Hello?")
        error = await r.wait_for(ErrorRaised)
        assert "not called" in error.message
        assert not error.retryable
        assert "hunter2" not in str(r.said)
        assert "sk-" not in error.message
    await models.close()
