"""Pipecat at its defaults: Silero, its bundled Smart Turn, the benchmark's model, Natter's recogniser and voice.

    python benchmarks/peers/pipecat_bot.py --port P --model http://127.0.0.1:M/v1

The pipeline is the one of Pipecat's own examples. The recogniser is given whole segments, as Pipecat's own
Moonshine service is; the voice tells word times, so that Pipecat's history can be as exact as it gets.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import uvicorn
from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.settings import STTSettings, TTSSettings
from pipecat.services.stt_service import SegmentedSTTService
from pipecat.services.tts_service import TTSService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.utils.time import time_now_iso8601
from pipecat.workers.runner import WorkerRunner

from benchmarks.peers.common import IN_RATE, OUT_RATE, READY, Ears, Mouth, mark, told, voice

Tell = Callable[[dict[str, Any]], Awaitable[None]]


class Wire(FrameSerializer):
    """The benchmark's messages."""

    async def serialize(self, frame: Frame) -> str | bytes | None:
        if isinstance(frame, OutputAudioRawFrame):
            return bytes(frame.audio)
        return json.dumps({"type": "drop"}) if isinstance(frame, InterruptionFrame) else None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        return InputAudioRawFrame(audio=data, sample_rate=IN_RATE, num_channels=1) if isinstance(data, bytes) else None


class Recogniser(SegmentedSTTService):
    """Natter's Moonshine, segment by segment."""

    def __init__(self, ears: Ears, tell: Tell) -> None:
        super().__init__(sample_rate=IN_RATE, settings=STTSettings(model="moonshine-tiny-en", language=None))
        self._ears = ears
        self._tell = tell

    @property
    def wants_wav_segments(self) -> bool:
        return False

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        text = await asyncio.to_thread(self._ears.hear, audio)
        await self._tell(told("transcript", text))
        if text:
            yield TranscriptionFrame(text, "", time_now_iso8601())


class Voice(TTSService):
    """Natter's flite, sentence by sentence, with word times."""

    def __init__(self, mouth: Mouth, tell: Tell) -> None:
        super().__init__(
            sample_rate=OUT_RATE,
            push_start_frame=True,
            push_stop_frames=True,
            push_text_frames=False,
            settings=TTSSettings(model=None, voice="rms", language=None),
        )
        self._mouth = mouth
        self._tell = tell
        self._said_s: dict[str, float] = {}
        """By context: the words' times count from its first sample."""

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        said = await asyncio.to_thread(self._mouth.say, text)
        await self._tell(voice(said))
        begun = self._said_s.get(context_id, 0.0)
        self._said_s[context_id] = begun + len(said.pcm) / 2 / OUT_RATE
        await self.add_word_timestamps([(word, begun + start / 1000) for word, start, _ in said.words], context_id)
        yield TTSAudioRawFrame(said.pcm, OUT_RATE, 1, context_id=context_id)


async def answer(socket: WebSocket, call: str, model: str, ears: Ears, mouth: Mouth) -> None:
    """Run the bot for one call."""

    async def tell(message: dict[str, Any]) -> None:
        await socket.send_text(json.dumps(message))

    params = FastAPIWebsocketParams(audio_in_enabled=True, audio_out_enabled=True, serializer=Wire())
    transport = FastAPIWebsocketTransport(websocket=socket, params=params)
    memory = LLMContextAggregatorPair(
        LLMContext(), user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
    )
    settings = OpenAILLMService.Settings(model="scripted", system_instruction=mark(call))
    llm = OpenAILLMService(api_key="none", base_url=model, settings=settings)
    pipeline = Pipeline(
        [
            transport.input(),
            Recogniser(ears, tell),
            memory.user(),
            llm,
            Voice(mouth, tell),
            transport.output(),
            memory.assistant(),
        ]
    )
    worker = PipelineWorker(
        pipeline, params=PipelineParams(audio_in_sample_rate=IN_RATE, audio_out_sample_rate=OUT_RATE)
    )

    @transport.event_handler("on_client_disconnected")
    async def hung_up(*_: Any) -> None:
        await worker.cancel()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()


def main() -> None:
    """Serve calls until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", required=True, help="base URL of the language model")
    given = parser.parse_args()
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    ears, mouth = Ears(), Mouth()
    mouth.say("Warm up.")
    SileroVADAnalyzer()

    @asynccontextmanager
    async def ready(_: FastAPI) -> AsyncGenerator[None, None]:
        print(READY, flush=True)
        yield

    app = FastAPI(lifespan=ready)

    @app.websocket("/call/{call}")
    async def serve(socket: WebSocket, call: str) -> None:
        await socket.accept()
        await answer(socket, call, given.model, ears, mouth)

    uvicorn.run(app, host="127.0.0.1", port=given.port, log_level="error")


if __name__ == "__main__":
    main()
