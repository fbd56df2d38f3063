"""The scripted engine keeps the engines' contract."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from natter_llm.engine import Engine
from natter_llm.engines.scripted import Scripted, parse
from natter_runtime.clock import SystemClock
from tests.support.llm_contract import LlmEngineContract

SCRIPT = "Natter is a platform.\n\nIt is mild and sunny."
CALLING = '!tool get_weather {"city": "Berlin"}\n\nIt is mild and sunny.'


class TestScripted(LlmEngineContract):
    script = SCRIPT

    @contextlib.asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        engine = Scripted(SystemClock(), parse(self.script))
        await engine.warm_up()
        yield engine
        await engine.close()

    async def test_calls_a_tool_with_json_arguments(self) -> None:
        self.script = CALLING
        await super().test_calls_a_tool_with_json_arguments()

    async def test_goes_on_after_a_result(self) -> None:
        self.script = CALLING
        await super().test_goes_on_after_a_result()
