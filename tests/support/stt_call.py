"""A call as the stt service sees it: a gateway and a turn service that do what a test says."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self, TypeVar

from natter_protocol import subjects
from natter_protocol.audio import AudioFrame, AudioReplay
from natter_protocol.base import Message
from natter_protocol.errors import ErrorRaised
from natter_protocol.session import SessionConfigured, SessionOpened
from natter_protocol.settings import InputSettings, SessionSettings
from natter_protocol.stt import SttFinal, SttPartial
from natter_protocol.turn import TurnCommitted, TurnEmpty, TurnProbability, TurnReopened, TurnStarted
from natter_runtime.app import Runtime
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.config import RuntimeConfig
from natter_runtime.executor import ModelExecutor
from natter_runtime.metrics import Metrics
from natter_runtime.seat import Hearing, Seat
from natter_stt.config import SttConfig
from natter_stt.engine import Engine, Samples
from natter_stt.worker import HEARING, Worker
from tests.support.stt_audio import MS, frames, noise

M = TypeVar("M", bound=Message)

SESSION = "sess_1"
PATIENCE_S = 5.0


class Call:
    """Use as ``async with Call(engine) as call:``; a worker attends from then on.

    Positions are milliseconds of the session's input.
    """

    def __init__(self, engine: Engine, config: SttConfig | None = None, *, attended: bool = True) -> None:
        self.broker = MemoryBroker()
        self.said: list[Message] = []
        """All that stt said, in order."""
        self.position = 0
        self.lost: set[int] = set()
        """First samples of frames that do not arrive when they are published."""
        self.replays: list[AudioReplay] = []
        self.runtime = Runtime("stt", "stt-1", RuntimeConfig(), self.broker.bus(), Metrics("stt"))
        self._executor = ModelExecutor("stt")
        self.worker = Worker(config or SttConfig(), self.runtime, engine, self._executor)
        self._attended = attended
        self._ring: dict[int, AudioFrame] = {}
        self._told = asyncio.Event()
        self._stack = AsyncExitStack()
        self._workers: list[asyncio.Task[None]] = []
        self._version = 0

    async def __aenter__(self) -> Self:
        await self._stack.__aenter__()
        self._stack.callback(self._executor.close)
        self._group = await self._stack.enter_async_context(asyncio.TaskGroup())
        self._gateway = await self._sit("gateway", Hearing(live=(SttPartial,)), 1)
        self._turn = await self._sit("turn", Hearing(), 2)
        listening = self._group.create_task(self._listen())
        self._stack.push_async_callback(_end, listening)
        await self._gateway.store(SessionOpened(dialect="test", owner="test", opened_at=0.0))
        await self.configure(InputSettings())
        if self._attended:
            await self.attend(3)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            await _end(worker)
        await self._stack.__aexit__(kind, error, trace)

    async def attend(self, claim: int) -> None:
        """Let a worker take the session under ``claim``; the one before is gone, as if it had died."""
        for worker in self._workers:
            await _end(worker)
        seated = asyncio.Event()

        async def serve() -> None:
            async with Seat(self.broker.bus(), "stt", SESSION, HEARING, self.runtime.metrics) as seat:
                await seat.listen()
                await seat.take(claim)
                seated.set()
                await self.worker.attend(seat)

        self._gateway.record.sequences.set_claim("stt", claim)
        self._workers.append(self._group.create_task(serve()))
        await seated.wait()
        await _settle()

    # -- what the others do ---------------------------------------------------------------------

    async def configure(self, wishes: InputSettings) -> None:
        self._version += 1
        await self._gateway.store(SessionConfigured(version=self._version, settings=SessionSettings(input=wishes)))
        await _settle()

    async def hear(self, sound: Samples) -> None:
        """Publish ``sound`` behind what has been published so far."""
        for frame in frames(sound, self.position):
            self._ring[frame.first_sample] = frame
            self.position = frame.next_sample
            if frame.first_sample not in self.lost:
                await self._gateway.play(subjects.audio_in(SESSION), frame)
                await _settle()

    async def start(self, at_ms: int, turn: int = 1, over_epoch: int = 0) -> None:
        await self._turn.say(TurnStarted(turn=turn, start_sample=at_ms * MS, over_epoch=over_epoch))
        await _settle()

    async def silence(self, ms: int, after_ms: int, turn: int = 1, rev: int = 0, trace: str = "") -> None:
        """Tell that the speech has ended at ``after_ms`` and ``ms`` have passed since."""
        await self._turn.say(
            TurnProbability(
                turn=turn,
                rev=rev,
                at_sample=(after_ms + ms) * MS,
                speech=0.0,
                silence_ms=ms,
                last_speech_sample=after_ms * MS,
                trace=trace,
            )
        )
        await _settle()

    async def commit(self, end_ms: int, turn: int = 1, rev: int = 0) -> None:
        await self._turn.say(
            TurnCommitted(turn=turn, rev=rev, epoch=turn, text="", start_sample=0, end_sample=end_ms * MS)
        )
        await _settle()

    async def drop(self, end_ms: int, turn: int = 1) -> None:
        await self._turn.say(TurnEmpty(turn=turn, reason="noise", end_sample=end_ms * MS))
        await _settle()

    async def reopen(self, at_ms: int, rev: int, turn: int = 1) -> None:
        await self._turn.say(TurnReopened(turn=turn, rev=rev, epoch=turn, start_sample=at_ms * MS))
        await _settle()

    # -- what stt does --------------------------------------------------------------------------

    def all(self, kind: type[M]) -> list[M]:
        """Return what stt has said of one kind."""
        return [message for message in self.said if isinstance(message, kind)]

    async def next(self, kind: type[M], after: int = 0) -> M:
        """Return the message of one kind that follows the first ``after``; wait for it if need be."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.all(kind)) <= after:
                self._told.clear()
                await self._told.wait()
        return self.all(kind)[after]

    async def texts(self, count: int) -> list[str]:
        """Return the texts of the first ``count`` finals."""
        await self.next(SttFinal, count - 1)
        return [final.text for final in self.all(SttFinal)[:count]]

    async def error(self) -> ErrorRaised:
        return await self.next(ErrorRaised)

    async def _listen(self) -> None:
        async for item in self._gateway.inbox:
            if isinstance(item, AudioReplay):
                self.replays.append(item)
                await self._replay(item)
            elif isinstance(item, Message) and item.by == "stt":
                self.said.append(item)
                self._told.set()

    async def _replay(self, asked: AudioReplay) -> None:
        end = asked.end_sample or self.position
        for first_sample, frame in self._ring.items():
            if asked.first_sample < first_sample + frame.samples and first_sample < end:
                await self._gateway.play(subjects.audio_replay(SESSION, "stt"), frame)

    async def _sit(self, service: str, hearing: Hearing, claim: int) -> Seat:
        seat = Seat(self.broker.bus(), service, SESSION, hearing, Metrics(service))
        await self._stack.enter_async_context(seat)
        await seat.listen()
        await seat.take(claim)
        return seat


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def _settle() -> None:
    """Let everybody take note of what was just said."""
    for _ in range(5):
        await asyncio.sleep(0)


async def speak(call: Call, until_ms: int) -> None:
    """Publish sound up to ``until_ms``."""
    await call.hear(noise(until_ms - call.position // MS))
