"""Bus in, engine, bus out: one session's audio and turns become partials and finals.

``turn`` says when the user speaks and how long the silence is; this service decides only when to
decode. Everything is driven by what comes in: after each item the worker asks whether a final or a
partial is due. One decode runs at a time and per session; a final takes the place of a partial.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from natter_protocol.audio import INPUT_RATE, AudioFrame
from natter_protocol.base import Message
from natter_protocol.errors import ErrorCode, ErrorRaised
from natter_protocol.session import SessionConfigured
from natter_protocol.stt import SttFinal, SttPartial
from natter_protocol.turn import TurnCommitted, TurnEmpty, TurnProbability, TurnReopened, TurnStarted
from natter_runtime import names, tracing
from natter_runtime.app import Runtime
from natter_runtime.errors import EngineError
from natter_runtime.executor import ModelExecutor, Priority, Skipped
from natter_runtime.seat import Hearing, Seat
from natter_runtime.tasks import Slot
from natter_stt.config import SttConfig
from natter_stt.decoding import Decoder, Effort
from natter_stt.ear import Ear
from natter_stt.engine import Engine, Hypothesis
from natter_stt.pace import Pace, pace_for
from natter_stt.stabilizer import Stabilizer
from natter_stt.utterance import Utterance
from natter_stt.wishes import options_for, refusal
from natter_stt.written import write

log = logging.getLogger(__name__)

HEARING: Final = Hearing(live=(TurnProbability,), audio_in=True)
BEFORE: Final = 2 * INPUT_RATE
"""Samples that are always kept: a turn is told of after it has begun."""
OVERDUE_MS: Final = 300
"""A final made so late into the silence is no speculation any more: the turn waits for it."""
BUSY: Final = 0.5
"""Part of the time that one session's partials may keep a model thread busy."""


@dataclass(frozen=True, slots=True)
class Worker:
    """What all sessions share."""

    config: SttConfig
    runtime: Runtime
    engine: Engine
    executor: ModelExecutor

    async def attend(self, seat: Seat) -> None:
        """Serve one session until its inbox ends."""
        async with asyncio.TaskGroup() as group:
            listener = Listener(self, seat, Slot(group, "stt.decode"))
            try:
                await listener.listen()
            finally:
                await listener.stop()


class Listener:
    """One session. All state is touched on the event loop only."""

    def __init__(self, worker: Worker, seat: Seat, decoding: Slot) -> None:
        self._worker = worker
        self._seat = seat
        self._decoding = decoding
        self._clock = worker.runtime.clock
        self._decoder = Decoder(worker.engine, worker.executor, worker.config.decode_timeout_s)
        self._pace: Pace = pace_for(seat.state.settings.input, worker.config)
        self._ear = Ear()
        self._utterance: Utterance | None = None
        self._stabilizer = Stabilizer()
        self._failed_turn = 0
        self._unknown: tuple[str, ...] = ()
        self._decode_s = 0.0

    async def listen(self) -> None:
        """Take item after item; a session that was begun by another worker is gone on with."""
        await self._configure()
        turn = self._seat.state.open_turn
        if turn is not None:
            self._begin(turn.turn, turn.rev, turn.start_sample)
        async for item in self._seat.inbox:
            if isinstance(item, AudioFrame):
                await self._take(item)
            else:
                await self._on_message(item)
            await self._advance()

    async def stop(self) -> None:
        """Decode no more."""
        await self._decoding.clear()

    async def _take(self, frame: AudioFrame) -> None:
        before = self._ear.lost
        replay = self._ear.take(frame)
        if replay is not None:
            await self._seat.say(replay)
        if self._ear.lost > before:
            self._worker.runtime.metrics.drop("stt.audio_samples", self._ear.lost - before)

    async def _on_message(self, message: Message) -> None:
        if isinstance(message, SessionConfigured):
            await self._configure()
        elif isinstance(message, TurnStarted) and message.turn > self._turn:
            await self._decoding.clear()
            self._begin(message.turn, message.rev, message.start_sample, over_agent=message.over_epoch > 0)
        elif isinstance(message, TurnReopened) and message.turn >= self._turn:
            self._reopen(message)
        utterance = self._utterance
        if utterance is None or message.turn != utterance.turn or message.by != "turn":
            return
        utterance.rev = max(utterance.rev, message.rev)
        if isinstance(message, TurnProbability):
            utterance.note(message)
        elif isinstance(message, TurnCommitted | TurnEmpty) and message.rev >= utterance.rev:
            utterance.close()
            await self._decoding.clear()

    async def _configure(self) -> None:
        wishes, info = self._seat.state.settings.input, self._worker.engine.info
        options, unknown = options_for(wishes, info)
        self._decoder.configure(options)
        self._pace = pace_for(wishes, self._worker.config)
        if unknown and unknown != self._unknown:
            await self._seat.say(_failure(EngineError(refusal(unknown, info))))
        self._unknown = unknown

    # -- turns ----------------------------------------------------------------------------------

    @property
    def _turn(self) -> int:
        return self._utterance.turn if self._utterance is not None else 0

    def _begin(self, turn: int, rev: int, start_sample: int, *, over_agent: bool = False) -> None:
        before = self._utterance.last_speech if self._utterance is not None else 0
        self._utterance = Utterance.begin(turn, rev, start_sample, before, over_agent=over_agent)
        self._stabilizer = Stabilizer()
        if self._utterance.segment_start < self._ear.start or not self._ear.end:
            self._ear.reach_back(self._utterance.segment_start)

    def _reopen(self, message: TurnReopened) -> None:
        """Go on with the turn. Another worker may have heard its beginning: then it is heard again."""
        if self._utterance is None or self._utterance.turn != message.turn:
            known = self._seat.state.turns.get(message.turn)
            self._begin(message.turn, message.rev, known.start_sample if known else message.start_sample)
        assert self._utterance is not None
        self._utterance.reopen(message.rev)

    # -- decoding -------------------------------------------------------------------------------

    async def _advance(self) -> None:
        """Begin the decode that is due, if any, and let go of audio that no decode needs."""
        utterance, newest = self._utterance, self._ear.end
        if utterance is None:
            self._ear.forget_before(newest - BEFORE)
            return
        utterance.lose_before(self._ear.start)
        if utterance.wants_final(newest, self._pace):
            utterance.finalized = utterance.last_speech
            await self._decoding.start(self._final(utterance))
        elif not self._decoding.busy and utterance.wants_partial(newest, self._interval):
            await self._decoding.start(self._partial(utterance, newest))
        self._ear.forget_before(min(utterance.segment_start, newest - BEFORE))

    @property
    def _interval(self) -> int:
        """Samples between two partials: more than wished for if decoding takes long."""
        return max(self._pace.partial, int(self._decode_s / BUSY * INPUT_RATE))

    async def _partial(self, utterance: Utterance, end: int) -> None:
        effort = Effort(Priority.PARTIAL, expires_in=self._interval / INPUT_RATE)
        try:
            await self._hear(utterance, end, effort)
        except Skipped:
            self._worker.runtime.metrics.drop("stt.partial")
            utterance.pass_over(end)
            return
        except EngineError as error:
            utterance.pass_over(end)
            await self._report(utterance, error)
            return
        transcript = utterance.transcript
        await self._seat.say(
            SttPartial(
                turn=utterance.turn,
                rev=utterance.rev,
                text=self._stabilizer.show(self._text(transcript)),
                end_sample=utterance.heard_to,
                confidence=transcript.confidence,
                ends_sentence=transcript.ends_sentence,
                language=transcript.language,
            )
        )

    async def _final(self, utterance: Utterance) -> None:
        """Decode up to the pause and say what was heard; if that fails, what is known."""
        covered = utterance.finalized
        end = min(self._ear.end, covered + self._pace.tail)
        urgent = utterance.silence_ms >= OVERDUE_MS
        effort = Effort(
            Priority.FINAL if urgent else Priority.SPECULATIVE,
            drafts=self._pace.drafts,
            careful_ms=self._pace.careful_ms,
        )
        attributes: dict[str, str | int | float | bool] = {
            names.ENGINE: self._worker.engine.info.name,
            names.AUDIO_MS: (end - utterance.segment_start) * 1000 // INPUT_RATE,
            names.TURN: utterance.turn,
            names.REV: utterance.rev,
            **tracing.caused_by(TurnProbability),
        }
        span = tracing.start(self._worker.runtime.tracer, names.SPAN_STT_FINAL, utterance.trace, attributes)
        began = self._clock.monotonic()
        try:
            await self._hear(utterance, end, effort)
        except (EngineError, Skipped) as error:
            tracing.fail(span, str(error))
            await self._report(utterance, error)
        finally:
            span.end()
        utterance.final_heard = covered
        transcript = utterance.transcript
        text = self._text(transcript)
        self._stabilizer.show(text)
        await self._seat.say(
            SttFinal(
                turn=utterance.turn,
                rev=utterance.rev,
                text=text,
                start_sample=utterance.start_sample,
                end_sample=covered,
                confidence=transcript.confidence,
                ends_sentence=transcript.ends_sentence,
                reads_complete=transcript.reads_complete,
                backchannel=transcript.backchannel,
                decode_ms=(self._clock.monotonic() - began) * 1000,
                language=transcript.language,
                trace=tracing.of(span) or utterance.trace,
            )
        )

    def _text(self, transcript: Hypothesis) -> str:
        """Return the text to tell: numbers of one kind may lie in several segments, so all is written at once."""
        if self._worker.config.text == "spoken":
            return transcript.text
        return write(transcript.text, transcript.language)

    async def _hear(self, utterance: Utterance, end: int, effort: Effort) -> None:
        began = self._clock.monotonic()
        await self._decoder.hear(utterance, self._ear, end, effort)
        self._decode_s = self._clock.monotonic() - began
        stage = "stt.partial" if effort.priority is Priority.PARTIAL else "stt.final"
        self._worker.runtime.metrics.stage(stage, self._decode_s)

    async def _report(self, utterance: Utterance, error: EngineError | Skipped) -> None:
        """Tell of a failure, once per turn; the session goes on."""
        log.warning("turn %d not decoded: %s", utterance.turn, error)
        if self._failed_turn != utterance.turn:
            self._failed_turn = utterance.turn
            await self._seat.say(_failure(error, utterance.turn, utterance.rev))


def _failure(error: EngineError | Skipped, turn: int = 0, rev: int = 0) -> ErrorRaised:
    retryable = isinstance(error, Skipped) or error.retryable
    return ErrorRaised(code=ErrorCode.ENGINE_FAILED, message=f"stt: {error}", retryable=retryable, turn=turn, rev=rev)
