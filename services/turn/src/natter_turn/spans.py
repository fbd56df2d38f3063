"""One span per turn of the user, from its first sound to its commit; the rest of the turn hangs below it."""

from __future__ import annotations

import msgspec
from opentelemetry.trace import Span, Tracer

from natter_protocol.base import Message
from natter_protocol.reply import ReplyHeard
from natter_protocol.turn import TurnCommitted, TurnEmpty, TurnFact, TurnReopened, TurnStarted
from natter_runtime import names, tracing


class TurnSpans:
    """Opens and closes the spans of one session's turns."""

    def __init__(self, tracer: Tracer, call: str = "") -> None:
        self._tracer = tracer
        self._call = call
        self._turns: dict[int, Span] = {}
        self._by_epoch: dict[int, int] = {}

    def told(self, message: Message) -> Message:
        """Return ``message``, which is about to be said, in the context of its turn."""
        if not isinstance(message, TurnFact) or not message.turn:
            return message
        if isinstance(message, TurnStarted):
            self._turns[message.turn] = tracing.start(
                self._tracer, names.SPAN_TURN, self._call, {names.TURN: message.turn}
            )
        span = self._turns.get(message.turn)
        if span is None:
            return message
        if isinstance(message, TurnCommitted):
            self._by_epoch[message.epoch] = message.turn
            span.set_attribute(names.RULE, message.rule)
            span.set_attribute(names.SILENCE_MS, message.silence_ms)
            span.set_attribute(names.REV, message.rev)
            span.add_event("committed")
        elif isinstance(message, TurnReopened):
            self._by_epoch.pop(message.epoch, None)  # the end of that answer is not the turn's
            span.add_event("reopened")
        elif isinstance(message, TurnEmpty):
            span.add_event("empty", {"reason": message.reason})
        told = msgspec.structs.replace(message, trace=tracing.of(span))
        if isinstance(message, TurnEmpty):
            self._turns.pop(message.turn).end()
        return told

    def hear(self, message: Message) -> None:
        """A turn is over when its answer was heard."""
        if isinstance(message, ReplyHeard):
            turn = self._by_epoch.pop(message.epoch, 0)
            span = self._turns.pop(turn, None)
            if span is not None:
                span.end()

    def close(self) -> None:
        """End what is open."""
        for span in self._turns.values():
            span.end()
        self._turns.clear()
