"""A call as the turn service sees it: a gateway, a recogniser and a language model that do what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Final, Self, TypeVar

import numpy as np
from opentelemetry.trace import NoOpTracer, Tracer

from natter_protocol import subjects
from natter_protocol.audio import INPUT_FRAME, INPUT_RATE, AudioFrame, AudioReplay
from natter_protocol.base import Message
from natter_protocol.session import SessionConfigured, SessionOpened
from natter_protocol.settings import SessionSettings
from natter_protocol.stt import SttFinal
from natter_protocol.turn import TurnCommitted, TurnProbability
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import SystemClock
from natter_runtime.executor import ModelExecutor
from natter_runtime.metrics import Metrics
from natter_runtime.seat import Hearing, Seat
from natter_runtime.tasks import spawn, stop
from natter_turn.engine import Models, Samples
from natter_turn.engines.energy import Energy
from natter_turn.worker import HEARING, TurnWorker

SESSION: Final = "sess_1"
PATIENCE_S: Final = 5.0
_CLAIMS: Final = {"gateway": 1, "stt": 2, "llm": 3}
M = TypeVar("M", bound=Message)


class Sound:
    """A judge that says what a test wants, and notes what it was given."""

    name = "sound"

    def __init__(self, say: Callable[[Samples], float]) -> None:
        self.say = say
        self.heard: list[Samples] = []

    def __call__(self, audio: Samples) -> float:
        self.heard.append(audio)
        return self.say(audio)


class Call:
    """Use as ``async with Call() as call:``; a worker attends from then on. Loud is speech.

    Args:
        judge: of the sound of turns.
        settings: of the session.
        attended: whether a worker has taken the session already.
    """

    def __init__(
        self,
        judge: Sound | None = None,
        settings: SessionSettings | None = None,
        *,
        tracer: Tracer | None = None,
        attended: bool = True,
    ) -> None:
        self.said: list[Message] = []
        """All that the turn service said, in order."""
        self.position = 0
        """The input sample that comes next."""
        self.spoken = 0
        """The end of what was spoken so far."""
        self.lost: set[int] = set()
        """First samples of frames that do not arrive when they are published."""
        self._settings = settings or SessionSettings()
        self._attended = attended
        self._broker = MemoryBroker()
        self.executor = ModelExecutor("turn")
        self.metrics = Metrics("turn")
        """What the turn service counts."""
        self._worker = TurnWorker(
            Models(Energy(), judge), self.executor, SystemClock(), tracer or NoOpTracer(), self.metrics
        )
        self._seats: dict[str, Seat] = {}
        self._ring: list[AudioFrame] = []
        self._more = asyncio.Event()
        self._stack = AsyncExitStack()
        self._serving: asyncio.Task[None] | None = None
        self._version = 0

    async def __aenter__(self) -> Self:
        await self._stack.__aenter__()
        self._stack.callback(self.executor.close)
        self._group = await self._stack.enter_async_context(asyncio.TaskGroup())
        for service, claim in _CLAIMS.items():
            hearing = Hearing(live=(TurnProbability,)) if service == "gateway" else Hearing()
            seat = Seat(self._broker.bus(), service, SESSION, hearing, Metrics(service))
            self._seats[service] = await self._stack.enter_async_context(seat)
            await seat.listen()
            await seat.take(claim)
        self._stack.push_async_callback(stop, spawn(self._group, self._listen(), "gateway"))
        await self.seat("gateway").store(SessionOpened(dialect="test", owner="test", opened_at=0.0))
        await self.configure(self._settings)
        if self._attended:
            await self.attend(10)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await stop(self._serving)
        await self._stack.__aexit__(kind, error, trace)

    async def attend(self, claim: int) -> None:
        """Let a worker take the session; the one before is gone, as if it had died."""
        await stop(self._serving)
        seated = asyncio.Event()

        async def serve() -> None:
            async with Seat(self._broker.bus(), "turn", SESSION, HEARING, Metrics("turn")) as seat:
                await seat.listen()
                await seat.take(claim)
                seated.set()
                await self._worker.attend(seat)

        for seat in self._seats.values():
            seat.record.sequences.set_claim("turn", claim)
        self._serving = spawn(self._group, serve(), "turn")
        await seated.wait()
        await settle()

    # -- what the others do ---------------------------------------------------------------------

    def seat(self, service: str) -> Seat:
        """Return the seat of ``gateway``, ``stt`` or ``llm``."""
        return self._seats[service]

    async def says(self, service: str, message: Message) -> None:
        """Let a service say ``message``."""
        await self.seat(service).say(message)
        await settle()

    async def configure(self, settings: SessionSettings) -> None:
        """Change the session's settings."""
        self._version += 1
        await self.seat("gateway").store(SessionConfigured(version=self._version, settings=settings))
        await settle()

    async def speak(self, seconds: float) -> None:
        """The user speaks."""
        await self._publish(seconds, 0.3)
        self.spoken = self.position

    async def pause(self, seconds: float) -> None:
        """The user is silent."""
        await self._publish(seconds, 0.0)

    async def _publish(self, seconds: float, level: float) -> None:
        for _ in range(round(seconds * INPUT_RATE / INPUT_FRAME)):
            time = np.arange(self.position, self.position + INPUT_FRAME) / INPUT_RATE
            pcm = (np.sin(2 * np.pi * 220 * time) * level * 32767).astype("<i2").tobytes()
            frame = AudioFrame(pcm, self.position)
            self._ring.append(frame)
            self.position = frame.next_sample
            if frame.first_sample not in self.lost:
                await self.seat("gateway").play(subjects.audio_in(SESSION), frame)
            await settle()

    async def final(
        self, text: str, turn: int = 1, rev: int = 0, ends_sentence: float = 0.98, language: str = ""
    ) -> None:
        """The recogniser's last word on what was said so far."""
        end = self.position
        await self.says(
            "stt",
            SttFinal(
                turn=turn,
                rev=rev,
                text=text,
                start_sample=0,
                end_sample=end,
                ends_sentence=ends_sentence,
                language=language,
            ),
        )

    async def ask(self, text: str, turn: int = 1) -> TurnCommitted:
        """The user says ``text``, and that is all; return the commit."""
        await self.speak(0.8)
        await self.pause(0.3)
        await self.final(text, turn)
        await self.pause(3.0)
        return await self.next(TurnCommitted, turn - 1)

    # -- what the turn service does -------------------------------------------------------------

    def all(self, kind: type[M]) -> list[M]:
        """Return what the turn service has said of one kind."""
        return [message for message in self.said if isinstance(message, kind)]

    async def next(self, kind: type[M], after: int = 0) -> M:
        """Return the message of one kind that follows the first ``after``; wait for it if need be."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.all(kind)) <= after:
                self._more.clear()
                await self._more.wait()
        return self.all(kind)[after]

    async def _listen(self) -> None:
        async for item in self.seat("gateway").inbox:
            if isinstance(item, AudioReplay):
                for frame in self._ring:
                    if item.first_sample < frame.next_sample and frame.first_sample < (
                        item.end_sample or self.position
                    ):
                        await self.seat("gateway").play(subjects.audio_replay(SESSION, "turn"), frame)
            if isinstance(item, Message) and item.by == "turn":
                self.said.append(item)
                self._more.set()


async def settle() -> None:
    """Let everybody take note of what was just said."""
    for _ in range(6):
        await asyncio.sleep(0)
