"""The turn service's wiring."""

from __future__ import annotations

import asyncio

import numpy as np

from natter_runtime import app
from natter_runtime.app import Runtime, Service, serve_sessions
from natter_runtime.executor import ModelExecutor
from natter_turn.activity import WINDOW
from natter_turn.config import TurnConfig
from natter_turn.engine import Models
from natter_turn.engines import choose, load
from natter_turn.worker import HEARING, TurnWorker


def _warm(models: Models) -> None:
    detector = models.detectors.open()
    for _ in range(4):
        detector(np.zeros(WINDOW, np.float32))
    if models.judge is not None:
        models.judge(np.zeros(16_000, np.float32))


async def serve(config: TurnConfig, runtime: Runtime) -> None:
    """Load the models and take sessions until ``runtime.stopping``."""
    choice = choose(config)
    models = await asyncio.to_thread(load, choice, runtime.config.models)
    await asyncio.to_thread(_warm, models)
    executor = ModelExecutor("turn", config.threads)
    runtime.metrics.watch(executor)
    worker = TurnWorker(models, executor, runtime.clock, runtime.tracer, runtime.metrics)
    try:
        await serve_sessions(runtime, HEARING, worker.attend, engine=choice.engine, model=choice.model)
    finally:
        executor.close()


service = Service(name="turn", config=TurnConfig, serve=serve)


def main() -> None:
    """Run the turn service as a process."""
    app.main(service)
