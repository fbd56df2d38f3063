"""One span per turn of the user, from its first sound to the end of its answer; the rest of the turn hangs below it.

The span of a turn is opened here, and everything that is said about the turn carries its context. A worker that
takes the session over goes on with the spans of its predecessor: they are told of once, by whoever ends them.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec
from opentelemetry.trace import Span, Tracer

from natter_protocol.audio import INPUT_RATE
from natter_protocol.base import Message
from natter_protocol.errors import ErrorRaised
from natter_protocol.reply import Outcome, ReplyHeard, ReplyMeasured, ReplyWanted
from natter_protocol.turn import (
    Scope,
    TurnCancel,
    TurnCommitted,
    TurnEager,
    TurnEmpty,
    TurnGranted,
    TurnHold,
    TurnReopened,
    TurnResume,
    TurnStarted,
)
from natter_runtime import logs, names, tracing
from natter_runtime.clock import Clock
from natter_runtime.state import ReplyState, SessionState, TurnState, TurnStatus
from natter_turn.speculations import Speculations
from natter_turn.table import State

WINDOWS: Final = 1024
"""Of 32 ms: more than the longest pause within a turn."""
REMEMBERED: Final = 64
"""So many turns back it is known which span a late message belongs to."""


class TurnSpans:
    """Opens and closes the spans of one session's turns.

    Args:
        state: of the session as it is taken over.
        clock: says how long ago something began.
        speculations: of the session.
    """

    def __init__(self, tracer: Tracer, clock: Clock, state: SessionState, speculations: Speculations) -> None:
        self._speculations = speculations
        self._tracer = tracer
        self._clock = clock
        self._call = state.trace
        self._open: dict[int, Span] = {}
        self._traces: dict[int, str] = {}
        """By turn, also of those that are over: work for a turn may begin after its end."""
        self._turns: dict[int, int] = {}
        """Reply -> the turn that it answers."""
        self._wishes: dict[str, int] = {}
        """Wish -> the turn that it came out of."""
        self._held = 0
        """The reply that the newest hold stopped."""
        self._closing_since: float | None = None
        self._final_wait_ms = 0.0
        """How long the newest turn that was decided waited for the recogniser's last word."""
        self._heard: deque[tuple[int, float]] = deque(maxlen=WINDOWS)
        """The ends of the newest windows of audio, and when they were heard."""
        for turn in state.turns.values():
            self._take_over(turn, state)

    def heard(self, end_sample: int) -> None:
        """Audio up to ``end_sample`` is being listened to."""
        self._heard.append((end_sample, self._clock.monotonic()))

    def stands(self, state: State) -> None:
        """The machine is in ``state``: while it closes a turn, only the recogniser's last word is waited for."""
        now = self._clock.monotonic()
        if state is State.CLOSING:
            self._closing_since = now if self._closing_since is None else self._closing_since
        elif self._closing_since is not None:
            waited = state is State.ANSWERING  # else the user went on: it was no end
            self._final_wait_ms = (now - self._closing_since) * 1000 if waited else 0.0
            self._closing_since = None

    def _take_over(self, turn: TurnState, state: SessionState) -> None:
        if not turn.trace or turn.trace == self._call:
            return
        self._traces[turn.turn] = turn.trace
        if turn.epoch:
            self._turns[turn.epoch] = turn.turn
        answered = turn.status is TurnStatus.COMMITTED and _is_over(state.replies.get(turn.epoch))
        if turn.status is not TurnStatus.EMPTY and not answered:
            began = state.opened_at + turn.start_sample / INPUT_RATE
            self._open[turn.turn] = tracing.resume(
                self._tracer, _name(turn.turn), turn.trace, self._call, {names.TURN: turn.turn}, at=began
            )

    # -- what is said ---------------------------------------------------------------------------

    def told(self, message: Message) -> Message:
        """Return ``message``, which is about to be said, in the context of its turn."""
        message = self._measured_so_far(message)
        if isinstance(message, TurnStarted):
            self._begin(message.turn)
        self._note(message)
        turn = message.turn
        if isinstance(message, TurnGranted):
            turn = self._wishes.pop(message.request, 0)
        trace = self._traces.get(turn, "")
        if isinstance(message, TurnEmpty):
            self._end(message.turn)
        return msgspec.structs.replace(message, trace=trace) if trace else message

    def _measured_so_far(self, message: Message) -> Message:
        """Return ``message`` with what was measured here, for the ledger."""
        match message:
            case TurnEager():
                return msgspec.structs.replace(message, decided_ms=self._ms_since(message.end_sample))
            case TurnCommitted():
                decided, waited = self._ms_since(message.end_sample), self._final_wait_ms
                self._final_wait_ms = 0.0
                return msgspec.structs.replace(
                    message,
                    decided_ms=decided,
                    final_wait_ms=min(waited, decided),
                    speculations=self._speculations.begun(message.turn),
                    ahead_ms=self._speculations.commit(message),
                )
        return message

    def _ms_since(self, sample: int) -> float:
        """Return how long ago ``sample`` was heard; 0 if that is not known."""
        at = next((at for end, at in reversed(self._heard) if end <= sample), None)
        return 0.0 if at is None else (self._clock.monotonic() - at) * 1000

    def _begin(self, turn: int) -> None:
        span = tracing.start(self._tracer, _name(turn), self._call, {names.TURN: turn})
        if trace := tracing.of(span):
            self._open[turn], self._traces[turn] = span, trace
            self._traces.pop(turn - REMEMBERED, None)

    def _note(self, message: Message) -> None:
        """Note on the spans what is about to be said."""
        span = self._open.get(message.turn)
        match message:
            case TurnEager():
                self._speculations.begin(message, self._traces.get(message.turn, ""))
                tracing.event(span, names.EVENT_EAGER, {names.EPOCH: message.epoch})
            case TurnCommitted():
                self._committed(message)
            case TurnReopened():
                self._turns.pop(message.epoch, None)
                tracing.event(span, names.EVENT_REOPENED, {names.EPOCH: message.epoch})
            case TurnEmpty():
                tracing.event(span, names.EVENT_EMPTY, {names.REASON: message.reason})
            case TurnHold():
                self._held = message.epoch
                tracing.event(self._answered(message.epoch), names.EVENT_HOLD, {names.EPOCH: message.epoch})
            case TurnResume():
                tracing.event(self._answered(self._held), names.EVENT_RESUME, {names.EPOCH: self._held})
            case TurnCancel():
                self._speculations.cancel(message)
                about = {names.EPOCH: message.epoch, names.SCOPE: message.scope.value, names.REASON: message.reason}
                cancelled = span if message.scope is Scope.ONLY else self._answered(message.epoch)
                tracing.event(cancelled, names.EVENT_CANCEL, about)

    def _committed(self, message: TurnCommitted) -> None:
        self._turns[message.epoch] = message.turn
        self._wishes.clear()  # the answer to the user speaks for all that was wished for before
        span = self._open.get(message.turn)
        if span is None:
            return
        attributes: dict[str, str | int | float] = {
            names.RULE: message.rule,
            names.SILENCE_MS: message.silence_ms,
            names.FINAL_WAIT_MS: message.final_wait_ms,
            names.REV: message.rev,
            names.SPECULATIONS: message.speculations,
            names.AHEAD_MS: message.ahead_ms,
        }
        if message.probability is not None:
            attributes[names.PROBABILITY] = message.probability
        span.set_attributes(attributes)
        if logs.shows_text():
            span.set_attribute(names.USER_TEXT, message.text)
        tracing.event(span, names.EVENT_COMMITTED, {names.EPOCH: message.epoch})
        began = self._clock.wall() - max(message.decided_ms, message.silence_ms) / 1000
        parent, given_up = self._traces[message.turn], self._speculations.discarded(message.turn)
        tracing.start(self._tracer, names.SPAN_ENDPOINTING, parent, attributes, links=given_up, at=began).end()

    def _answered(self, epoch: int) -> Span | None:
        """Return the span of the turn that reply ``epoch`` answers, or the newest up to it."""
        turn = self._turns.get(epoch) or self._turns.get(max((e for e in self._turns if e <= epoch), default=0), 0)
        return self._open.get(turn)

    # -- what is heard --------------------------------------------------------------------------

    def hear(self, message: Message) -> None:
        """Take a message from another service; a turn is over when its answer was heard."""
        match message:
            case ReplyWanted() if message.turn:
                self._wishes[message.request] = message.turn
            case ErrorRaised() if message.turn in self._open:
                tracing.fail(self._open[message.turn], message.message)
            case ReplyMeasured():
                self._measured(message)
            case ReplyHeard():
                turn = self._turns.pop(message.epoch, 0)
                span = self._open.get(turn)
                if span is not None:
                    span.set_attribute(names.OUTCOME, message.outcome.value)
                    if message.outcome is Outcome.FAILED:
                        tracing.fail(span, "the answer could not be spoken to its end")
                    self._end(turn)

    def _measured(self, message: ReplyMeasured) -> None:
        span = self._open.get(self._turns.get(message.epoch, 0))
        if span is not None:
            steps = {f"{names.LEDGER}.{step.name}_ms": step.ms for step in message.steps}
            total = {names.LEDGER_TOTAL: message.total_ms, names.LEDGER_UNACCOUNTED: message.unaccounted_ms}
            span.set_attributes({**steps, **total})

    def _end(self, turn: int) -> None:
        span = self._open.pop(turn, None)
        if span is not None:
            span.end()

    def close(self, *, over: bool) -> None:
        """The session is served here no more; if it is ``over``, nobody else ends what is open."""
        self._speculations.close()
        if over:
            for span in self._open.values():
                span.end()
        self._open.clear()


def _name(turn: int) -> str:
    return f"{names.SPAN_TURN} {turn}"


def _is_over(reply: ReplyState | None) -> bool:
    return reply is not None and (reply.outcome is not None or reply.void)
