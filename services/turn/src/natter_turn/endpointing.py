"""Is the turn over? One decision from all the evidence there is, with the reason. Pure.

The more complete the turn sounds and reads, the less silence it takes: between ``min_silence_ms``
and ``max_silence_ms``, by the probability that it is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from natter_turn.policy import Policy
from natter_turn.wording import Completeness, completeness

ASK_MS: Final = 160
"""Silence at which the sound of the turn is judged; earlier, the model has too little of the pause."""
SURE: Final = 0.8
UNSURE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about a turn in its present pause."""

    silence_ms: int
    text: str
    sound: float | None
    """Probability by sound that it is complete; None if not judged (yet)."""
    ends_sentence: float | None
    """Probability by the recogniser that a sentence ends here."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the turn is over, and why."""

    over: bool
    probability: float
    needed_ms: int
    """Silence that this evidence calls for."""
    rule: str


def decide(evidence: Evidence, policy: Policy) -> Decision:
    """Weigh ``evidence`` under ``policy``."""
    probability, rule = _probability(evidence)
    needed = _needed(probability, policy)
    if evidence.silence_ms >= policy.max_silence_ms:
        return Decision(True, probability, policy.max_silence_ms, "max_silence")
    if evidence.sound is None and evidence.silence_ms < ASK_MS + 200:
        return Decision(False, probability, needed, "listening")
    return Decision(evidence.silence_ms >= needed, probability, needed, rule)


def _probability(evidence: Evidence) -> tuple[float, str]:
    reading = completeness(evidence.text)
    sound = 0.5 if evidence.sound is None else evidence.sound
    if reading is Completeness.UNFINISHED:
        return min(sound, UNSURE) * 0.5, "text_unfinished"
    sentence = 0.5 if evidence.ends_sentence is None else evidence.ends_sentence
    return 0.6 * sound + 0.4 * sentence, "sound_and_text"


def _needed(probability: float, policy: Policy) -> int:
    if probability >= SURE:
        return policy.min_silence_ms
    patience = (SURE - max(probability, 0.0)) / SURE
    return round(policy.min_silence_ms + patience * (policy.max_silence_ms - policy.min_silence_ms))
