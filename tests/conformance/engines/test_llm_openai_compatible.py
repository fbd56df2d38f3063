"""The engine for OpenAI-compatible servers keeps the engines' contract, against a real server."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from natter_llm.config import LlmConfig
from natter_llm.engine import Engine
from natter_llm.engines.openai_compatible import OpenAiCompatible
from tests.support.llm_contract import LlmEngineContract
from tests.support.llm_scenes import Knowing
from tests.support.llm_server import chat_server


class TestOpenAiCompatible(LlmEngineContract):
    @contextlib.asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        async with chat_server(server=Knowing()) as server:
            engine = OpenAiCompatible(LlmConfig(base_url=server.url, api_key="k"))
            await engine.warm_up()
            yield engine
            await engine.close()
