"""What is known of one turn of the user: its audio's place, its pauses, its text so far. Pure.

The audio is decoded from :attr:`Utterance.segment_start` on, again and again as it grows. What is
said and done with is *settled*: its text stays, and decoding goes on behind it. That happens where the
audio becomes longer than the recogniser takes, and in a long pause once the segment is long enough for
decoding it again to be a waste.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from natter_protocol.audio import INPUT_RATE
from natter_protocol.turn import TurnProbability
from natter_stt.engine import NOTHING, Hypothesis
from natter_stt.pace import Pace
from natter_stt.transcript import join

MS: Final = INPUT_RATE // 1000
LEAD_IN: Final = 400 * MS
"""Audio heard before the voice detector's onset: without 300 ms of it the first word suffers."""
LULL_MS: Final = 64
"""Silence (two windows of the voice detector) from which no partial is begun: a final is due soon."""
LULL_LASTS: Final = 200 * MS
"""A silence that ``turn`` has not repeated for so long is over: it reports silence, not speech."""
SETTLE_FROM: Final = 6_000 * MS
"""A segment this long is settled at the next pause."""
SETTLE_PAUSE_MS: Final = 400
"""A pause this long settles it; what follows keeps a lead-in of its own."""
SETTLE_TAIL: Final = 100 * MS
"""Where in the pause the segments meet, counted from the last speech."""


@dataclass(slots=True)
class Utterance:
    """One turn as the recogniser sees it. All positions are on the session's sample axis.

    Attributes:
        turn, rev: its coordinates.
        over_agent: whether it began while the agent spoke.
        start_sample: first sample of speech, as ``turn`` told it.
        segment_start: where the segment that is still decoded begins.
        heard_to: end of the audio behind :attr:`latest`.
        latest: the newest hypothesis about the open segment.
        settled: the hypotheses about what lies before it.
        last_speech, silence_ms, told_at: as ``turn`` last told them, and the sample at which it did.
        finalized: the ``last_speech`` that the newest final is about, made or in the making.
        final_heard: the ``last_speech`` that the newest final made is about.
        trace: context of the newest message about it.
    """

    turn: int
    rev: int
    start_sample: int
    segment_start: int
    heard_to: int
    over_agent: bool = False
    open: bool = True
    latest: Hypothesis = NOTHING
    settled: list[Hypothesis] = field(default_factory=list)
    last_speech: int = 0
    silence_ms: int = 0
    told_at: int = 0
    finalized: int = 0
    final_heard: int = 0
    trace: str = ""

    @classmethod
    def begin(
        cls, turn: int, rev: int, start_sample: int, previous_end: int = 0, *, over_agent: bool = False
    ) -> Utterance:
        """Return a new one whose audio leads in before ``start_sample``, but not into what was said before."""
        first = min(start_sample, max(start_sample - LEAD_IN, previous_end, 0))
        return cls(turn, rev, start_sample, segment_start=first, heard_to=start_sample, over_agent=over_agent)

    @property
    def transcript(self) -> Hypothesis:
        """All that was said, as far as it was heard."""
        return join([*self.settled, self.latest])

    def note(self, probability: TurnProbability) -> None:
        """Learn where the speech stands; a long pause settles a long segment."""
        self.last_speech = max(self.last_speech, probability.last_speech_sample)
        self.silence_ms, self.told_at = probability.silence_ms, probability.at_sample
        self.trace = probability.trace
        heard = self.final_heard == self.last_speech <= self.heard_to
        if heard and self.silence_ms >= SETTLE_PAUSE_MS and self.last_speech - self.segment_start >= SETTLE_FROM:
            self.settle(min(self.heard_to, self.last_speech + SETTLE_TAIL))

    def wants_partial(self, newest: int, interval: int) -> bool:
        """Whether there is enough new audio for another partial, and no pause about to bring a final."""
        lull = self.silence_ms >= LULL_MS and newest < self.told_at + LULL_LASTS
        return self.open and not lull and newest - self.heard_to >= interval

    def wants_final(self, newest: int, pace: Pace) -> bool:
        """Whether the user has paused since the newest final, and the audio up to there has come."""
        if not self.open or self.silence_ms < pace.pause_ms or self.last_speech <= self.finalized:
            return False
        return newest >= self.last_speech + min(pace.tail, pace.pause_ms * MS)

    def heard(self, hypothesis: Hypothesis, segment_start: int, end: int) -> bool:
        """Take the result of a decode up to ``end``; False if its segment has been settled meanwhile."""
        if segment_start != self.segment_start:
            return False
        self.latest, self.heard_to = hypothesis, max(self.heard_to, end)
        return True

    def pass_over(self, end: int) -> None:
        """Audio up to ``end`` could not be decoded now; the next partial is due when there is more."""
        self.heard_to = max(self.heard_to, end)

    def settle(self, end: int) -> None:
        """Keep the newest hypothesis for good, and go on behind ``end``."""
        if self.latest.text:
            self.settled.append(self.latest)
        self.latest = NOTHING
        self.segment_start = end
        self.heard_to = max(self.heard_to, end)

    def lose_before(self, sample: int) -> None:
        """The audio before ``sample`` is gone: what was heard of it and behind it stands."""
        if self.segment_start < sample:
            self.settle(max(sample, self.heard_to) if self.latest.text else sample)

    def close(self) -> None:
        """The turn is over, unless it is reopened."""
        self.open = False

    def reopen(self, rev: int) -> None:
        """The user goes on: the same audio and text, under a new revision."""
        self.open, self.rev = True, max(self.rev, rev)
        self.silence_ms = 0
