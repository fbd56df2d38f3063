"""Deadlines for a stream: one for its first item, one for every pause after it (rule R6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

from natter_runtime.errors import EngineError

T = TypeVar("T")


async def within(items: AsyncIterator[T], first_s: float, next_s: float) -> AsyncGenerator[T, None]:
    """Yield ``items`` as they come.

    Args:
        items: what a provider sends.
        first_s: seconds until the first one must be there.
        next_s: seconds that may pass between two.

    Raises:
        EngineError: one of them passed; retryable.
    """
    limit, what = first_s, "nothing came"
    while True:
        try:
            async with asyncio.timeout(limit):
                item = await anext(items)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise EngineError(f"the model stalled: {what} for {limit:g} s", retryable=True) from None
        yield item
        limit, what = next_s, "nothing more came"
