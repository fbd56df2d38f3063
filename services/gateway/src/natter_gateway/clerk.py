"""Keeps account of one session: how its turns, replies and calls ended, and how long the user waited for answers.

A latency ledger goes to the log as a fact (the turn's span and the call's record take it from there), into the metrics,
and to the client, if it wants it.
"""

from __future__ import annotations

import logging
from array import array
from collections.abc import Callable
from typing import Final

from natter_gateway.events import Event, TurnMeasured
from natter_gateway.inbound import Inbound
from natter_gateway.ledger import UNACCOUNTED, Heard, Ledger, Ledgers
from natter_gateway.loudness import BEFORE, LATER, LONGEST, last_sound
from natter_protocol.audio import AudioFrame
from natter_protocol.base import Message
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard
from natter_protocol.tool import ToolReturned
from natter_protocol.tts import TtsSegment
from natter_protocol.turn import TurnCommitted, TurnEager, TurnEmpty, TurnReopened
from natter_runtime.logs import turn_number
from natter_runtime.metrics import Metrics

log = logging.getLogger(__name__)

AUDIBLE: Final = 328
"""A sample beyond 1 % of full scale (-40 dB) can be heard."""


class Clerk:
    """See the module.

    Args:
        inbound: the user's audio, with the times at which it came.
        rate: of the agent's audio, in Hz.
        say: takes messages for the bus.
        tell: takes events for the client.
    """

    def __init__(
        self,
        inbound: Inbound,
        rate: int,
        say: Callable[[Message], None],
        tell: Callable[[Event], None],
        metrics: Metrics,
    ) -> None:
        self._ledgers = Ledgers()
        self._inbound = inbound
        self._rate = rate
        self._say = say
        self._tell = tell
        self._metrics = metrics
        self._sent: dict[int, int] = {}
        """Samples of a reply that were sent and could not be heard, as long as there are no others."""
        self._began: dict[int, float] = {}

    # -- what it hears --------------------------------------------------------------------------

    def hear(self, message: Message | AudioFrame, now: float) -> None:
        """Take a message from another service, or audio of a reply."""
        match message:
            case AudioFrame():
                self._ledgers.audio(message.epoch, now)
            case TurnEager():
                self._ledgers.eager(message)
            case TurnCommitted():
                self._metrics.outcome("turn", "committed")
                self._ledgers.committed(message, now, self._heard(self._last_sound(message), message.end_sample))
            case TurnEmpty() | TurnReopened():
                self._metrics.outcome("turn", message.type_name().removeprefix("turn."))
            case ToolReturned():
                self._metrics.outcome("tool", message.outcome.value)
            case TtsSegment():
                self._ledgers.segment(message)
            case ReplyFinished():
                self._ledgers.finished(message)
                self._pass_on(self._ledgers.ready(message.epoch))

    def said(self, message: Message) -> None:
        """Take note of what the gateway itself is about to say."""
        match message:
            case ToolReturned():
                self._metrics.outcome("tool", message.outcome.value)
            case ReplyHeard():
                self._ended(message.epoch, message.outcome)

    def _heard(self, spoken_sample: int, end_sample: int) -> Heard | None:
        arrivals, emitted = self._inbound.arrivals, self._inbound.emitted
        spoken_at, came, went = arrivals.spoken(spoken_sample), arrivals.spoken(end_sample), emitted.when(end_sample)
        if spoken_at is None or came is None or went is None:
            return None
        return Heard(spoken_sample, spoken_at, (went - came) * 1000)

    def _last_sound(self, message: TurnCommitted) -> int:
        end = message.end_sample
        first = max(message.start_sample, end - LONGEST) - BEFORE
        frames = list(self._inbound.ring.between(first, end + LATER))
        if not frames:
            return end
        return last_sound(b"".join(frame.pcm for frame in frames), frames[0].first_sample, end)

    # -- what it sees go ------------------------------------------------------------------------

    def sending(self, epoch: int, pcm: bytes, now: float) -> None:
        """A piece of a reply, PCM16 at the output's rate, is being sent; the player plays it behind the one before."""
        if epoch in self._began and epoch not in self._sent:
            return  # it can be heard already
        began = self._began.setdefault(epoch, now)
        before = self._sent.pop(epoch, 0)
        audible = first_audible(pcm)
        if audible is None:
            self._sent[epoch] = before + len(pcm) // 2
            return
        self._ledgers.sent(epoch, max(now, began + (before + audible) / self._rate))
        self._pass_on(self._ledgers.ready(epoch))

    def _ended(self, epoch: int, outcome: Outcome) -> None:
        """A reply is over: what is known of it is all there will be."""
        self._metrics.outcome("reply", outcome.value)
        self._began.pop(epoch, None)
        self._sent.pop(epoch, None)
        self._pass_on(self._ledgers.close(epoch))

    def _pass_on(self, ledger: Ledger | None) -> None:
        if ledger is None:
            return
        fact = ledger.fact()
        self._say(fact)
        self._metrics.turn(max(0.0, fact.total_ms / 1000))
        for step in fact.steps:
            self._metrics.step(step.name, step.owner, max(0.0, step.ms / 1000))
        self._metrics.step(UNACCOUNTED, "", max(0.0, fact.unaccounted_ms / 1000))
        told = " ".join(f"{step.name}={step.ms:.0f}" for step in fact.steps)
        about = turn_number.set(fact.turn)
        log.info("answered in %.0f ms: %s unaccounted=%.0f", fact.total_ms, told, fact.unaccounted_ms)
        turn_number.reset(about)
        self._tell(
            TurnMeasured(
                fact.turn,
                fact.epoch,
                fact.total_ms,
                fact.steps,
                fact.unaccounted_ms,
                fact.speculations,
                fact.ahead_ms,
            )
        )


def first_audible(pcm: bytes) -> int | None:
    """Return the index of the first sample that can be heard, or None."""
    samples = array("h", pcm)
    return next((index for index, value in enumerate(samples) if abs(value) >= AUDIBLE), None)
