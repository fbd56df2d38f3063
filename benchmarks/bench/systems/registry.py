"""Every system that can be measured, by name: how it is started, and under which settings it is called."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.bench.lines import System
from benchmarks.bench.lines.natter import Natter
from benchmarks.bench.presets import Preset
from benchmarks.bench.systems import Unavailable, peers
from benchmarks.bench.systems import natter as natter_stack


@dataclass(frozen=True)
class Setup:
    """What a system is started with.

    Attributes:
        model_url: of the language model; empty for Natter's own demo.
        presets: of Natter; a peer is measured at its defaults.
        logs: a folder for what the processes print.
        parallel: how many calls there will be at a time.
        in_process: Natter in one process.
    """

    model_url: str
    presets: Sequence[Preset]
    logs: Path
    parallel: int
    in_process: bool = False


Started = Sequence[tuple[System, str]]
"""Systems that can be called, each with the name of its settings."""


@asynccontextmanager
async def natter(setup: Setup) -> AsyncIterator[Started]:
    """Start Natter once, for all presets."""
    suffix = "" if setup.model_url else "+demo"
    async with natter_stack.stack(setup.model_url, setup.logs / "natter.log", in_process=setup.in_process) as url:
        yield [(Natter(url, preset.input), preset.name + suffix) for preset in setup.presets]


def peer(name: str) -> Callable[[Setup], AbstractAsyncContextManager[Started]]:
    """Return how to start another system, at its defaults: a process per call, as it is deployed."""

    @asynccontextmanager
    async def start(setup: Setup) -> AsyncIterator[Started]:
        if not setup.model_url:
            raise Unavailable("the demo is Natter's own")
        async with peers.bots(name, setup.model_url, setup.logs, setup.parallel) as bot:
            yield [(bot, "default")]

    return start


SYSTEMS: Final[dict[str, Callable[[Setup], AbstractAsyncContextManager[Started]]]] = {
    "natter": natter,
    "pipecat": peer("pipecat"),
    "livekit": peer("livekit"),
}
