"""Starting the systems that are measured, each in processes of its own, on free ports of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

READY_S: Final = 180.0
STOP_S: Final = 15.0
_LOOK_S: Final = 0.1


class Unavailable(Exception):
    """The system cannot be run here; the message says why."""


@asynccontextmanager
async def process(command: Sequence[str], env: Mapping[str, str], log: Path, ready: str) -> AsyncIterator[None]:
    """Run ``command`` while the block runs; enter when its output, which goes to ``log``, says ``ready``.

    Raises:
        Unavailable: it ended, or was not ready in time.
    """
    with log.open("wb") as output:
        running = await asyncio.create_subprocess_exec(
            *command,
            env=dict(env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        await _until_ready(running, log, ready)
        yield
    finally:
        await _stop(running)


async def _until_ready(running: asyncio.subprocess.Process, log: Path, ready: str) -> None:
    try:
        async with asyncio.timeout(READY_S):
            while ready not in _tail(log):
                if running.returncode is not None:
                    raise Unavailable(f"it ended with {running.returncode}: {_tail(log)}")
                await asyncio.sleep(_LOOK_S)
    except TimeoutError:
        raise Unavailable(f"not ready in {READY_S:g} s: {_tail(log)}") from None


async def _stop(running: asyncio.subprocess.Process) -> None:
    if running.returncode is not None:
        return
    running.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_S):
            await running.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        await running.wait()


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:]
