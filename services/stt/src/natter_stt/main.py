"""The stt service: loads the recogniser, then serves sessions."""

from __future__ import annotations

import logging
from dataclasses import asdict

from natter_runtime import app
from natter_runtime.app import Runtime, Service, serve_sessions
from natter_runtime.executor import ModelExecutor, Priority
from natter_stt import engines
from natter_stt.config import SttConfig
from natter_stt.wishes import MORE
from natter_stt.worker import HEARING, Worker

log = logging.getLogger(__name__)


async def serve(config: SttConfig, runtime: Runtime) -> None:
    """Serve sessions until ``runtime.stopping`` is set; ready when the engine is loaded and warm.

    Raises:
        UsageError: the settings name an engine that cannot be used.
        EngineError: its model is missing or cannot be loaded.
    """
    executor = ModelExecutor("stt", config.threads, clock=runtime.clock)
    runtime.metrics.watch(executor)
    try:
        began = runtime.clock.monotonic()
        engine = await executor.run(lambda: engines.load(config, runtime.config.models), priority=Priority.BACKGROUND)
        await executor.run(engine.warm_up, priority=Priority.BACKGROUND)
        info = engine.info
        log.info("%s %s loaded in %.1f s", info.name, info.model, runtime.clock.monotonic() - began)
        worker = Worker(config, runtime, engine, executor)
        details = asdict(info) | {"more_languages": MORE}
        await serve_sessions(runtime, HEARING, worker.attend, engine=info.name, model=info.model, details=details)
    finally:
        executor.close()


service = Service(name="stt", config=SttConfig, serve=serve)


def main() -> None:
    """Run the service as a process."""
    app.main(service)
