"""Is the turn over? One decision from all the evidence there is, with the reason. Pure.

Two steps. How likely is it that the turn is over: a logistic mix of what the sound, the recogniser and the words
say (:mod:`natter_turn.learned`, trained by ``benchmarks/train_endpointing.py``), then what the conversation knows:
a value that is not whole, an answer to what was just asked. And how much silence that probability calls for:
between ``min_silence`` and ``max_silence``, the surer the less, and never less than this speaker's usual pauses
unless it is sure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, log
from types import MappingProxyType
from typing import Final

from natter_turn import learned
from natter_turn.asked import NOTHING, Asked, Kind
from natter_turn.language import ENGLISH, LanguageData
from natter_turn.policy import Policy
from natter_turn.values import Expected, Progress, progress, trailing_code
from natter_turn.wording import is_answer, is_unfinished, words

ASK_MS: Final = 160
"""Silence at which the sound of the turn is judged; earlier, the model has too little of the pause."""
PATIENCE_MS: Final = 360
"""Evidence that is on its way is waited for until then."""
SHORT_WORDS: Final = 3
STEEPNESS: Final = 10.0
"""How sharply patience ends where certainty begins. Most of the time is lost in between: on the benchmark's tuned half
a steep curve answers complete turns earlier than a straight one for the same number of cut-offs."""
SURE: Final = 0.85
"""From here on a speaker's usual pauses count no more."""
HABIT_MARGIN_MS: Final = 150
"""A pause is taken for the end only if it is so much longer than this speaker's usual ones."""
HASTE: Final = 0.15
"""So much less certainty is asked of a turn that has interrupted the agent. The caller waits for a reaction, and has
stopped a reply that is lost anyway; and most interruptions are few words, which say little about their end."""

_OPEN_VALUE: Final = 0.06
_BROKEN_OFF: Final = 0.12
_WHOLE_VALUE: Final = 0.92
_ANSWER: Final = 0.97
_CHOSEN: Final = 0.9
_REPLIED: Final = 0.75
_MAYBE_VALUE: Final = 0.35


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about a turn in its present pause. ``None`` stands for what is not known (yet).

    Attributes:
        silence_ms: media time since the last speech.
        text: of the turn so far.
        sound: probability by its sound that the turn is complete.
        ends_sentence: probability by the recogniser that a sentence ends here.
        reads_complete: the same by its language model alone, without the sound.
        asked: what the agent has just asked.
        wanted: values that the tools ask for.
        usual_pause_ms: how long this speaker pauses within a turn; 0 if that is not known.
        interrupts: whether it has stopped the agent.
        language: the data of the caller's language.
    """

    silence_ms: int
    text: str
    sound: float | None = None
    ends_sentence: float | None = None
    reads_complete: float | None = None
    asked: Asked = NOTHING
    wanted: tuple[Expected, ...] = ()
    usual_pause_ms: int = 0
    interrupts: bool = False
    language: LanguageData = ENGLISH


@dataclass(frozen=True, slots=True)
class Estimate:
    """How likely the turn is over, why, and what each piece of evidence added (in log-odds)."""

    probability: float
    rule: str
    parts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the turn is over, and why."""

    over: bool
    probability: float
    needed_ms: int
    """Silence that this evidence calls for."""
    rule: str
    parts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def decide(evidence: Evidence, policy: Policy, found: Estimate | None = None) -> Decision:
    """Weigh ``evidence`` under ``policy``; ``found`` is its estimate, if that has been made."""
    found = found or estimate(evidence)
    needed = needed_ms(found.probability, evidence, policy)
    if evidence.silence_ms >= policy.max_silence_ms:
        return Decision(True, found.probability, policy.max_silence_ms, "max_silence", found.parts)
    if evidence.sound is None and policy.waits_for_sound and evidence.silence_ms < PATIENCE_MS:
        return Decision(False, found.probability, needed, "listening", found.parts)
    return Decision(evidence.silence_ms >= needed, found.probability, needed, found.rule, found.parts)


def estimate(evidence: Evidence) -> Estimate:
    """Return how likely it is that the turn is over, whatever the silence."""
    parts = contributions(evidence)
    mixed = 1 / (1 + exp(-sum(parts.values())))
    ruled = _by_value(evidence, mixed) or _by_question(evidence, mixed) or _by_words(evidence, mixed)
    probability, rule = ruled or (mixed, "evidence")
    return Estimate(probability, rule, parts)


def needed_ms(probability: float, evidence: Evidence, policy: Policy) -> int:
    """Return the silence after which a turn is over that is over with ``probability``."""
    low, high = policy.min_silence_ms, policy.max_silence_ms
    certainty = policy.certainty - (HASTE if evidence.interrupts else 0.0)
    doubt = 1 / (1 + exp(STEEPNESS * (probability - certainty)))
    needed = low + doubt * (high - low)
    if evidence.usual_pause_ms and probability < SURE:
        needed = max(needed, min(evidence.usual_pause_ms + HABIT_MARGIN_MS, high))
    return round(needed)


# -- the mix --------------------------------------------------------------------------------------


def features(evidence: Evidence) -> dict[str, float | None]:
    """Return what the mix is made of; ``None`` for what is not known. Probabilities become log-odds."""
    return {
        "sound": _log_odds(evidence.sound),
        "ends_sentence": _log_odds(evidence.ends_sentence),
        "reads_complete": _log_odds(evidence.reads_complete),
        "unfinished": float(is_unfinished(evidence.text, evidence.language)),
    }


def contributions(evidence: Evidence) -> dict[str, float]:
    """Return what each feature adds to the log-odds that the turn is over; what is not known adds nothing."""
    parts = {"prior": learned.BIAS}
    for name, value in features(evidence).items():
        weight = learned.WEIGHTS[name]
        parts[name] = 0.0 if value is None else weight.factor * (value - weight.mean) / weight.deviation
    return parts


def _log_odds(probability: float | None) -> float | None:
    return None if probability is None else log((probability + 0.01) / (1.01 - probability))


# -- what the conversation knows ------------------------------------------------------------------


def _by_value(evidence: Evidence, mixed: float) -> tuple[float, str] | None:
    expected = evidence.asked.expected or _expected(evidence)
    match progress(evidence.text, expected, evidence.language):
        case Progress.OPEN:
            return min(mixed, _OPEN_VALUE), "value_open"
        case Progress.WHOLE:
            return max(mixed, _WHOLE_VALUE), "value_whole"
        case Progress.MAYBE:
            return min(mixed, _MAYBE_VALUE), "value_maybe"
        case _:
            return None


def _expected(evidence: Evidence) -> Expected | None:
    """Return the value that a tool waits for, if the text ends like one and there is only one it can be."""
    if not trailing_code(evidence.text, evidence.language):
        return None
    fitting = [wanted for wanted in evidence.wanted if wanted.pattern]
    return fitting[0] if len(fitting) == 1 else None


def _by_question(evidence: Evidence, mixed: float) -> tuple[float, str] | None:
    spoken = words(evidence.text)
    match evidence.asked.kind:
        case Kind.YES_OR_NO if is_answer(evidence.text, evidence.language):
            return max(mixed, _ANSWER), "answers_yes_or_no"
        case Kind.CHOICE if len(spoken) <= SHORT_WORDS and set(spoken) & evidence.asked.options:
            return max(mixed, _CHOSEN), "chooses"
        case Kind.OPEN | Kind.VALUE if _is_short_answer(evidence):
            return max(mixed, _REPLIED), "answers"
        case _:
            return None


def _is_short_answer(evidence: Evidence) -> bool:
    """Whether a few words that the recogniser takes for a whole sentence follow a question."""
    if is_unfinished(evidence.text, evidence.language) or evidence.ends_sentence is None:
        return False
    return len(words(evidence.text)) <= SHORT_WORDS and evidence.ends_sentence >= 0.5


def _by_words(evidence: Evidence, mixed: float) -> tuple[float, str] | None:
    if is_unfinished(evidence.text, evidence.language) and not is_answer(evidence.text, evidence.language):
        return min(mixed, _BROKEN_OFF), "words_break_off"
    return None
