from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing

import numpy as np
import pytest

from natter_runtime.errors import EngineError
from natter_runtime.executor import ModelExecutor, Priority
from natter_tts import synthesis
from natter_tts.engine import Chunk, EngineInfo
from natter_tts.synthesis import Synthesis

INFO = EngineInfo("fake", "", 16_000, ("en",), ("v",), "v", True, False)


class Fake:
    """An engine that does what it was made with."""

    info = INFO

    def __init__(self, work: Callable[[Callable[[], bool]], Iterator[Chunk]]) -> None:
        self._work = work

    def synthesize(self, text: str, voice: str, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        return self._work(cancelled)


@pytest.fixture
async def executor() -> AsyncIterator[ModelExecutor]:
    """One thread."""
    made = ModelExecutor("test")
    yield made
    made.close()


def call(
    executor: ModelExecutor, work: Callable[[Callable[[], bool]], Iterator[Chunk]], patience_s: float
) -> Synthesis:
    """Return a call of an engine that does ``work``."""
    return Synthesis(Fake(work), executor, "text", "v", Priority.FINAL, patience_s)


def numbered(count: int) -> Iterator[Chunk]:
    """Yield chunks that can be told apart."""
    return (Chunk(np.full(1, number, np.int16)) for number in range(count))


async def test_chunks_come_in_order(executor: ModelExecutor) -> None:
    async with asyncio.TaskGroup() as group:
        it = call(executor, lambda _: numbered(5), 1).chunks(group)
        assert [int(chunk.samples[0]) async for chunk in it] == [0, 1, 2, 3, 4]


async def test_what_the_engine_raises_is_an_engine_error(executor: ModelExecutor) -> None:
    def broken(_: Callable[[], bool]) -> Iterator[Chunk]:
        yield from numbered(1)
        raise ZeroDivisionError("oops")

    async with asyncio.TaskGroup() as group:
        chunks = call(executor, broken, 1).chunks(group)
        assert len((await anext(chunks)).samples) == 1
        with pytest.raises(EngineError, match="oops"):
            await anext(chunks)


async def test_patience_ends(executor: ModelExecutor) -> None:
    stopped = threading.Event()

    def stuck(cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        while not cancelled():
            threading.Event().wait(0.001)
        stopped.set()
        return iter(())

    async with asyncio.TaskGroup() as group:
        with pytest.raises(EngineError, match=r"no audio for 0\.05 s"):
            await anext(call(executor, stuck, 0.05).chunks(group))
    assert await asyncio.to_thread(stopped.wait, 1)


async def test_leaving_the_loop_stops_the_engine(executor: ModelExecutor) -> None:
    stopped = threading.Event()

    def endless(cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        while not cancelled():
            yield Chunk(np.zeros(1, np.int16))
            threading.Event().wait(0.001)
        stopped.set()

    async with asyncio.TaskGroup() as group, aclosing(call(executor, endless, 1).chunks(group)) as chunks:
        await anext(chunks)
    assert await asyncio.to_thread(stopped.wait, 1)


async def test_a_full_executor_is_an_engine_error() -> None:
    executor = ModelExecutor("test", limit=0)
    async with asyncio.TaskGroup() as group:
        with pytest.raises(EngineError, match="jobs wait"):
            await anext(call(executor, lambda _: numbered(1), 1).chunks(group))
    executor.close()


async def test_an_engine_that_runs_wild_is_stopped(executor: ModelExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthesis, "MAX_CHUNKS", 3)
    async with asyncio.TaskGroup() as group:
        chunks = call(executor, lambda _: numbered(50), 1).chunks(group)

        async def exhaust() -> None:
            async for _ in chunks:
                await asyncio.sleep(0.05)

        with pytest.raises(EngineError, match="more than 3 chunks"):
            await exhaust()
