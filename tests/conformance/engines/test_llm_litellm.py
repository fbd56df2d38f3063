"""The litellm engine keeps the engines' contract, against a real server."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from importlib.util import find_spec

import pytest

from natter_llm.config import LlmConfig
from natter_llm.engine import Engine
from natter_llm.engines.litellm import LiteLlm
from tests.support.llm_contract import LlmEngineContract
from tests.support.llm_scenes import Knowing
from tests.support.llm_server import chat_server

pytestmark = [
    pytest.mark.skipif(find_spec("litellm") is None, reason="natter-llm[litellm] is not installed"),
    pytest.mark.filterwarnings("ignore"),  # the library's own, about its data models
]


class TestLiteLlm(LlmEngineContract):
    cancel_after_s = 0.05  # cancelled while it prepares a request, the library leaves a coroutine unawaited

    @contextlib.asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        async with chat_server(server=Knowing()) as server:
            config = LlmConfig(model="openai/test", base_url=server.url, api_key="k")
            engine = LiteLlm(config)
            await engine.warm_up()
            yield engine
            await engine.close()
