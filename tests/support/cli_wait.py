"""Waiting for something outside the event loop: a file, another process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_STEP_S = 0.02


async def until(condition: Callable[[], object], timeout: float = 20.0) -> None:
    """Return when ``condition`` holds.

    Raises:
        TimeoutError: it does not within ``timeout`` seconds.
    """
    for _ in range(int(timeout / _STEP_S)):
        if condition():
            return
        await asyncio.sleep(_STEP_S)
    raise TimeoutError(f"still not, after {timeout:g} s")
