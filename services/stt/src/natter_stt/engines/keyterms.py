"""Which words of a hypothesis may be a keyterm that was not understood. Pure.

A recogniser writes a rare name as common words that sound like it ("mega prowl" for "metoprolol").
Candidates are found by sound, generously; whether one is taken is for the recogniser's own
judgement of the audio (:mod:`natter_stt.engines.moonshine`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import jellyfish

ALIKE: Final = 0.5
"""Below this likeness nothing is a candidate."""
MORE_WORDS: Final = 3
"""A keyterm may have been written as so many words more than it has."""
FEWER: Final = 0.5
MORE: Final = 1.7
"""Letters of what was written, as a part of the keyterm's."""
SURE: Final = 0.9
"""A word whose least likely token is more likely than this was understood."""
MOST: Final = 6
"""Candidates that are looked at; the likeliest come first."""
EASE: Final = 25.0
CAUTION: Final = 1.0
"""Nats: a keyterm may be less likely than what was written by :data:`EASE` times its likeness, less :data:`CAUTION`.
Of twenty keyterms spoken by synthetic voices, those that were misheard scored from 2 up; the best of the same
twenty on speech without any scored -3."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A keyterm in the place of the words from ``first`` up to ``end`` (indices)."""

    term: str
    first: int
    end: int
    likeness: float


@dataclass(frozen=True, slots=True)
class _Window:
    """Words that follow each other: where, their letters, and how sure the least sure of them is."""

    first: int
    end: int
    letters: str
    sure: float


def candidates(words: Sequence[str], sure: Sequence[float], terms: Sequence[str]) -> list[Candidate]:
    """Return which of ``terms`` could stand for which of ``words``, the most alike first.

    Where a term was understood only its spelling can change.

    Args:
        words: of the hypothesis.
        sure: how sure the recogniser is of each; what it is sure of throughout is no misheard keyterm.
        terms: the keyterms.
    """
    longest = max((len(term.split()) for term in terms), default=0) + MORE_WORDS
    windows = [
        _Window(first, end, _letters("".join(words[first:end])), min(sure[first:end]))
        for first in range(len(words))
        for end in range(first + 1, min(len(words), first + longest) + 1)
    ]
    found = [candidate for term in terms for candidate in _places(windows, words, term)]
    found.sort(key=lambda candidate: (-candidate.likeness, candidate.end - candidate.first))
    return found[:MOST]


def chosen(found: Sequence[Candidate], gains: Sequence[float]) -> list[int]:
    """Return which candidates (indices) the audio allows for; no two of them share a word.

    Args:
        found: the candidates.
        gains: how much likelier, in nats, the audio makes each than what was written; mostly below zero.
    """
    scores = [gain + EASE * one.likeness - CAUTION for one, gain in zip(found, gains, strict=True)]
    taken: list[int] = []
    for index in sorted(range(len(found)), key=lambda index: -scores[index]):
        one = found[index]
        apart = all(one.end <= found[other].first or found[other].end <= one.first for other in taken)
        if scores[index] > 0 and apart:
            taken.append(index)
    return taken


def _places(windows: Sequence[_Window], words: Sequence[str], term: str) -> Iterator[Candidate]:
    letters, longest = _letters(term), len(term.split()) + MORE_WORDS
    same = [window for window in windows if window.letters == letters]
    for window in same:
        if " ".join(words[window.first : window.end]) != term:
            yield Candidate(term, window.first, window.end, 1.0)
    for window in windows:
        fits = FEWER * len(letters) <= len(window.letters) <= MORE * len(letters)
        if not fits or window.sure >= SURE or window.end - window.first > longest:
            continue
        if any(window.first < one.end and one.first < window.end for one in same):
            continue
        if (likeness := alike(window.letters, letters)) >= ALIKE:
            yield Candidate(term, window.first, window.end, likeness)


@functools.lru_cache(maxsize=4096)
def alike(one: str, other: str) -> float:
    """Return how alike two words sound and are written, 0-1: the mean of both."""
    return (_likeness(_sound(one), _sound(other)) + _likeness(one, other)) / 2


def _likeness(one: str, other: str) -> float:
    longest = max(len(one), len(other))
    return 1 - jellyfish.levenshtein_distance(one, other) / longest if longest else 0.0


@functools.lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    return jellyfish.metaphone(word).replace(" ", "")


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
