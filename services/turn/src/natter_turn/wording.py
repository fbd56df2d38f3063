"""What the words alone say: is it finished, is it only a back-channel, is it an order to stop? Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from natter_turn.language import ENGLISH, LanguageData

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_STOPS: Final = (".", "?", "!")
_GOES_ON: Final = (",", "-", "...", "…", ":", ";")

MAX_BACKCHANNEL_WORDS: Final = 4
"""Longer, and somebody has something to say."""


def words(text: str) -> list[str]:
    """Return the words of ``text``, in lower case."""
    return _WORD.findall(text.lower().replace("-", " ").replace("’", "'"))


def is_unfinished(text: str, language: LanguageData = ENGLISH) -> bool:
    """Whether ``text`` cannot stand as it is: it breaks off within a thought, or holds no words."""
    spoken = words(text)
    text = text.rstrip()
    if not spoken or text.endswith(_GOES_ON):
        return True
    last = spoken[-1]
    if last in language.fillers:
        return True
    return last in language.open_ended and not (last in language.can_end and text.endswith(_STOPS))


def is_answer(text: str, language: LanguageData = ENGLISH) -> bool:
    """Whether ``text`` says yes or no, and nothing else."""
    spoken = words(text)
    return 0 < len(spoken) <= MAX_BACKCHANNEL_WORDS and all(word in language.affirmations for word in spoken)


def is_backchannel(text: str, language: LanguageData = ENGLISH) -> bool:
    """Whether ``text`` only says "I am listening"."""
    spoken = words(text)
    if not 0 < len(spoken) <= MAX_BACKCHANNEL_WORDS:
        return False
    rest = " ".join(spoken)
    for phrase in language.backchannel_phrases:
        rest = re.sub(rf"\b{re.escape(phrase)}\b", " ", rest)
    return all(word in language.backchannels for word in rest.split())


def is_stop(text: str, language: LanguageData = ENGLISH) -> bool:
    """Whether ``text`` asks for the floor in so many words."""
    found = _stops(language).search(" ".join(words(text)))
    return found is not None and not is_backchannel(text, language)


@lru_cache(maxsize=16)
def _stops(language: LanguageData) -> re.Pattern[str]:
    if not language.stops:
        return re.compile(r"(?!)")
    return re.compile(rf"\b({'|'.join(re.escape(phrase) for phrase in language.stops)})\b")


def same(one: str, other: str) -> bool:
    """Whether two texts are the same words."""
    return words(one) == words(other)


def longest_run(text: str, said: str) -> int:
    """Return how many words of ``text`` at most stand in ``said`` one after the other, as they do in ``text``."""
    spoken, known = words(text), words(said)
    longest = 0
    row = [0] * (len(known) + 1)
    for word in spoken:
        row = [0, *(row[index] + 1 if word == other else 0 for index, other in enumerate(known))]
        longest = max(longest, *row)
    return longest
