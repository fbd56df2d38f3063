"""What is shown of a transcript that is decoded again and again. Pure.

Every partial is a fresh decode, and the words in the middle of it sometimes change for one decode and
change back. A word that is shown gives way only to one that two decodes in a row agree on (local
agreement, as in Liu et al., arXiv:2005.11185); the last word, which was cut in the middle, is free.
The full stop that a recogniser puts at every end is not shown: the next partial would take it away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

PATIENCE: Final = 2
"""At most so many decodes in a row are held back; after that the newest is shown as it is."""
_TRAILING: Final = ".,;:!?…"


class Stabilizer:
    """Turns the hypotheses of one turn into the text to show, one after the other."""

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._previous: list[str] = []
        self._held = 0

    def show(self, text: str) -> str:
        """Take the newest hypothesis of the whole turn; return the text to show."""
        words, previous = text.split(), self._previous
        self._previous = words
        if self._held < PATIENCE and _takes_back(words, previous, self._shown):
            self._held += 1
        else:
            self._held = 0
            self._shown = _spelled(words, previous, self._shown)
        return " ".join(self._shown).rstrip(_TRAILING)


def _takes_back(words: Sequence[str], previous: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether ``words`` change a shown word (not the last one) that ``previous`` did not change as well."""
    kept = _agreement(shown[:-1], words)
    if kept == len(shown[:-1]) and len(words) >= len(shown):
        return False
    confirmed = _agreement(previous, words)
    return confirmed <= kept and not confirmed == len(words) == len(previous)


def _spelled(words: Sequence[str], previous: Sequence[str], shown: Sequence[str]) -> list[str]:
    """Return ``words``; what is shown keeps its case and punctuation until two decodes share others."""
    written = list(words)
    for index in range(_agreement(shown[:-1], words)):
        if previous[index : index + 1] != [words[index]]:
            written[index] = shown[index]
    return written


def _agreement(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words at the beginning are the same, whatever their case and punctuation."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if _key(left) != _key(right):
            break
        count += 1
    return count


def _key(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum()) or word
