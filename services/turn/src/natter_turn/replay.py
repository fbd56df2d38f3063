"""A recorded call's decisions, made again under another policy. Pure.

The log keeps what each decision was made on. What would have been decided then under other bounds is exact; what
the user would have done then is not known: who was answered earlier might have gone on, or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from natter_protocol import evidence as told
from natter_protocol.turn import Step, TurnDecided
from natter_turn import overlap
from natter_turn.asked import Asked, Kind
from natter_turn.endpointing import Evidence, decide
from natter_turn.language import LANGUAGES, NONE, Value
from natter_turn.overlap import Overlap, OverlapEvidence
from natter_turn.policy import Policy
from natter_turn.values import Expected


class Change(StrEnum):
    """What another policy would have made of a decision."""

    SAME = "same"
    CUTS_OFF = "cuts off"
    """The user went on after a pause that the policy takes for the end."""
    WAITS = "waits"
    """The user was cut off then, and would not have been."""
    EARLIER = "earlier"
    LATER = "later"
    OTHERWISE = "otherwise"
    """An overlap is taken for something else."""


@dataclass(frozen=True, slots=True)
class Again:
    """One decision, made again.

    Attributes:
        step: what it led to in the call.
        pause_ms: how long the pause was, or how much silence had passed when it was decided.
        then_ms, now_ms: the silence that it called for in the call, and calls for under the policy.
        change: what that changes.
        rule: that decides under the policy.
    """

    turn: int
    rev: int
    text: str
    step: Step
    pause_ms: int
    then_ms: int
    now_ms: int
    probability: float | None
    rule: str
    change: Change


OUTCOMES = (Step.WENT_ON, Step.COMMITTED, Step.REOPENED)
GRAIN_MS = 32
"""Decisions are made window by window; a smaller difference is none."""


def replay(facts: Iterable[TurnDecided], policy: Policy) -> list[Again]:
    """Return what ``policy`` would have made of each decision in ``facts``, in their order."""
    found = []
    for fact in facts:
        if fact.step in OUTCOMES and fact.end is not None:
            found.append(_end(fact, fact.end, policy))
        elif fact.step in (Step.INTERRUPTED, Step.RESUMED) and fact.overlap is not None:
            found.append(_overlap(fact, fact.overlap, policy))
    return found


def _end(fact: TurnDecided, end: told.EndEvidence, policy: Policy) -> Again:
    decision = decide(evidence_of(end, fact.silence_ms), policy)
    now = min(decision.needed_ms, policy.max_silence_ms)
    return Again(
        fact.turn,
        fact.rev,
        end.text,
        fact.step,
        fact.silence_ms,
        fact.needed_ms,
        now,
        decision.probability,
        decision.rule,
        _changed(fact, now),
    )


def _changed(fact: TurnDecided, now_ms: int) -> Change:
    match fact.step:
        case Step.WENT_ON:
            return Change.CUTS_OFF if now_ms < fact.silence_ms else Change.SAME
        case Step.REOPENED:
            return Change.WAITS if now_ms >= fact.silence_ms else Change.SAME
        case _:
            if abs(now_ms - fact.needed_ms) < GRAIN_MS:
                return Change.SAME
            return Change.EARLIER if now_ms < fact.needed_ms else Change.LATER


def _overlap(fact: TurnDecided, found: told.OverlapEvidence, policy: Policy) -> Again:
    verdict, rule = overlap.judge(overlap_of(found), policy)
    then = Overlap.INTERRUPTION if fact.step is Step.INTERRUPTED else Overlap.NOTHING
    change = Change.SAME if verdict in (then, Overlap.UNDECIDED) else Change.OTHERWISE
    return Again(fact.turn, fact.rev, found.text, fact.step, found.silence_ms, 0, 0, None, rule, change)


def evidence_of(end: told.EndEvidence, silence_ms: int) -> Evidence:
    """Return the evidence as it was told."""
    expected = Expected(Value(end.expected), end.pattern) if end.expected else None
    return Evidence(
        silence_ms=silence_ms,
        text=end.text,
        sound=end.sound,
        ends_sentence=end.ends_sentence,
        reads_complete=end.reads_complete,
        asked=Asked(Kind[end.asked.upper()], expected, frozenset(end.options)),
        usual_pause_ms=end.usual_pause_ms,
        interrupts=end.interrupts,
        language=LANGUAGES.get(end.language, NONE),
    )


def overlap_of(found: told.OverlapEvidence) -> OverlapEvidence:
    """Return the evidence as it was told."""
    return OverlapEvidence(
        voiced_ms=found.voiced_ms,
        silence_ms=found.silence_ms,
        elapsed_ms=found.elapsed_ms,
        text=found.text,
        final=found.final,
        recognised=found.recognised,
        confidence=found.confidence,
        backchannel=found.backchannel,
        far=found.far,
        crowd=found.crowd,
        echoes=found.echoes,
        said=found.said,
        answering=found.answering,
        language=LANGUAGES.get(found.language, NONE),
    )
