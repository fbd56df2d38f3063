"""One reply being spoken: text comes in, segments and audio go out.

Two tasks share the work: one makes audio, segment after segment; the other sends it as the gateway
grants credit (:mod:`natter_tts.outlet`). A segment is made when little is left to send, so later
ones see more text and are larger.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from opentelemetry.trace import Span, Tracer

from natter_protocol import subjects
from natter_protocol.audio import AudioFrame
from natter_protocol.base import Message
from natter_protocol.llm import LlmDelta
from natter_protocol.playback import CREDIT_S, PlaybackProgress, PlaybackResend
from natter_protocol.tts import TtsFailed, TtsSegment
from natter_runtime import names, tracing
from natter_runtime.clock import Clock
from natter_runtime.errors import EngineError
from natter_runtime.executor import ModelExecutor, Priority
from natter_runtime.metrics import Metrics
from natter_runtime.seat import Seat, SeatFailed
from natter_runtime.tasks import spawn
from natter_tts.alignment import SYLLABLE_S, Script
from natter_tts.cast import Cast
from natter_tts.normalize import fenced, normalize
from natter_tts.outlet import Outlet
from natter_tts.segmenter import Segmenter
from natter_tts.silence import Trimmer, pause_after
from natter_tts.synthesis import Synthesis
from natter_tts.take import Take

log = logging.getLogger(__name__)

LOW_S: Final = 1.0
"""The next segment is made when less than this waits to be sent."""
HURRY_S: Final = 1.0
"""With less than this left to play, a clause is enough for a segment."""
ATTEMPTS: Final = 2


@dataclass(frozen=True, slots=True)
class Studio:
    """What all speeches of the process share."""

    cast: Cast
    executor: ModelExecutor
    clock: Clock
    tracer: Tracer
    patience_s: float
    """Longest wait for the engine's next audio."""
    metrics: Metrics = field(default_factory=lambda: Metrics("tts"))


@dataclass(frozen=True, slots=True)
class Start:
    """Where a speech begins: at the start, or where the worker before this one was heard last."""

    heard: str = ""
    """The reply's words up to there."""
    sample: int = 0


class Speech:
    """See the module. ``run`` is its life; everything else may be called at any time.

    Args:
        studio: the engines and their surroundings.
        seat: of the session.
        first: the message that began it; gives epoch, turn and trace.
        start: where in the text and in the audio it begins.
    """

    def __init__(self, studio: Studio, seat: Seat, first: Message, start: Start) -> None:
        output = seat.state.settings.output
        self._role = studio.cast.role(output.voice, seat.state.settings.input.languages)
        info = self._role.engine.info
        self.epoch = first.epoch
        self._studio = studio
        self._seat = seat
        self._turn, self._rev = first.turn, first.rev
        self._rate = output.format.rate
        self._segmenter = Segmenter(self._role.language, start.heard)
        self._segment = len(start.heard)
        self._heard = start.sample
        self._outlet = Outlet(
            self.epoch,
            info.sample_rate,
            self._rate,
            start.sample,
            start.sample + round(CREDIT_S * self._rate),
            self._play,
        )
        self._start = start
        self._syllable_s = SYLLABLE_S
        self._news = asyncio.Event()
        self._trace = first.trace
        self._began = self._asked = studio.clock.monotonic()
        """When it was begun, and when the newest piece was taken to be spoken."""
        self._clause_ms: float | None = None
        """From the first text to the first piece that is worth speaking."""
        self._first_audio_ms: float | None = None

    # -- what happens to it ---------------------------------------------------------------------

    def feed(self, text: str, *, complete: bool) -> None:
        """The reply's whole text so far; ``complete`` if nothing follows."""
        self._segmenter.feed(text, complete=complete)
        self._news.set()

    def progress(self, message: PlaybackProgress) -> None:
        """Playback went on: there is credit, and perhaps hurry."""
        self._heard = max(self._heard, message.heard)
        self._outlet.grant(message.credit)
        self._news.set()

    async def resend(self, message: PlaybackResend) -> None:
        """The gateway missed something."""
        await self._outlet.resend(message.first_sample, message.end_sample)

    # -- its life -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Speak until the reply's text is complete and all of it is sent. Never raises but when cancelled."""
        attributes: dict[str, str | int | float | bool] = {
            names.SESSION: self._seat.session,
            names.EPOCH: self.epoch,
            names.TURN: self._turn,
            names.ENGINE: self._role.engine.info.name,
            names.VOICE: self._role.voice,
            **tracing.caused_by(LlmDelta),
        }
        span = tracing.start(self._studio.tracer, names.SPAN_SYNTHESIZE, self._trace, attributes)
        self._trace = tracing.of(span) or self._trace
        try:
            async with asyncio.TaskGroup() as group:
                spawn(group, self._outlet.run(), f"speech {self.epoch} out")
                try:
                    await self._speak(group)
                except SeatFailed:
                    raise
                except Exception as error:  # noqa: BLE001 - the boundary of a reply: the session goes on
                    tracing.fail(span, str(error) or type(error).__name__)
                    await self._fail(error)
                self._outlet.end()
        except asyncio.CancelledError:
            tracing.event(span, names.EVENT_CANCEL)
            raise
        finally:
            self._finish(span)

    async def _fail(self, error: Exception) -> None:
        if isinstance(error, EngineError):
            log.warning("reply %d cannot be spoken further: %s", self.epoch, error)
        else:
            log.exception("reply %d cannot be spoken further", self.epoch)
        message = str(error) or type(error).__name__
        await self._say(TtsFailed(message=message, epoch=self.epoch, turn=self._turn, rev=self._rev, trace=self._trace))

    def _finish(self, span: Span) -> None:
        if self._first_audio_ms is not None:
            span.set_attribute(names.FIRST_AUDIO_MS, self._first_audio_ms)
        span.set_attribute(names.AUDIO_MS, round((self._outlet.sent - self._start.sample) * 1000 / self._rate))
        span.end()

    async def _speak(self, group: asyncio.TaskGroup) -> None:
        """Make segment after segment.

        Raises:
            EngineError: the engine failed beyond the retry.
        """
        while (piece := await self._next_piece()) is not None:
            text, before = piece
            self._asked = self._studio.clock.monotonic()
            if self._clause_ms is None:
                self._clause_ms = (self._asked - self._began) * 1000
            tokens = normalize(text, self._role.language, in_code=fenced(before))
            script = Script(tokens)
            number, self._segment = self._segment, self._segment + 1
            if not script.voiced:
                await self._publish(self._take(number, text, script), complete=True)
                continue
            await self._voice_segment(group, number, text, script)
            if not self._segmenter.done:
                pause = pause_after(text, script.text)
                self._outlet.push(np.zeros(round(pause * self._role.engine.info.sample_rate), np.int16))

    async def _next_piece(self) -> tuple[str, str] | None:
        """Wait until there is something to say and need for it; return it with the text before it."""
        await self._outlet.drained(round(LOW_S * self._rate))
        while True:
            before = self._segmenter.before
            piece = self._segmenter.take(hurry=self._hurry())
            if piece is not None:
                return piece, before
            if self._segmenter.done:
                return None
            self._news.clear()
            await self._news.wait()

    def _hurry(self) -> bool:
        ahead = self._outlet.sent + self._outlet.backlog - self._heard
        return ahead < HURRY_S * self._rate

    def _take(self, number: int, text: str, script: Script) -> Take:
        return Take(number, text, script, self._outlet.at(), self._role.engine.info.sample_rate)

    async def _voice_segment(self, group: asyncio.TaskGroup, number: int, text: str, script: Script) -> None:
        """Speak one segment, once more if the engine fails before anything was heard."""
        for attempt in range(1, ATTEMPTS + 1):
            take = self._take(number, text, script)
            try:
                await self._perform(group, take)
            except EngineError as error:
                if take.published or attempt == ATTEMPTS:
                    raise
                log.warning("segment %d of reply %d failed, once more: %s", number, self.epoch, error)
            else:
                return

    async def _perform(self, group: asyncio.TaskGroup, take: Take) -> None:
        studio, role, info = self._studio, self._role, self._role.engine.info
        trimmer = Trimmer(info.sample_rate)
        priority = Priority.FINAL if self._hurry() else Priority.PARTIAL
        said = take.script.text if self._segmenter.done else take.script.ended(",")
        synthesis = Synthesis(role.engine, studio.executor, said, role.voice, priority, studio.patience_s)
        samples = 0
        async with aclosing(synthesis.chunks(group)) as chunks:
            async for chunk in chunks:
                take.marks.extend(chunk.marks)
                wanted = trimmer.feed(chunk.samples)
                if not len(wanted):
                    continue
                samples += len(wanted)
                if take.first_audio_ms is None and info.streams:
                    self._note_first_audio(take)
                    await self._publish(take, complete=False)
                if info.streams:
                    self._outlet.push(wanted)
                else:
                    take.kept.append(wanted)
        if not trimmer.audible:
            await self._publish(take, complete=True)
            return
        if take.first_audio_ms is None:
            self._note_first_audio(take)
        tail = trimmer.finish()
        take.removed, take.duration = trimmer.removed, samples + len(tail)
        await self._publish(take, complete=True)
        for kept in (*take.kept, tail):
            self._outlet.push(kept)
        self._syllable_s = 0.5 * (self._syllable_s + (take.syllable_s or self._syllable_s))

    def _note_first_audio(self, take: Take) -> None:
        """There is audio to be sent: at once if the engine streams, else when the whole segment is there."""
        take.first_audio_ms = (self._studio.clock.monotonic() - self._asked) * 1000
        self._studio.metrics.stage("tts.first_audio", take.first_audio_ms / 1000)
        if self._first_audio_ms is None:
            self._first_audio_ms = take.first_audio_ms

    # -- what it says ---------------------------------------------------------------------------

    async def _publish(self, take: Take, *, complete: bool) -> None:
        """Tell what is about to be heard; ``complete`` once all of the segment's audio is there."""
        take.published = True
        found, exact = take.words(self._rate, self._syllable_s, complete=complete)
        await self._say(
            TtsSegment(
                segment=take.number,
                text=take.text,
                first_sample=take.first_sample,
                words=found,
                exact=exact,
                first_audio_ms=take.first_audio_ms,
                clause_ms=self._clause_ms,
                epoch=self.epoch,
                turn=self._turn,
                rev=self._rev,
                trace=self._trace,
            )
        )

    async def _say(self, message: Message) -> None:
        if self.epoch not in self._seat.record.voids:
            await self._seat.say(message)

    async def _play(self, frame: AudioFrame) -> None:
        if self.epoch not in self._seat.record.voids:
            await self._seat.play(subjects.audio_out(self._seat.session), frame)
