"""The embedded demo keeps the engines' contract."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from natter_llm.engine import Engine
from natter_llm.engines.demo import Demo
from natter_runtime.clock import ManualClock
from tests.support.llm_contract import LlmEngineContract


class TestDemo(LlmEngineContract):
    @contextlib.asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        engine = Demo.load(None, ManualClock())
        await engine.warm_up()
        yield engine
        await engine.close()
