"""The latency ledger: where the time went between the user's last sound and the first of the answer. Pure.

Services measure what they do where they do it and tell it in the messages that they send anyway; only durations
cross between processes, never times. Here they meet the gateway's own clock, which sees both ends of the turn: the
arrival of the user's last sound and the departure of the answer's first. What the durations do not explain (the
bus, queues, a busy machine) is *unaccounted*; it is shown, not hidden.

::

    end_of_speech     turn     the voice detector holds on a little longer than the sound
    input             gateway  resampling, and the audio that a frame still lacked
    decision          turn     until the turn was taken for over
    final_text        stt      ... and then only the recogniser's last word was waited for
    first_token       llm      from the wish for a reply to the model's first token
    first_clause      tts      until there was enough text to speak
    first_audio       tts      until the first audio of it
    first_sample_sent gateway  until its first audible sample was sent

Of a reply that was made ahead of the decision, the steps count only as far as the user waited for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from natter_protocol.audio import INPUT_RATE
from natter_protocol.reply import ReplyFinished, ReplyMeasured, Step
from natter_protocol.tts import TtsSegment
from natter_protocol.turn import TurnCommitted, TurnEager

UNACCOUNTED: Final = "unaccounted"
MAX_OPEN: Final = 16
"""Replies that are being followed; one that is never heard is forgotten for a newer."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One turn's latency. The steps and what is unaccounted for add up to the total."""

    turn: int
    rev: int
    epoch: int
    total_ms: float
    steps: tuple[Step, ...]
    speculations: int = 0
    """How many answers were begun for the turn before it was surely over."""
    ahead_ms: float = 0.0
    """How long before the turn was over this answer had been begun; 0 if it was not."""

    @property
    def unaccounted_ms(self) -> float:
        """What no step explains. Negative if steps were told longer than they can have been."""
        return self.total_ms - sum(step.ms for step in self.steps)

    def fact(self, trace: str = "") -> ReplyMeasured:
        """Return it as it is told on the bus."""
        return ReplyMeasured(
            turn=self.turn,
            rev=self.rev,
            epoch=self.epoch,
            total_ms=round(self.total_ms, 1),
            steps=tuple(Step(step.name, step.owner, round(step.ms, 1)) for step in self.steps),
            unaccounted_ms=round(self.unaccounted_ms, 1),
            speculations=self.speculations,
            ahead_ms=round(self.ahead_ms, 1),
            trace=trace,
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """How the end of a turn came in.

    Attributes:
        spoken_sample: where the user's last sound lies.
        spoken_at: when it came in, on the gateway's monotonic clock, in seconds.
        input_ms: how long the end that the voice detector heard then took to go out again.
    """

    spoken_sample: int
    spoken_at: float
    input_ms: float = 0.0


@dataclass(slots=True)
class _Entry:
    """What is known of one reply so far. Times are the gateway's monotonic clock, in seconds."""

    eager: TurnEager | None = None
    committed: TurnCommitted | None = None
    committed_at: float = 0.0
    heard: Heard | None = None
    segment: TtsSegment | None = None
    audio_at: float | None = None
    finished: ReplyFinished | None = None
    sent_at: float | None = None
    closed: bool = False


@dataclass(slots=True)
class Ledgers:
    """The ledgers of one session: told what happens and when, they are drawn up as soon as all of it is known."""

    _open: dict[int, _Entry] = field(default_factory=dict)

    def _entry(self, epoch: int) -> _Entry:
        if epoch not in self._open and len(self._open) >= MAX_OPEN:
            del self._open[min(self._open)]
        return self._open.setdefault(epoch, _Entry())

    # -- what it is told ------------------------------------------------------------------------

    def eager(self, message: TurnEager) -> None:
        """The answer is begun before the turn is surely over."""
        self._entry(message.epoch).eager = message

    def committed(self, message: TurnCommitted, at: float, heard: Heard | None) -> None:
        """The turn is over.

        Args:
            at: when it was heard of.
            heard: how its end came in; None if this gateway has not heard it.
        """
        entry = self._entry(message.epoch)
        entry.committed, entry.committed_at, entry.heard = message, at, heard

    def segment(self, message: TtsSegment) -> None:
        """A piece of a reply is about to be spoken; the first one's times count."""
        entry = self._open.get(message.epoch)
        if entry is not None and (entry.segment is None or entry.segment.segment == message.segment):
            entry.segment = message

    def audio(self, epoch: int, at: float) -> None:
        """Audio of a reply has come in."""
        entry = self._open.get(epoch)
        if entry is not None and entry.audio_at is None:
            entry.audio_at = at

    def finished(self, message: ReplyFinished) -> None:
        """A reply's text is complete, with what the model took for it."""
        entry = self._open.get(message.epoch)
        if entry is not None:
            entry.finished = message

    def sent(self, epoch: int, at: float) -> None:
        """The first audible sample of a reply goes to the client, to be heard ``at``."""
        entry = self._open.get(epoch)
        if entry is not None and entry.sent_at is None:
            entry.sent_at = at

    # -- what it draws up -----------------------------------------------------------------------

    def ready(self, epoch: int) -> Ledger | None:
        """Return the ledger of ``epoch`` once everything about it is known, and only then, once."""
        entry = self._open.get(epoch)
        if entry is None or entry.sent_at is None or entry.finished is None:
            return None
        return self.close(epoch)

    def close(self, epoch: int) -> Ledger | None:
        """Return the ledger of ``epoch`` from what is known; None if it was drawn up, or never heard."""
        entry = self._open.pop(epoch, None)
        if entry is None or entry.committed is None or entry.heard is None or entry.sent_at is None:
            return None
        total_ms = (entry.sent_at - entry.heard.spoken_at) * 1000
        committed = entry.committed
        steps = tuple(_steps(entry, committed, entry.heard, entry.sent_at))
        return Ledger(committed.turn, committed.rev, epoch, total_ms, steps, committed.speculations, committed.ahead_ms)


def _steps(entry: _Entry, committed: TurnCommitted, heard: Heard, sent_at: float) -> list[Step]:
    """Return the steps along the path that the user waited for."""
    held_on = (committed.end_sample - heard.spoken_sample) * 1000 / INPUT_RATE
    waited, decided = committed.final_wait_ms, committed.decided_ms or float(committed.silence_ms)
    ready_at = entry.audio_at if entry.audio_at is not None else entry.committed_at
    ahead = entry.eager is not None
    made_ahead = ahead and ready_at <= entry.committed_at
    if entry.eager is not None and not made_ahead:  # the answer was still in the making when it was allowed
        decided, waited = entry.eager.decided_ms, 0.0
    decision = decided - waited + min(0.0, held_on)
    token, clause, audio = (0.0, 0.0, 0.0) if made_ahead else _making(entry)
    sending = (sent_at - max(ready_at, entry.committed_at)) * 1000
    return [
        Step("end_of_speech", "turn", max(0.0, held_on)),
        Step("input", "gateway", heard.input_ms),
        Step("decision", "turn", decision),
        Step("final_text", "stt", waited),
        Step("first_token", "llm", token),
        Step("first_clause", "tts", clause),
        Step("first_audio", "tts", audio),
        Step("first_sample_sent", "gateway", sending),
    ]


def _making(entry: _Entry) -> tuple[float, float, float]:
    """Return how long first token, first clause and first audio took."""
    finished, segment = entry.finished, entry.segment
    token = (finished.wait_ms + (finished.first_token_ms or 0.0)) if finished is not None else 0.0
    clause = (segment.clause_ms or 0.0) if segment is not None else 0.0
    audio = (segment.first_audio_ms or 0.0) if segment is not None else 0.0
    return token, clause, audio
