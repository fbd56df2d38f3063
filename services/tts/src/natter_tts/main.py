"""Wiring of the tts service."""

from __future__ import annotations

from natter_protocol.llm import LlmDelta
from natter_protocol.playback import PlaybackProgress
from natter_runtime import app
from natter_runtime.app import Runtime, Service
from natter_runtime.executor import ModelExecutor
from natter_runtime.seat import Hearing, Seat
from natter_tts.cast import Cast
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

    def loaded() -> tuple[Engine, ...]:
        for language in LANGUAGES.values():
            normalize("On March 3rd, 2024 at 3:30 PM it cost $5.", language)  # compiles the patterns
        return load(config.engine, config.model, config.voice, runtime.config.models)

    try:
        engines = await executor.run(loaded)
        cast = Cast(engines, "" if config.voice else config.language)
        studio = Studio(cast, executor, runtime.clock, runtime.tracer, config.patience_s, runtime.metrics)

        async def attended(seat: Seat) -> None:
            await attend(studio, seat)

        info = engines[0].info
        await app.serve_sessions(runtime, HEARING, attended, engine=info.name, model=info.model, details=cast.details)
    finally:
        executor.close()


service = Service(name="tts", config=TtsConfig, serve=serve)


def main() -> None:
    """Run the service as a process."""
    app.main(service)
