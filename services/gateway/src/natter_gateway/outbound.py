"""The agent's side, spoken: from what ``tts`` makes to what the client hears, and the word of it to all others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from opentelemetry.trace import Span, Tracer

from natter_gateway.announced import Announced
from natter_gateway.events import AgentHeld, AgentResumed, AgentWord, Event, ReplyAudio, ToolWanted
from natter_gateway.playout import Ended, Missing, Playout, Send, Spoke, Started, Step
from natter_gateway.records.call import Heard, Unheeded
from natter_gateway.transcode import Encoder
from natter_protocol.audio import AudioFrame
from natter_protocol.base import Message
from natter_protocol.playback import PlaybackProgress, PlaybackResend, PlaybackState
from natter_protocol.reply import ReplyHeard, ReplyProgress
from natter_protocol.settings import SessionSettings
from natter_protocol.tool import ToolCalled
from natter_protocol.tts import TtsFailed, TtsSegment
from natter_protocol.turn import TurnCancel, TurnCommitted, TurnFact, TurnGranted, TurnHold, TurnResume
from natter_runtime import names, tracing
from natter_runtime.state import SessionState
from natter_runtime.voids import Voids

PROGRESS_S: Final = 0.1
CHECKPOINT_S: Final = 1.0


class Outbound:
    """One session's output; see :class:`natter_gateway.agent_side.AgentSide`.

    Args:
        settings: of the session; the output's format is fixed.
        voids: which replies are over, kept up to date by the seat.
        tell: takes events for the client.
        say: takes messages for the bus.
        lead_ms: how far ahead of playback audio is sent.
        heard: takes note of the sound; None: nobody does.
    """

    def __init__(
        self,
        settings: SessionSettings,
        voids: Voids,
        tell: Callable[[Event], None],
        say: Callable[[Message], None],
        tracer: Tracer,
        lead_ms: int,
        heard: Heard | None = None,
    ) -> None:
        self.newest = 0
        self._playout = Playout(settings.output.format.rate, lead_ms)
        self._encoder = Encoder(settings.output.format)
        self._voids = voids
        self._tell = tell
        self._say = say
        self._tracer = tracer
        self._heard = heard or Unheeded()
        self._announced = Announced(tell)
        self._hold = 0
        self._held = 0
        """The reply that the client knows to be held."""
        self._progress_at = 0.0
        self._checkpoint_at = 0.0
        self._traces: dict[int, str] = {}
        self._spans: dict[int, Span] = {}
        self._guessed: set[int] = set()
        """Replies that were begun before their turn was over, and spoken to another gateway."""
        self.configure(settings)

    @property
    def busy(self) -> bool:
        return self._playout.busy

    def configure(self, settings: SessionSettings) -> None:
        self._volume = settings.output.volume
        self._risky = {tool.name for tool in settings.tools if tool.side_effects}

    # -- what it is told ------------------------------------------------------------------------

    def restore(self, state: SessionState, segments: Sequence[TtsSegment], now: float) -> None:
        running = {reply.epoch: reply for reply in state.replies.values() if reply.outcome is None}
        for segment in segments:
            if segment.epoch in running:
                self._playout.segment(segment)
        for reply in running.values():
            if reply.cause is None:
                self._guessed.add(reply.epoch)
                continue
            self.newest = max(self.newest, reply.epoch)
            self._traces[reply.epoch] = state.trace
            if reply.begun:
                self._announced.recall(reply.epoch)
            sample = reply.progress_sample if reply.begun and reply.progress_sample else None
            steps = self._playout.restore(reply.epoch, sample, now)
            self._perform([] if reply.void else steps)
        self._void()

    def hear(self, message: Message, now: float, input_sample: int) -> None:
        match message:
            case TurnCommitted() | TurnGranted():
                self.newest = max(self.newest, message.epoch)
                self._traces[message.epoch] = message.trace
                self._playout.allow(message.epoch, now)
                if message.epoch in self._guessed:
                    self._perform(self._playout.restore(message.epoch, None, now))
                self._guessed.clear()
            case TtsSegment():
                self._playout.segment(message)
            case TtsFailed():
                self._playout.fail(message.epoch)
            case ToolCalled():
                self._announced.begin(message.epoch)
                risky = message.name in self._risky
                self._tell(ToolWanted(message.epoch, message.call, message.name, message.arguments, risky))
            case TurnHold():
                self._hold = message.hold
                self._playout.hold(now + message.ttl_ms / 1000)
                self._tell_held()
                self._report(now, input_sample)
            case TurnResume() if message.hold == self._hold:
                self._playout.resume()
                self._tell_held()
                self._report(now, input_sample)
        if isinstance(message, TurnFact | TurnCancel):
            self._void()

    def hear_audio(self, frame: AudioFrame, now: float) -> None:
        self._playout.audio(frame, now)

    def ack(self, epoch: int, ms: float) -> None:
        self._playout.ack(epoch, int(ms * self._playout.rate / 1000))

    def _void(self) -> None:
        self._playout.void_through(self._voids.through)
        for epoch in self._voids.only:
            self._playout.void(epoch)
        self._perform(self._playout.take_ended())

    def _tell_held(self) -> None:
        """Tell of a hold of a reply that the client hears, and of its end."""
        position = self._playout.position()
        if self._playout.held and position is not None and not self._held:
            self._held = position.epoch
            self._tell(AgentHeld(self._held))
        elif self._held and not self._playout.held:
            if position is not None and position.epoch == self._held:
                self._tell(AgentResumed(self._held))
            self._held = 0

    # -- what it does ---------------------------------------------------------------------------

    def tick(self, now: float, input_sample: int) -> None:
        """Send what is due, and report where playback stands: at once when a reply begins to be heard.

        Until ``turn`` knows of that it may reopen the turn, as if nothing had been said.
        """
        steps = self._playout.tick(now)
        self._perform(steps)
        if self._held:
            self._tell_held()  # a hold may have ended by itself
        began = any(isinstance(step, Started) for step in steps)
        if began or now - self._progress_at >= PROGRESS_S:
            self._report(now, input_sample)
        if now - self._checkpoint_at >= CHECKPOINT_S:
            self._checkpoint(now)

    def pause(self, now: float) -> None:
        self._checkpoint(now, always=True)
        self._playout.pause()

    def go_on(self, now: float) -> None:
        self._playout.go_on(now)

    def going_on(self) -> tuple[int, int]:
        position = self._playout.position()
        return (position.epoch, self._ms(position.sent)) if position is not None else (0, 0)

    def close(self) -> None:
        if self._playout.current is not None:
            self._playout.void_through(self._playout.current)
        self._perform(self._playout.take_ended())

    def _perform(self, steps: list[Step]) -> None:
        for step in steps:
            match step:
                case Started():
                    self._start(step.epoch)
                case Send():
                    self._heard.agent(step.pcm, step.ahead, self._volume)
                    self._tell(ReplyAudio(step.epoch, self._encoder.encode(step.pcm, self._volume)))
                case Spoke():
                    word = step.word
                    self._tell(AgentWord(step.epoch, word.text, self._ms(word.start), self._ms(word.end)))
                case Missing():
                    self._say(
                        PlaybackResend(epoch=step.epoch, first_sample=step.first_sample, end_sample=step.end_sample)
                    )
                case Ended():
                    self._finish(step)

    def _start(self, epoch: int) -> None:
        """Write down that the client is about to know of it, then tell."""
        self._say(ReplyProgress(epoch=epoch, sample=0, text=""))
        self._announced.begin(epoch)
        parent = self._traces.get(epoch, "")
        self._spans[epoch] = tracing.start(self._tracer, names.SPAN_PLAYOUT, parent, {names.EPOCH: epoch})

    def _finish(self, ended: Ended) -> None:
        self._heard.cut(ended.unheard)
        trace = self._traces.pop(ended.epoch, "")
        span = self._spans.pop(ended.epoch, None)
        ms = self._ms(ended.heard)
        if span is not None:
            span.set_attribute(names.OUTCOME, ended.outcome.value)
            span.set_attribute(names.HEARD_MS, ms)
            span.end()
        if self._held == ended.epoch:
            self._held = 0
        self._say(ReplyHeard(epoch=ended.epoch, text=ended.text, ms=ms, outcome=ended.outcome, trace=trace))
        self._say(
            PlaybackProgress(
                epoch=ended.epoch, state=PlaybackState.ENDED, heard=ended.heard, sent=ended.heard, credit=ended.heard
            )
        )
        self._announced.end(ended.epoch, ended.text, ended.outcome)

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

    def _checkpoint(self, now: float, *, always: bool = False) -> None:
        position = self._playout.position()
        if position is None or (position.held and not always):
            return
        self._checkpoint_at = now
        text = self._playout.heard_text(position.epoch)
        self._say(ReplyProgress(epoch=position.epoch, sample=position.heard, text=text))

    def _ms(self, samples: int) -> int:
        return samples * 1000 // self._playout.rate
