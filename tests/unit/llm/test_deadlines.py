"""Deadlines of a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from natter_llm.deadlines import within
from natter_runtime.errors import EngineError
from tests.support.llm_contract import into


async def stream(*delays: float) -> AsyncGenerator[int, None]:
    for number, delay in enumerate(delays):
        await asyncio.sleep(delay)
        yield number


async def test_yields_what_comes_in_time() -> None:
    assert [item async for item in within(stream(0.02, 0, 0), 1.0, 0.5)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("delays", "got", "words"),
    [((1.0,), [], "nothing came for 0.02 s"), ((0.0, 1.0), [0], "nothing more came for 0.01 s")],
)
async def test_gives_up_on_what_does_not(delays: tuple[float, ...], got: list[int], words: str) -> None:
    found: list[int] = []
    with pytest.raises(EngineError, match=words) as caught:
        await into(found, within(stream(*delays), 0.02, 0.01))
    assert found == got
    assert caught.value.retryable
