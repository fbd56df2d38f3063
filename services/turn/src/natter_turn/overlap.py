"""The user makes a sound while the agent speaks: is it an interruption? Pure.

The reply is held while this is asked, so an error is not heard at once; but a hold that lasts is a hole in the
agent's sentence. So the answer is given as soon as the evidence allows it: at the first words that claim the
floor, or at the end of a sound that does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from natter_turn.crowd import SURE_MS
from natter_turn.language import ENGLISH, LanguageData
from natter_turn.policy import Policy
from natter_turn.wording import is_backchannel, is_stop, longest_run, words

LONG_MS: Final = 700
"""Speech with words in it that goes on for so long is nobody's back-channel."""
DEAF_MS: Final = 1500
"""The same when the recogniser says nothing at all, not even that there is nothing."""
QUIET_MS: Final = 300
"""Silence after an overlap that said nothing: it was nothing."""
UNCLEAR_QUIET_MS: Final = 400
"""The same after a word that was hardly understood: many interruptions pause after the first ("Sorry, | can I ...")."""
CONTENT_WORDS: Final = 2
FAR_MS: Final = 300
"""Speech that it takes to tell whose it is: the first syllable may be a soft one ("excuse me")."""
WHOSE_MS: Final = 160
"""Speech that it takes to tell one voice from another at all; of less, only an order to stop counts."""
SHORT_MS: Final = 600
"""Shorter, and it is a back-channel in most cases, whatever the recogniser makes of it."""
GUESS_MS: Final = 1000
"""What has not gone on for so long may be misheard as something else: while it goes on, only clear words count."""
WORD_MS: Final = 100
"""Speech that may be a word: the voice detector finds a fifth of a second in "stop"."""
MORE_MS: Final = 800
"""So much longer who is still speaking, but hardly understood, is listened to: more words are understood better."""
LATE_MS: Final = 900
"""Silence for which the recogniser's last word is waited for, as long as there is no word."""
CLEAR: Final = 0.8
"""Confidence from which a short remark is taken at its word."""
UNCLEAR: Final = 0.45
"""Confidence below which the text is a guess at noise."""
CROWD_UNCLEAR: Final = 0.62
"""The same for what sounds like many voices. Measured by ``benchmarks/overlap.py`` over 1 s of speech (5 to 95 %): the
babble of six voices 0.23-0.64, interruptions 0.55-0.94."""
LIKE_BACKCHANNEL: Final = -4.6
"""Log-odds of a back-channel against the text above which it may have been one. Measured by ``benchmarks/overlap.py``
on unclear ones of 1.1 s at most (5 to 95 %): back-channels -4.5 to 0.8, short interruptions -14 to -5.1."""
ECHOED_WORDS: Final = 3
ECHOED_WORDS_IN_ROOM: Final = 2
"""The same where the agent's voice is known to come back through the microphone."""
ECHOED: Final = 0.7
"""So many words in a row, and such a part of all, that the agent itself is saying: its echo."""


class Overlap(Enum):
    """What an overlap turned out to be."""

    INTERRUPTION = auto()
    NOTHING = auto()
    UNDECIDED = auto()


@dataclass(frozen=True, slots=True)
class OverlapEvidence:
    """What is known about an overlap so far; milliseconds of media time.

    Attributes:
        voiced_ms: speech in it.
        silence_ms: since its last speech; 0 while the user still speaks.
        elapsed_ms: since its first sample.
        text: what the recogniser made of it.
        final: whether that is its last word on all of it.
        recognised: whether the recogniser has said anything about it.
        confidence: mean probability of the words; None if not known.
        backchannel: log-odds that it was a back-channel rather than these words, by its sound; None if not known.
        far: whether it comes from further away than the caller's voice.
        crowd: whether it sounds like many voices at once.
        echoes: whether the agent's own voice comes back through the microphone.
        said: what the agent is saying.
        answering: whether the agent has just asked something, or is about to have done so.
        language: the data of the caller's language.
    """

    voiced_ms: int
    silence_ms: int
    elapsed_ms: int
    text: str
    final: bool
    recognised: bool = True
    confidence: float | None = None
    backchannel: float | None = None
    far: bool = False
    crowd: bool = False
    echoes: bool = False
    said: str = ""
    answering: bool = False
    language: LanguageData = ENGLISH


def judge(evidence: OverlapEvidence, policy: Policy) -> tuple[Overlap, str]:
    """Decide what the overlap is, with the name of the rule."""
    return _disowned(evidence) or _claimed(evidence, policy) or _ended(evidence) or _time_is_up(evidence, policy)


def _disowned(evidence: OverlapEvidence) -> tuple[Overlap, str] | None:
    """It is not the caller who speaks to us, however long."""
    if evidence.far and evidence.voiced_ms >= FAR_MS:
        return Overlap.NOTHING, "not_for_us"
    if _may_be_crowd(evidence) and evidence.voiced_ms >= SURE_MS:
        return Overlap.NOTHING, "many_voices"
    spoken = words(evidence.text)
    run = longest_run(evidence.text, evidence.said)
    if run >= (ECHOED_WORDS_IN_ROOM if evidence.echoes else ECHOED_WORDS) and run >= ECHOED * len(spoken):
        return Overlap.NOTHING, "echo"
    return None


def _claimed(evidence: OverlapEvidence, policy: Policy) -> tuple[Overlap, str] | None:
    """The words, or how long they go on, claim the floor."""
    spoken, language = words(evidence.text), evidence.language
    backchannel = is_backchannel(evidence.text, language)
    if is_stop(evidence.text, language) and not _is_doubtful(evidence):
        return Overlap.INTERRUPTION, "stop_word"
    if spoken and evidence.answering and not _is_doubtful(evidence):
        return Overlap.INTERRUPTION, "answer"
    long = evidence.voiced_ms >= max(LONG_MS, policy.interruption_delay_ms)
    if spoken and not backchannel and not _is_doubtful(evidence):
        if long:
            return Overlap.INTERRUPTION, "long_speech"
        if len(spoken) >= CONTENT_WORDS and evidence.voiced_ms >= SHORT_MS:
            return Overlap.INTERRUPTION, "content"
    if evidence.voiced_ms >= DEAF_MS and not evidence.recognised:
        return Overlap.INTERRUPTION, "long_speech"
    return None


def _ended(evidence: OverlapEvidence) -> tuple[Overlap, str] | None:
    """The sound is over: what was it?"""
    spoken = words(evidence.text)
    if evidence.final and evidence.silence_ms > 0:
        if not spoken:
            return Overlap.NOTHING, "no_words"
        if is_backchannel(evidence.text, evidence.language):
            return Overlap.NOTHING, "backchannel"
        if not _is_unclear(evidence):
            return Overlap.INTERRUPTION, "words"
        if evidence.silence_ms >= UNCLEAR_QUIET_MS:
            return Overlap.NOTHING, "unclear"
    if evidence.silence_ms >= QUIET_MS and not spoken and not _is_awaited(evidence):
        return Overlap.NOTHING, "no_words"
    return None


def _time_is_up(evidence: OverlapEvidence, policy: Policy) -> tuple[Overlap, str]:
    if evidence.elapsed_ms < policy.interruption_delay_ms + LONG_MS:
        return Overlap.UNDECIDED, "listening"
    claimed = bool(words(evidence.text)) and not is_backchannel(evidence.text, evidence.language)
    if claimed and not _is_doubtful(evidence):
        return Overlap.INTERRUPTION, "time_is_up"
    if evidence.silence_ms > 0:
        more = (claimed or not evidence.recognised) and _is_awaited(evidence)
    else:
        patience = policy.interruption_delay_ms + LONG_MS + MORE_MS
        more = not evidence.recognised or (claimed and evidence.elapsed_ms < patience)
    return (Overlap.UNDECIDED, "listening") if more else (Overlap.NOTHING, "time_is_up")


def _is_awaited(evidence: OverlapEvidence) -> bool:
    """Whether the recogniser's last word is not there, and so much was said that it is worth waiting for."""
    return not evidence.final and evidence.voiced_ms >= WORD_MS and evidence.silence_ms < LATE_MS


def _may_be_crowd(evidence: OverlapEvidence) -> bool:
    """Whether it sounds like many voices, and the recogniser is as unsure as it is of them."""
    return evidence.crowd and evidence.confidence is not None and evidence.confidence < CROWD_UNCLEAR


def _is_doubtful(evidence: OverlapEvidence) -> bool:
    """Whether it is too early to believe the text, while the sound goes on."""
    return _is_unclear(evidence) or _may_be_crowd(evidence)


def _is_unclear(evidence: OverlapEvidence) -> bool:
    """Whether the text is no good ground to stop for: a guess at noise, or at a grunt."""
    if evidence.confidence is None:
        return False
    stop = is_stop(evidence.text, evidence.language)
    if evidence.voiced_ms < WHOSE_MS and not stop:
        return True
    if evidence.backchannel is not None and not evidence.answering:
        return evidence.confidence < UNCLEAR or evidence.backchannel > LIKE_BACKCHANNEL
    told = evidence.final or evidence.answering
    guess = evidence.voiced_ms < (SHORT_MS if told else GUESS_MS)
    if evidence.final and stop:
        guess = False
    return evidence.confidence < (CLEAR if guess else UNCLEAR)
