"""Driving the real stt service over the in-process bus, faster than real time, and watching what it does.

What is measured is ``natter_stt.worker`` as it runs in production: utterance, segments, decoding on the executor,
phantoms, writing, stabiliser. This file plays the gateway (audio) and the turn service (onset and pauses). Audio
moves on only when no decode is under way, as if the machine were fast enough: so the same partials are made
whatever else the machine does. Times are measured around each decode.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from benchmarks.bench.sound import RATE, Audio, to_pcm
from natter_protocol import subjects
from natter_protocol.audio import INPUT_FRAME, AudioFrame
from natter_protocol.errors import ErrorRaised
from natter_protocol.session import SessionConfigured, SessionOpened
from natter_protocol.settings import InputSettings, SessionSettings
from natter_protocol.stt import SttFinal, SttPartial
from natter_protocol.turn import TurnCommitted, TurnProbability, TurnStarted
from natter_runtime.app import Runtime
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.config import RuntimeConfig
from natter_runtime.executor import ModelExecutor, Priority
from natter_runtime.metrics import Metrics
from natter_runtime.seat import Hearing, Seat
from natter_runtime.tasks import spawn, stop
from natter_stt.config import SttConfig
from natter_stt.engine import Engine
from natter_stt.worker import HEARING, Worker

ONSET_S: Final = 0.1
"""The voice detector tells of speech so long after it began."""
WINDOW: Final = 512
"""Samples between two words of the turn service about a pause (32 ms)."""
SETTLED: Final = 6
WAIT_S: Final = 300.0
"""Deadline of anything: the machine may be busy, and nothing here is about deadlines."""

T = TypeVar("T")


@dataclass
class Outcome:
    """What the service said of one utterance.

    Attributes:
        text: of its final; ``partials`` what was shown before.
        wall_ms: how long the final's decode took; ``cpu_ms`` how much processor it used.
        audio_ms: how much audio it was about.
        cpu_all_ms: the processor that all decodes of the utterance used.
    """

    text: str = ""
    partials: list[str] = field(default_factory=list)
    wall_ms: float = 0.0
    cpu_ms: float = 0.0
    audio_ms: float = 0.0
    cpu_all_ms: float = 0.0


class Watched(ModelExecutor):
    """An executor that knows whether it is at work, and how much processor each call used."""

    def __init__(self) -> None:
        super().__init__("hearing", threads=1)
        self.pending = 0
        self.cpu_ms: list[float] = []

    async def run(
        self, work: Callable[[], T], *, priority: Priority = Priority.FINAL, expires_in: float | None = None
    ) -> T:
        """See :class:`natter_runtime.executor.ModelExecutor`; nothing expires here."""

        def timed() -> T:
            began = time.thread_time()
            try:
                return work()
            finally:
                self.cpu_ms.append((time.thread_time() - began) * 1000)

        self.pending += 1
        try:
            return await super().run(timed, priority=priority, expires_in=None)
        finally:
            self.pending -= 1


class Bench:
    """Use as ``async with Bench(engine, wishes) as bench: await bench.hear(...)``, one utterance after the other."""

    def __init__(self, engine: Engine, wishes: InputSettings, config: SttConfig | None = None) -> None:
        self._engine = engine
        self._wishes = wishes
        self._config = replace(config or SttConfig(), decode_timeout_s=WAIT_S)
        self._stack = AsyncExitStack()
        self._session = 0

    async def __aenter__(self) -> Bench:
        await self._stack.__aenter__()
        self._executor = Watched()
        self._stack.callback(self._executor.close)
        self._broker = MemoryBroker()
        runtime = Runtime("stt", "stt-1", RuntimeConfig(), self._broker.bus(), Metrics("stt"))
        self._worker = Worker(self._config, runtime, self._engine, self._executor)
        self._group = await self._stack.enter_async_context(asyncio.TaskGroup())
        return self

    async def __aexit__(self, *failure: Any) -> None:
        await self._stack.__aexit__(*failure)

    async def hear(self, audio: Audio, start: int, end: int) -> Outcome:
        """Let the service hear ``audio``, in which somebody speaks from sample ``start`` up to ``end``."""
        self._session += 1
        name = f"sess_{self._session}"
        outcome = Outcome()
        self._executor.cpu_ms.clear()
        async with AsyncExitStack() as stack:
            gateway = await self._sit(stack, name, "gateway", Hearing(live=(SttPartial,)), 1)
            turn = await self._sit(stack, name, "turn", Hearing(), 2)
            stt = await self._sit(stack, name, "stt", HEARING, 3)
            finals: asyncio.Queue[SttFinal] = asyncio.Queue(8)
            tasks = [
                spawn(self._group, _listen(gateway, outcome, finals), "listen"),
                spawn(self._group, self._worker.attend(stt), "attend"),
            ]
            await gateway.store(SessionOpened(dialect="bench", owner="bench", opened_at=0.0))
            await gateway.store(SessionConfigured(version=1, settings=SessionSettings(input=self._wishes)))
            try:
                async with asyncio.timeout(WAIT_S):
                    final = await self._play(name, gateway, turn, audio, start, end, finals)
            finally:
                for task in tasks:
                    await stop(task)
        outcome.text, outcome.wall_ms, outcome.cpu_all_ms = final.text, final.decode_ms, sum(self._executor.cpu_ms)
        outcome.cpu_ms = self._executor.cpu_ms[-1] if self._executor.cpu_ms else 0.0
        outcome.audio_ms = (final.end_sample - final.start_sample) * 1000 / RATE
        return outcome

    async def _play(
        self, name: str, gateway: Seat, turn: Seat, audio: Audio, start: int, end: int, finals: asyncio.Queue[SttFinal]
    ) -> SttFinal:
        pcm, told, begun = to_pcm(audio), end, False
        for first in range(0, len(audio), INPUT_FRAME):
            frame = AudioFrame(pcm[2 * first : 2 * (first + INPUT_FRAME)], first)
            await gateway.play(subjects.audio_in(name), frame)
            now = frame.next_sample
            if not begun and now >= start + ONSET_S * RATE:
                begun = True
                await turn.say(TurnStarted(turn=1, start_sample=start))
            while begun and now >= told + WINDOW:
                told += WINDOW
                silence = (told - end) * 1000 // RATE
                await turn.say(
                    TurnProbability(turn=1, at_sample=told, speech=0.0, silence_ms=silence, last_speech_sample=end)
                )
            await self._settle()
        final = await finals.get()
        await turn.say(TurnCommitted(turn=1, epoch=1, text="", start_sample=start, end_sample=end))
        await self._settle()
        return final

    async def _settle(self) -> None:
        """Wait until everybody has taken note and no decode is under way."""
        quiet = 0
        while quiet < SETTLED:
            await asyncio.sleep(0.0005 if self._executor.pending else 0)
            quiet = 0 if self._executor.pending else quiet + 1

    async def _sit(self, stack: AsyncExitStack, session: str, service: str, hearing: Hearing, claim: int) -> Seat:
        seat = Seat(self._broker.bus(), service, session, hearing, Metrics(service))
        await stack.enter_async_context(seat)
        await seat.listen()
        await seat.take(claim)
        return seat


async def _listen(gateway: Seat, outcome: Outcome, finals: asyncio.Queue[SttFinal]) -> None:
    async for item in gateway.inbox:
        if isinstance(item, SttPartial):
            outcome.partials.append(item.text)
        elif isinstance(item, SttFinal):
            finals.put_nowait(item)
        elif isinstance(item, ErrorRaised):
            raise RuntimeError(item.message)
