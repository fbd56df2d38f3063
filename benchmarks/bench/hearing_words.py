"""Counting errors in words, and how far partials jump. Pure.

Texts are normalised as Whisper's authors do (``EnglishTextNormalizer`` of arXiv:2212.04356, appendix C, from the
``whisper-normalizer`` package): case, punctuation, contractions, spelling, numbers in digits. Then each digit is a
word of its own, so that a long number counts as often as it has digits, however it is grouped.
"""

from __future__ import annotations

import functools
import itertools
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import jiwer

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # an escape in one of its docstrings
    from whisper_normalizer.english import EnglishTextNormalizer


@functools.cache
def _normalizer() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


@functools.cache
def normal(text: str) -> str:
    """Return ``text`` as words to be compared."""
    plain = _normalizer()(text).replace("et cetera", "etc").replace("etcetera", "etc")
    return " ".join(re.sub(r"(?<=\d)(?=\d)", " ", plain).split())


@dataclass
class Score:
    """Errors and the words they are counted against."""

    wrong: int = 0
    words: int = 0

    def add(self, reference: str, text: str) -> None:
        """Count one utterance."""
        wanted, got = normal(reference), normal(text)
        count = len(wanted.split())
        self.words += count
        if not got:
            self.wrong += count
            return
        out = jiwer.process_words(wanted, got)
        self.wrong += out.substitutions + out.deletions + out.insertions

    @property
    def percent(self) -> float:
        """The word error rate."""
        return 100 * self.wrong / max(1, self.words)


@dataclass
class Jumps:
    """How partials follow each other.

    Attributes:
        partials: how many were shown.
        changed: words that a partial shows otherwise than the one before, its last word left out.
        took_back: partials that changed any such word.
    """

    partials: int = 0
    changed: int = 0
    took_back: int = 0

    def add(self, shown: Sequence[str]) -> None:
        """Count the partials of one utterance, in order; case and punctuation do not count."""
        for before, after in itertools.pairwise(shown):
            one, other = _plain(before)[:-1], _plain(after)
            changed = sum(left != right for left, right in zip(one, other, strict=False)) + max(
                0, len(one) - len(other)
            )
            self.partials += 1
            self.changed += changed
            self.took_back += changed > 0


def _plain(text: str) -> list[str]:
    return [re.sub(r"\W", "", word.casefold()) for word in text.split()]
