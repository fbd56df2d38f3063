"""The user makes a sound while the agent speaks: is it an interruption? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from natter_turn.policy import Policy
from natter_turn.wording import is_backchannel, is_stop, words

LONG_MS: Final = 700
"""Speech that goes on for so long is nobody's back-channel."""
QUIET_MS: Final = 300
"""Silence after an overlap that said nothing: it was nothing."""
CONTENT_WORDS: Final = 2


class Overlap(Enum):
    """What an overlap turned out to be."""

    INTERRUPTION = auto()
    NOTHING = auto()
    UNDECIDED = auto()


@dataclass(frozen=True, slots=True)
class OverlapEvidence:
    """What is known about an overlap so far; milliseconds of media time."""

    voiced_ms: int
    silence_ms: int
    """0 while the user still speaks."""
    elapsed_ms: int
    """Since its first sample."""
    text: str
    final: bool
    """Whether ``text`` is the recogniser's last word on all of it."""


def judge(evidence: OverlapEvidence, policy: Policy) -> tuple[Overlap, str]:
    """Decide what the overlap is, with the name of the rule."""
    spoken = words(evidence.text)
    if is_stop(evidence.text):
        return Overlap.INTERRUPTION, "stop_word"
    if len(spoken) >= CONTENT_WORDS and not is_backchannel(evidence.text):
        return Overlap.INTERRUPTION, "content"
    if evidence.voiced_ms >= max(LONG_MS, policy.interruption_delay_ms) and not is_backchannel(evidence.text):
        return Overlap.INTERRUPTION, "long_speech"
    if evidence.final and evidence.silence_ms > 0:
        if is_backchannel(evidence.text):
            return Overlap.NOTHING, "backchannel"
        if not spoken:
            return Overlap.NOTHING, "no_words"
        return Overlap.INTERRUPTION, "words"
    if evidence.silence_ms >= QUIET_MS and not spoken:
        return Overlap.NOTHING, "no_words"
    if evidence.elapsed_ms >= policy.interruption_delay_ms + LONG_MS:
        if spoken and not is_backchannel(evidence.text):
            return Overlap.INTERRUPTION, "time_is_up"
        return Overlap.NOTHING, "time_is_up"
    return Overlap.UNDECIDED, "listening"
