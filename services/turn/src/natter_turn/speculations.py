"""Answers that are begun before the turn is surely over: how many, what became of each, and what time they won.

Read off what the machine says, so that the machine itself counts nothing. Each is a span below its turn, and the
span of the decision is linked to those that were given up before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from opentelemetry.trace import Span, Tracer

from natter_protocol.turn import Scope, TurnCancel, TurnCommitted, TurnEager
from natter_runtime import names, tracing
from natter_runtime.clock import Clock
from natter_runtime.metrics import Metrics

REMEMBERED: Final = 4
"""So many turns back it is known what was begun for them: one of them may be reopened."""
LEFT: Final = "left"
"""The worker left the session, or the session ended, before it was known what becomes of it."""


@dataclass(frozen=True, slots=True)
class _Begun:
    turn: int
    at: float
    span: Span


@dataclass(slots=True)
class _Turn:
    begun: int = 0
    discarded: list[str] = field(default_factory=list)


class Speculations:
    """Those of one session. Told of the messages that are about speculations, in their order."""

    def __init__(self, tracer: Tracer, clock: Clock, metrics: Metrics) -> None:
        self._tracer = tracer
        self._clock = clock
        self._metrics = metrics
        self._open: dict[int, _Begun] = {}
        """By reply; what has not been decided yet."""
        self._turns: dict[int, _Turn] = {}

    def begin(self, eager: TurnEager, parent: str) -> None:
        """An answer is begun."""
        about = {names.TURN: eager.turn, names.REV: eager.rev, names.EPOCH: eager.epoch}
        span = tracing.start(self._tracer, names.SPAN_SPECULATION, parent, about)
        self._open[eager.epoch] = _Begun(eager.turn, self._clock.monotonic(), span)
        self._turns.setdefault(eager.turn, _Turn()).begun += 1
        self._turns.pop(eager.turn - REMEMBERED, None)
        self._metrics.speculation("begun")

    def commit(self, committed: TurnCommitted) -> float:
        """The turn is over; return how many ms before that its answer had been begun, 0 if it had not."""
        begun = self._open.pop(committed.epoch, None)
        if begun is None:
            return 0.0
        self._metrics.speculation("kept")
        begun.span.set_attribute(names.KEPT, True)
        begun.span.end()
        return (self._clock.monotonic() - begun.at) * 1000

    def cancel(self, cancel: TurnCancel) -> None:
        """Replies are void; those that were begun ahead were begun in vain."""
        through = cancel.scope is Scope.THROUGH
        for epoch in [epoch for epoch in self._open if epoch == cancel.epoch or (through and epoch < cancel.epoch)]:
            self._discard(epoch, cancel.reason)

    def close(self) -> None:
        """The session is served here no more."""
        for epoch in list(self._open):
            self._discard(epoch, LEFT)

    def _discard(self, epoch: int, reason: str) -> None:
        begun = self._open.pop(epoch)
        self._metrics.speculation("discarded", reason)
        begun.span.set_attributes({names.KEPT: False, names.REASON: reason})
        begun.span.end()
        if trace := tracing.of(begun.span):
            self._turns.setdefault(begun.turn, _Turn()).discarded.append(trace)

    def begun(self, turn: int) -> int:
        """Return how many answers have been begun ahead for ``turn``."""
        known = self._turns.get(turn)
        return known.begun if known is not None else 0

    def discarded(self, turn: int) -> tuple[str, ...]:
        """Return the contexts of those for ``turn`` that were given up."""
        known = self._turns.get(turn)
        return tuple(known.discarded) if known is not None else ()
