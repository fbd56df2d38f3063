"""Wiring of the tts service."""

from __future__ import annotations

from dataclasses import asdict

from natter_protocol.llm import LlmDelta
from natter_protocol.playback import PlaybackProgress
from natter_runtime import app
from natter_runtime.app import Runtime, Service
from natter_runtime.executor import ModelExecutor
from natter_runtime.seat import Hearing, Seat
from natter_tts.config import TtsConfig
from natter_tts.data import LANGUAGES
from natter_tts.engine import Engine
from natter_tts.engines import load
from natter_tts.normalize import normalize
from natter_tts.speech import Studio
from natter_tts.worker import attend

HEARING = Hearing(live=(LlmDelta, PlaybackProgress))


async def serve(config: TtsConfig, runtime: Runtime) -> None:
    """Load the engine and serve sessions until the runtime stops."""
    executor = ModelExecutor("tts", config.threads, clock=runtime.clock)
    runtime.metrics.watch(executor)
    language = LANGUAGES[config.language]

    def loaded() -> Engine:
        normalize("On March 3rd, 2024 at 3:30 PM it cost $5.", language)  # compiles the patterns
        return load(config.engine, config.model, config.voice, runtime.config.models)

    try:
        engine = await executor.run(loaded)
        studio = Studio(engine, executor, language, runtime.clock, runtime.tracer, config.patience_s, runtime.metrics)

        async def attended(seat: Seat) -> None:
            await attend(studio, seat)

        info = engine.info
        await app.serve_sessions(runtime, HEARING, attended, engine=info.name, model=info.model, details=asdict(info))
    finally:
        executor.close()


service = Service(name="tts", config=TtsConfig, serve=serve)


def main() -> None:
    """Run the service as a process."""
    app.main(service)
