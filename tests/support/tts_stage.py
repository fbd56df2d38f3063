"""A session on the memory bus with the tts worker in it, and seats for the others to speak from."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from types import TracebackType
from typing import Self

import numpy as np
from opentelemetry.trace import NoOpTracer, Tracer

from natter_protocol.audio import AudioFrame
from natter_protocol.base import Message
from natter_protocol.llm import LlmDelta
from natter_protocol.playback import PlaybackProgress, PlaybackState
from natter_protocol.reply import ReplyFinished
from natter_protocol.session import SessionConfigured
from natter_protocol.settings import SessionSettings
from natter_protocol.tts import TtsFailed, TtsSegment
from natter_protocol.turn import Scope, TurnCancel
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import SystemClock
from natter_runtime.executor import ModelExecutor
from natter_runtime.metrics import Metrics
from natter_runtime.queues import Overflow
from natter_runtime.seat import Hearing, Seat
from natter_runtime.tasks import spawn
from natter_tts.cast import Cast
from natter_tts.engine import Engine
from natter_tts.engines.tone import Tone
from natter_tts.main import HEARING
from natter_tts.speech import Studio
from natter_tts.worker import attend

SESSION = "sess_1"
PATIENCE_S = 5.0


class Stage:
    """Use as ``async with Stage(...) as stage``. What tts says collects in ``frames``, ``segments``, ``failures``."""

    def __init__(
        self,
        engine: Engine | None = None,
        settings: SessionSettings | None = None,
        patience_s: float = PATIENCE_S,
        tracer: Tracer | None = None,
        history: tuple[tuple[str, Message], ...] = (),
    ) -> None:
        self.engine = engine or Tone()
        self.frames: list[AudioFrame] = []
        self.segments: list[TtsSegment] = []
        self.failures: list[TtsFailed] = []
        self.order: list[Message | AudioFrame] = []
        self._history = history
        self._settings = settings or SessionSettings()
        self._executor = ModelExecutor("tts-test", 2)
        self._studio = Studio(Cast([self.engine]), self._executor, SystemClock(), tracer or NoOpTracer(), patience_s)
        self._broker = MemoryBroker()
        self._group = asyncio.TaskGroup()
        self._changed = asyncio.Event()
        self._seats: dict[str, Seat] = {}

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        for number, service in enumerate(("gateway", "llm", "turn"), 1):
            hearing = Hearing(audio_out=True) if service == "gateway" else Hearing()
            seat = Seat(self._broker.bus(), service, SESSION, hearing, Metrics(service), audio_overflow=Overflow.FAIL)
            await seat.__aenter__()
            await seat.listen()
            await seat.take(number)
            self._seats[service] = seat
        await self._seats["gateway"].store(SessionConfigured(version=1, settings=self._settings))
        for service, message in self._history:
            await self._seats[service].store(message)
        tts = Seat(self._broker.bus(), "tts", SESSION, HEARING, Metrics("tts"))
        await tts.__aenter__()
        await tts.listen()
        await tts.take(9)
        self._seats["tts"] = tts
        self._listening = spawn(self._group, self._listen(), "listen")
        self._serving = spawn(self._group, attend(self._studio, tts), "attend")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in ("tts", "gateway"):
            self._seats[name].inbox.close()
        if kind is not None:
            self._serving.cancel()
            self._listening.cancel()
        await self._group.__aexit__(None, None, None)
        for seat in self._seats.values():
            await seat.__aexit__(None, None, None)
        self._executor.close()

    async def _listen(self) -> None:
        async for item in self._seats["gateway"].inbox:
            self.order.append(item)
            if isinstance(item, AudioFrame):
                self.frames.append(item)
            elif isinstance(item, TtsSegment):
                self.segments.append(item)
            elif isinstance(item, TtsFailed):
                self.failures.append(item)
            self._changed.set()

    async def say(self, service: str, message: Message) -> None:
        """Let another service say something."""
        await self._seats[service].say(message)

    async def delta(self, text: str, epoch: int = 1) -> None:
        """``llm`` has written ``text`` so far."""
        await self.say("llm", LlmDelta(text=text, epoch=epoch, turn=1))

    async def finished(self, text: str, epoch: int = 1) -> None:
        """``llm`` has written all of ``text``."""
        await self.say("llm", ReplyFinished(text=text, epoch=epoch, turn=1))

    async def progress(self, heard: int, credit: int, epoch: int = 1) -> None:
        """The gateway has played up to ``heard``."""
        message = PlaybackProgress(state=PlaybackState.PLAYING, heard=heard, sent=heard, credit=credit, epoch=epoch)
        await self.say("gateway", message)

    async def cancel(self, epoch: int = 1) -> None:
        """The user interrupts."""
        await self.say("turn", TurnCancel(scope=Scope.THROUGH, reason="test", epoch=epoch))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds of what was collected; a few seconds at most."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def ended(self, epoch: int = 1) -> None:
        """Wait for the last frame of a reply."""
        await self.until(lambda: any(frame.end and frame.epoch == epoch for frame in self.frames))

    async def quiet(self, seconds: float = 0.1) -> None:
        """Give everything time to happen that should not."""
        await asyncio.sleep(seconds)

    def samples(self, epoch: int = 1) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
        """Return the audio of a reply as it was first sent; fails if frames do not follow each other."""
        frames = [frame for frame in self.frames if frame.epoch == epoch]
        for before, after in itertools.pairwise(frames):
            assert after.first_sample == before.next_sample
        return np.frombuffer(b"".join(frame.pcm for frame in frames), "<i2")

    def final_segments(self, epoch: int = 1) -> list[TtsSegment]:
        """Return the last word on each segment of a reply, in order."""
        newest = {segment.segment: segment for segment in self.segments if segment.epoch == epoch}
        return [newest[number] for number in sorted(newest)]

    def text(self, epoch: int = 1) -> str:
        """Return the text of the words of all segments."""
        return "".join(word.text for segment in self.final_segments(epoch) for word in segment.words)
