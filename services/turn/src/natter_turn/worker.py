"""The turn service in one session: audio and messages in, decisions out. It decides nothing itself."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Final

from opentelemetry.trace import Tracer

from natter_protocol.audio import INPUT_RATE, AudioFrame, AudioReplay
from natter_protocol.base import Message
from natter_protocol.playback import PlaybackProgress, PlaybackState
from natter_protocol.reply import ReplyFinished, ReplyHeard, ReplyUnwanted, ReplyWanted
from natter_protocol.session import SessionConfigured
from natter_protocol.stt import SttFinal, SttPartial
from natter_protocol.tool import ToolCalled
from natter_runtime.clock import Clock
from natter_runtime.errors import EngineError
from natter_runtime.executor import ModelExecutor, Priority, Skipped
from natter_runtime.inbox import InboxClosed
from natter_runtime.metrics import Metrics
from natter_runtime.queues import BoundedQueue, Overflow
from natter_runtime.seat import Hearing, Seat
from natter_runtime.tasks import spawn, stop
from natter_turn.actions import Action, Ask
from natter_turn.asked import wanted_by
from natter_turn.call_clock import CallClock
from natter_turn.ears import Ears
from natter_turn.engine import Models
from natter_turn.inputs import (
    Audible,
    Changed,
    Heard,
    Input,
    Judged,
    ReplyEnded,
    ReplyNearEnd,
    ReplyTold,
    ToolRan,
    Unwanted,
    Wanted,
    Woken,
)
from natter_turn.language import language_for, spoken
from natter_turn.machine import Machine
from natter_turn.policy import resolve
from natter_turn.restore import restore
from natter_turn.spans import TurnSpans
from natter_turn.speculations import Speculations

log = logging.getLogger(__name__)

HEARING: Final = Hearing(live=(SttPartial, PlaybackProgress), audio_in=True, audio_out=True)
JUDGED_S: Final = 8
"""How much of a turn its sound is judged by."""
JUDGE_TAIL: Final = INPUT_RATE // 5
"""Samples of silence after the last speech that are judged with it."""
JUDGE_EXPIRES_S: Final = 0.5
MAX_ACTIONS: Final = 1024


class TurnWorker:
    """Serves sessions with shared models."""

    def __init__(self, models: Models, executor: ModelExecutor, clock: Clock, tracer: Tracer, metrics: Metrics) -> None:
        self._models = models
        self._executor = executor
        self._clock = clock
        self._tracer = tracer
        self._metrics = metrics

    async def attend(self, seat: Seat) -> None:
        """Decide whose turn it is in one session, until it is over."""
        async with asyncio.TaskGroup() as group:
            spans = TurnSpans(
                self._tracer, self._clock, seat.state, Speculations(self._tracer, self._clock, self._metrics)
            )
            session = _Session(self._models, self._executor, self._clock, spans, seat, group)
            self._metrics.watch(session.to_do)
            speaking = spawn(group, session.speak(), "turn.speak")
            try:
                await session.listen()
            finally:
                spans.close(over=seat.state.closed is not None)
                await stop(speaking)


class _Session:
    def __init__(
        self,
        models: Models,
        executor: ModelExecutor,
        clock: Clock,
        spans: TurnSpans,
        seat: Seat,
        group: asyncio.TaskGroup,
    ) -> None:
        self._spans = spans
        self._judge = models.judge
        self._executor = executor
        self._time = CallClock(clock)
        self._seat = seat
        self._group = group
        restored = restore(seat.state)
        self._language = ""
        """What was heard last."""
        self._machine = Machine(restored.memory, restored.state)
        output = seat.state.settings.output.format
        self._ears = Ears(models.detectors.open(), output.rate, restored.position)
        self.to_do: BoundedQueue[Action] = BoundedQueue("turn.actions", MAX_ACTIONS, Overflow.FAIL)

    # -- in -------------------------------------------------------------------------------------

    async def listen(self) -> None:
        """Feed the machine until the session is over."""
        if self._ears.position is not None:
            await self._seat.say(AudioReplay(first_sample=self._ears.position))
        self._feed(self._changed())
        while True:
            deadline = self._machine.next_deadline()
            wait = None if deadline is None else max(0.0, deadline - self._time.now())
            try:
                async with asyncio.timeout(wait):
                    item = await self._seat.inbox.get()
            except TimeoutError:
                self._feed(Woken())
                continue
            except InboxClosed:
                return
            if isinstance(item, AudioFrame):
                await self._hear(item)
            else:
                self._spans.hear(item)
                self._notice_language(item)
                for input in self._inputs(item):
                    self._feed(input)

    def _feed(self, input: Input) -> None:
        for action in self._machine.handle(input, self._time.now()):
            self.to_do.put_nowait(action)
        self._spans.stands(self._machine.state)

    def _notice_language(self, message: Message) -> None:
        """People change their language within a call: the rules are those of the words that were heard last."""
        heard = message.language if isinstance(message, SttPartial | SttFinal) else ""
        if heard and heard != self._language:
            self._language = heard
            self._feed(self._changed())

    def _inputs(self, message: Message) -> list[Input]:
        match message:
            case SttPartial():
                return [
                    Heard(message.turn, message.rev, message.text, message.end_sample, confidence=message.confidence)
                ]
            case SttFinal():
                return [
                    Heard(
                        message.turn,
                        message.rev,
                        message.text,
                        message.end_sample,
                        final=True,
                        ends_sentence=message.ends_sentence,
                        confidence=message.confidence,
                        reads_complete=message.reads_complete,
                        backchannel=message.backchannel,
                    )
                ]
            case PlaybackProgress():
                return self._played(message)
            case ReplyHeard():
                return [ReplyEnded(message.epoch, message.outcome, message.text)]
            case ReplyFinished():
                return [ReplyTold(message.epoch, message.text)]
            case ToolCalled():
                return [ToolRan(message.epoch)]
            case ReplyUnwanted():
                return [Unwanted(message.epoch)]
            case ReplyWanted():
                return [Wanted(message.request, message.cause, message.instructions)]
            case SessionConfigured():
                return [self._changed()]
            case _:
                return []

    def _played(self, progress: PlaybackProgress) -> list[Input]:
        near_end = self._ears.playback(progress)
        if progress.state is PlaybackState.ENDED:
            return []
        return [Audible(progress.epoch), *([ReplyNearEnd(progress.epoch)] if near_end else [])]

    def _changed(self) -> Changed:
        settings = self._seat.state.settings
        policy = resolve(settings.input.turn, settings.input.mode)
        language = language_for(spoken(settings.input.languages, self._language))
        waits = replace(policy, waits_for_sound=self._judge is not None)
        return Changed(waits, language, wanted_by(settings.tools, language))

    async def _hear(self, frame: AudioFrame) -> None:
        if frame.epoch:
            self._ears.hear_agent(frame)
            return
        self._time.heard()
        for window in self._ears.hear_user(frame):
            self._spans.heard(window.end_sample)
            self._feed(window)
        wanted = self._ears.wanted()
        if wanted is not None:
            await self._seat.say(AudioReplay(first_sample=wanted[0], end_sample=wanted[1]))

    # -- out ------------------------------------------------------------------------------------

    async def speak(self) -> None:
        """Do what the machine wants done, in its order, until cancelled."""
        while True:
            action = await self.to_do.get()
            if isinstance(action, Ask):
                spawn(self._group, self._ask(action), "turn.judge")
            else:
                await self._seat.say(self._spans.told(action))

    async def _ask(self, ask: Ask) -> None:
        if self._judge is None:
            return
        judge = self._judge
        end = ask.last_speech_sample + JUDGE_TAIL
        audio = self._ears.between(end - JUDGED_S * INPUT_RATE, end)
        try:
            probability = await self._executor.run(
                lambda: judge(audio), priority=Priority.FINAL, expires_in=JUDGE_EXPIRES_S
            )
        except Skipped:
            log.warning("no time to judge the turn by its sound")
            return
        except EngineError as error:
            log.error("the turn cannot be judged by its sound: %s", error)
            return
        self._feed(Judged(ask.turn, ask.rev, ask.last_speech_sample, probability))
