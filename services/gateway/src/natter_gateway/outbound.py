"""The agent's side: from what ``tts`` makes to what the client hears, and the word of it to all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from opentelemetry.trace import Span, Tracer

from natter_gateway.clerk import Clerk
from natter_gateway.events import AgentWord, Event, ReplyAudio, ReplyBegan, ReplyOver, ToolWanted
from natter_gateway.playout import Ended, Missing, Playout, Send, Spoke, Started, Step
from natter_gateway.transcode import Encoder
from natter_protocol.audio import AudioFrame
from natter_protocol.base import Message
from natter_protocol.playback import PlaybackProgress, PlaybackResend, PlaybackState
from natter_protocol.reply import Outcome, ReplyHeard, ReplyProgress
from natter_protocol.settings import SessionSettings
from natter_protocol.tool import ToolCalled
from natter_protocol.tts import TtsFailed, TtsSegment
from natter_protocol.turn import TurnCancel, TurnCommitted, TurnFact, TurnGranted, TurnHold, TurnResume
from natter_runtime import names, tracing
from natter_runtime.voids import Voids

PROGRESS_S: Final = 0.1
CHECKPOINT_S: Final = 1.0


class Outbound:
    """One session's output.

    Args:
        settings: of the session; the output's format is fixed.
        voids: which replies are over, kept up to date by the seat.
        tell: takes events for the client.
        say: takes messages for the bus.
        lead_ms: how far ahead of playback audio is sent.
        clerk: keeps account of how long the user waited.
    """

    def __init__(
        self,
        settings: SessionSettings,
        voids: Voids,
        tell: Callable[[Event], None],
        say: Callable[[Message], None],
        tracer: Tracer,
        lead_ms: int,
        clerk: Clerk,
    ) -> None:
        self.volume = settings.output.volume
        self._playout = Playout(settings.output.format.rate, lead_ms)
        self._encoder = Encoder(settings.output.format)
        self._voids = voids
        self._tell = tell
        self._say = say
        self._tracer = tracer
        self._clerk = clerk
        self._began: set[int] = set()
        self._hold = 0
        self._progress_at = 0.0
        self._checkpoint_at = 0.0
        self._traces: dict[int, str] = {}
        self._spans: dict[int, Span] = {}

    # -- what it is told ------------------------------------------------------------------------

    def hear(self, message: Message, now: float, input_sample: int) -> None:
        """Take a message from another service."""
        match message:
            case TurnCommitted() | TurnGranted():
                self._traces[message.epoch] = message.trace
                self._playout.allow(message.epoch, now)
            case TtsSegment():
                self._playout.segment(message)
            case TtsFailed():
                self._playout.fail(message.epoch)
            case ToolCalled():
                self._begin(message.epoch)
                self._tell(ToolWanted(message.epoch, message.call, message.name, message.arguments))
            case TurnHold():
                self._hold = message.hold
                self._note(names.EVENT_HOLD)
                self._playout.hold(now + message.ttl_ms / 1000)
                self._report(now, input_sample)
            case TurnResume() if message.hold == self._hold:
                self._note(names.EVENT_RESUME)
                self._playout.resume()
                self._report(now, input_sample)
            case TurnCancel():
                about = {names.REASON: message.reason, names.SCOPE: message.scope.value}
                self._note(names.EVENT_CANCEL, about)
        if isinstance(message, TurnFact | TurnCancel):
            self._void()

    def hear_audio(self, frame: AudioFrame, now: float) -> None:
        """Take audio from ``tts``."""
        self._clerk.hear_audio(frame.epoch, now)
        self._playout.audio(frame, now)

    def _note(self, event: str, about: tracing.Attributes | None = None) -> None:
        """Note on the span of what is being heard that something happened to it."""
        tracing.event(self._spans.get(self._playout.current or 0), event, about)

    def _void(self) -> None:
        self._playout.void_through(self._voids.through)
        for epoch in self._voids.only:
            self._playout.void(epoch)
        self._perform(self._playout.take_ended())

    # -- what it does ---------------------------------------------------------------------------

    def tick(self, now: float, input_sample: int) -> None:
        """Send what is due, and report where playback stands: at once when a reply begins to be heard.

        Until ``turn`` knows of that it may reopen the turn, as if nothing had been said.
        """
        steps = self._playout.tick(now)
        self._perform(steps, now)
        began = any(isinstance(step, Started) for step in steps)
        if began or now - self._progress_at >= PROGRESS_S:
            self._report(now, input_sample)
        if now - self._checkpoint_at >= CHECKPOINT_S:
            self._checkpoint(now)

    def close(self) -> None:
        """End whatever is being heard."""
        if self._playout.current is not None:
            self._playout.void_through(self._playout.current)
        self._perform(self._playout.take_ended())

    def _perform(self, steps: list[Step], now: float = 0.0) -> None:
        for step in steps:
            match step:
                case Started():
                    self._begin(step.epoch)
                    parent = self._traces.get(step.epoch, "")
                    attributes = {names.EPOCH: step.epoch, **tracing.caused_by(TtsSegment)}
                    self._spans[step.epoch] = tracing.start(self._tracer, names.SPAN_PLAYOUT, parent, attributes)
                case Send():
                    self._clerk.sending(step.epoch, step.pcm, now)
                    self._tell(ReplyAudio(step.epoch, self._encoder.encode(step.pcm, self.volume)))
                case Spoke():
                    word = step.word
                    self._tell(AgentWord(step.epoch, word.text, self._ms(word.start), self._ms(word.end)))
                case Missing():
                    missing = self._ms(step.end_sample - step.first_sample)
                    tracing.event(self._spans.get(step.epoch), names.EVENT_DROP, {names.LOST_MS: missing})
                    self._say(
                        PlaybackResend(epoch=step.epoch, first_sample=step.first_sample, end_sample=step.end_sample)
                    )
                case Ended():
                    self._finish(step)

    def _begin(self, epoch: int) -> None:
        if epoch not in self._began:
            self._began.add(epoch)
            self._tell(ReplyBegan(epoch))

    def _finish(self, ended: Ended) -> None:
        trace = self._traces.pop(ended.epoch, "")
        span = self._spans.pop(ended.epoch, None)
        ms = self._ms(ended.heard)
        self._clerk.ended(ended.epoch, ended.outcome)
        if span is not None:
            span.set_attribute(names.OUTCOME, ended.outcome.value)
            span.set_attribute(names.HEARD_MS, ms)
            if ended.outcome is Outcome.FAILED:
                tracing.fail(span, "it could not be spoken to its end")
            span.end()
        self._say(ReplyHeard(epoch=ended.epoch, text=ended.text, ms=ms, outcome=ended.outcome, trace=trace))
        self._say(
            PlaybackProgress(
                epoch=ended.epoch, state=PlaybackState.ENDED, heard=ended.heard, sent=ended.heard, credit=ended.heard
            )
        )
        if ended.epoch in self._began:
            self._tell(ReplyOver(ended.epoch, ended.text, ended.outcome))

    def _report(self, now: float, input_sample: int) -> None:
        position = self._playout.position()
        if position is None:
            return
        self._progress_at = now
        state = PlaybackState.PLAYING
        if position.held:
            state = PlaybackState.HELD
        elif position.starved:
            state = PlaybackState.STARVED
        self._say(
            PlaybackProgress(
                epoch=position.epoch,
                state=state,
                heard=position.heard,
                sent=position.sent,
                credit=self._playout.credit(),
                at_sample=input_sample,
            )
        )

    def _checkpoint(self, now: float) -> None:
        position = self._playout.position()
        if position is None or position.held:
            return
        self._checkpoint_at = now
        text = self._playout.heard_text(position.epoch)
        self._say(ReplyProgress(epoch=position.epoch, sample=position.heard, text=text))

    def _ms(self, samples: int) -> int:
        return samples * 1000 // self._playout.rate
