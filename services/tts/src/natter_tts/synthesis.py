"""One call of the engine, on a thread of the executor, with its chunks arriving on the event loop."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

from natter_runtime.errors import EngineError
from natter_runtime.executor import ModelExecutor, Priority, Skipped
from natter_runtime.queues import BoundedQueue, Overflow, QueueFull
from natter_runtime.tasks import spawn, stop
from natter_tts.engine import Chunk, Engine

log = logging.getLogger(__name__)

MAX_CHUNKS: Final = 4096
"""More than a segment ever has; an engine that exceeds it has run wild, and is stopped."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """The last item of a call: it returned, or it failed with ``error``."""

    error: Exception | None = None


class Synthesis:
    """A call that is under way.

    Args:
        engine, executor: what speaks, and where.
        text, voice: what and how.
        priority: of the job.
        patience_s: longest wait for a chunk, the first one included.
    """

    def __init__(
        self, engine: Engine, executor: ModelExecutor, text: str, voice: str, priority: Priority, patience_s: float
    ) -> None:
        self._engine = engine
        self._executor = executor
        self._text = text
        self._voice = voice
        self._priority = priority
        self._patience_s = patience_s
        self._cancelled = threading.Event()
        self._items: BoundedQueue[Chunk | _Ended] = BoundedQueue("tts.chunks", MAX_CHUNKS, Overflow.FAIL)

    async def chunks(self, group: asyncio.TaskGroup) -> AsyncGenerator[Chunk, None]:
        """Yield the chunks as they come. Closing the generator, at whatever point, stops the engine.

        Raises:
            EngineError: the engine failed, or gave nothing for ``patience_s`` seconds.
        """
        job = spawn(group, self._job(), "tts.job")
        try:
            while True:
                try:
                    async with asyncio.timeout(self._patience_s):
                        item = await self._items.get()
                except TimeoutError:
                    raise EngineError(f"no audio for {self._patience_s:g} s", retryable=True) from None
                if isinstance(item, _Ended):
                    if item.error is not None:
                        raise EngineError(str(item.error) or type(item.error).__name__, retryable=True) from item.error
                    return
                yield item
        finally:
            self._cancelled.set()
            await stop(job)

    async def _job(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await self._executor.run(lambda: self._work(loop), priority=self._priority)
        except Skipped as error:
            self._put(_Ended(error))

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run on the thread: hand over chunk after chunk until the end or until nobody listens."""
        ended = _Ended()
        try:
            for chunk in self._engine.synthesize(self._text, self._voice, self._cancelled.is_set):
                if self._cancelled.is_set():
                    break
                loop.call_soon_threadsafe(self._put, chunk)
        except Exception as error:  # noqa: BLE001 - the boundary to foreign code; told to whoever waits
            ended = _Ended(error)
        try:
            loop.call_soon_threadsafe(self._put, ended)
        except RuntimeError:
            log.debug("the event loop was closed before the engine returned")

    def _put(self, item: Chunk | _Ended) -> None:
        try:
            self._items.put_nowait(item)
        except QueueFull:
            self._cancelled.set()
            self._items.get_nowait()
            self._items.put_nowait(_Ended(EngineError(f"more than {MAX_CHUNKS} chunks for one segment")))
