"""LiveKit Agents at its defaults and without a room: its bundled voice detector and turn detector (the local one),
the benchmark's model, Natter's recogniser and voice.

    python benchmarks/peers/livekit_bot.py --port P --model http://127.0.0.1:M/v1

In place of a room there is an audio output with a clock of its own: it sends what is captured at 1x, pauses,
resumes and clears as the room's does. The text goes through the TranscriptSynchronizer, as it does in a room.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import sys
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from livekit import rtc
from livekit.agents import Agent, AgentSession, APIConnectOptions, stt, tts, utils
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from livekit.agents.voice import io
from livekit.agents.voice.transcription.synchronizer import TranscriptSynchronizer
from livekit.plugins import openai
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from benchmarks.peers.common import IN_RATE, OUT_RATE, READY, Ears, Mouth, mark, told, voice

Tell = Callable[[dict[str, Any]], Awaitable[None]]
STEP: Final = OUT_RATE // 50
_FORMAT: Final = "audio/pcm"


class Recogniser(stt.STT):
    """Natter's Moonshine, segment by segment; the session finds the segments with its voice detector."""

    def __init__(self, ears: Ears, tell: Tell) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        self._ears = ears
        self._tell = tell

    async def _recognize_impl(
        self, buffer: utils.AudioBuffer, *, language: Any = None, conn_options: APIConnectOptions
    ) -> stt.SpeechEvent:
        frame = rtc.combine_audio_frames(buffer)
        text = await asyncio.to_thread(self._ears.hear, bytes(frame.data))
        await self._tell(told("transcript", text))
        heard = stt.SpeechData(language="en", text=text, confidence=1.0)
        return stt.SpeechEvent(type=stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[heard])


class Voice(tts.TTS):
    """Natter's flite, sentence by sentence; the session splits the sentences."""

    def __init__(self, mouth: Mouth, tell: Tell) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=OUT_RATE, num_channels=1)
        self.mouth = mouth
        self.tell = tell

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        return Utterance(tts=self, input_text=text, conn_options=conn_options)


class Utterance(tts.ChunkedStream):
    """One text being spoken."""

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        engine = self._tts
        assert isinstance(engine, Voice)
        output_emitter.initialize(request_id=uuid.uuid4().hex, sample_rate=OUT_RATE, num_channels=1, mime_type=_FORMAT)
        said = await asyncio.to_thread(engine.mouth.say, self.input_text)
        await engine.tell(voice(said))
        output_emitter.push(said.pcm)
        output_emitter.flush()


class Microphone(io.AudioInput):
    """What the benchmark's user says."""

    def __init__(self) -> None:
        super().__init__(label="benchmark")
        self.frames: asyncio.Queue[rtc.AudioFrame] = asyncio.Queue(500)

    async def __anext__(self) -> rtc.AudioFrame:
        return await self.frames.get()


class Loudspeaker(io.AudioOutput):
    """Plays at 1x on a clock of its own, frame by frame to the benchmark's player."""

    def __init__(self, socket: ServerConnection) -> None:
        super().__init__(label="benchmark", capabilities=io.AudioOutputCapabilities(pause=True), sample_rate=OUT_RATE)
        self._socket = socket
        self._queue: deque[bytes] = deque()
        self._begun = False
        self._flushed = False
        self._paused = False
        self._played = 0

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        self._flushed = False
        self._queue.append(bytes(frame.data))

    def flush(self) -> None:
        super().flush()
        self._flushed = True

    def clear_buffer(self) -> None:
        if not self._begun and not self._queue:
            return
        self._queue.clear()
        self._finish(interrupted=True)

    def pause(self) -> None:
        super().pause()
        self._paused = True

    def resume(self) -> None:
        super().resume()
        self._paused = False

    def _finish(self, *, interrupted: bool) -> None:
        position, self._played, self._begun, self._flushed = self._played / OUT_RATE, 0, False, False
        self.on_playback_finished(playback_position=position, interrupted=interrupted)
        if interrupted:
            self._cleared = True

    _cleared = False

    async def play(self) -> None:
        """Send 20 ms every 20 ms, until cancelled."""
        due = time.monotonic()
        while True:
            due += STEP / OUT_RATE
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if self._cleared:
                self._cleared = False
                await self._socket.send(json.dumps({"type": "drop"}))
            if self._paused:
                continue
            pcm = self._take(2 * STEP)
            if pcm:
                if not self._begun:
                    self._begun = True
                    self.on_playback_started(created_at=time.time())
                self._played += len(pcm) // 2
                await self._socket.send(pcm)
            elif self._begun and self._flushed:
                self._finish(interrupted=False)

    def _take(self, size: int) -> bytes:
        taken = bytearray()
        while self._queue and len(taken) < size:
            pcm = self._queue.popleft()
            room = size - len(taken)
            taken += pcm[:room]
            if len(pcm) > room:
                self._queue.appendleft(pcm[room:])
        return bytes(taken)


class Screen(io.TextOutput):
    """Nobody reads along."""

    def __init__(self) -> None:
        super().__init__(label="benchmark", next_in_chain=None)

    async def capture_text(self, text: str) -> None:
        """Take no note of it."""

    def flush(self) -> None:
        """There is nothing to flush."""


async def answer(socket: ServerConnection, call: str, model: str, ears: Ears, mouth: Mouth) -> None:
    """Run the agent for one call."""

    async def tell(message: dict[str, Any]) -> None:
        with contextlib.suppress(ConnectionClosed):
            await socket.send(json.dumps(message))

    microphone, loudspeaker = Microphone(), Loudspeaker(socket)
    synchronizer = TranscriptSynchronizer(next_in_chain_audio=loudspeaker, next_in_chain_text=Screen())
    session: AgentSession[None] = AgentSession(
        stt=Recogniser(ears, tell),
        llm=openai.LLM(model="scripted", base_url=model, api_key="none"),
        tts=Voice(mouth, tell),
    )
    session.input.audio = microphone
    session.output.audio = synchronizer.audio_output
    session.output.transcription = synchronizer.text_output
    await session.start(Agent(instructions=mark(call)))
    playing = asyncio.create_task(loudspeaker.play())
    try:
        async for message in socket:
            if isinstance(message, bytes):
                frame = rtc.AudioFrame(message, IN_RATE, 1, len(message) // 2)
                await microphone.frames.put(frame)
    except ConnectionClosed:
        pass
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        await session.aclose()


async def main() -> None:
    """Serve calls until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", required=True, help="base URL of the language model")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    ears, mouth = Ears(), Mouth()
    mouth.say("Warm up.")

    async def called(socket: ServerConnection) -> None:
        assert socket.request is not None
        await answer(socket, socket.request.path.rpartition("/")[2], given.model, ears, mouth)

    async with serve(called, "127.0.0.1", given.port, compression=None):
        print(READY, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
