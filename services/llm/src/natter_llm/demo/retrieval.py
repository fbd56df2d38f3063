"""Finding the section that answers a question. Pure.

BM25F (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) over stems: a term counts
by the fields it is in, weighted before saturation. On top of it what a recogniser needs: a word that is
in no section stands for those that sound or look like it; and a floor, because a wrong answer is worse
than none: enough of what was asked about must be in the section.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from natter_llm.demo.knowledge import Section
from natter_llm.demo.synonyms import canonical
from natter_llm.demo.text import content, distance, sound, stem, words

K1: Final = 1.2
HEADING_WEIGHT: Final = 3.0
ASKED_WEIGHT: Final = 2.5
LIKE_WEIGHT: Final = 0.75
"""How much a word that only sounds or looks like the section's counts."""
BODY_COVER: Final = 0.65
"""How much of a word is covered by the text of a section, against a heading that was said in full."""
HEADING_COVER: Final = 0.7
"""The same for one word of a heading of several."""
WORDING_BONUS: Final = 2.0
"""What it is worth to be asked exactly as a heading or a way to ask is worded, stop words and order included."""
FLOOR: Final = 0.55
"""So much of what was asked must be covered, weighted by how telling each word is."""
MIN_LIKE: Final = 4
"""Shorter words are never guessed at."""
MIN_NEAR: Final = 5
"""Nor are these by their letters, but only by their sound."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that was found.

    Attributes:
        score: comparable within one search only.
        cover: part of the question that the section is about, 0-1.
    """

    section: Section
    score: float
    cover: float


@dataclass(frozen=True, slots=True)
class _Fields:
    heading: Counter[str]
    asked: Counter[str]
    body: Counter[str]
    phrases: tuple[frozenset[str], ...]
    """The terms of the heading and of each way to ask."""
    wordings: tuple[frozenset[str], ...]
    """Their words and pairs of words."""

    def weight(self, term: str) -> float:
        """How often the section holds ``term``, by field."""
        return HEADING_WEIGHT * self.heading[term] + ASKED_WEIGHT * self.asked[term] + self.body[term]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question: for each word that matters the terms it may stand for; how telling they are together."""

    words: tuple[Mapping[str, float], ...]
    total: float
    wording: frozenset[str]


class Index:
    """The sections of one knowledge file, ready to be searched."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        self._fields = [_fields(section) for section in sections]
        documents = Counter(term for fields in self._fields for term in _terms_of(fields))
        count = len(sections)
        self._idf = {term: math.log(1 + (count - n + 0.5) / (n + 0.5)) for term, n in documents.items()}
        self._unknown = math.log(1 + (count + 0.5) / 0.5)
        self._vocabulary = _vocabulary(sections)
        self._by_sound: dict[str, list[str]] = {}
        for word in self._vocabulary:
            self._by_sound.setdefault(sound(word), []).append(word)

    def search(self, question: str) -> list[Hit]:
        """Return the sections that have anything to do with ``question``, best first."""
        readings = self._asked(question)
        total = sum(map(self._telling, readings))
        if not total:
            return []
        asked = _Asked(tuple(readings), total, _wording(question))
        hits = [
            self._judge(section, fields, asked) for section, fields in zip(self._sections, self._fields, strict=True)
        ]
        return sorted((hit for hit in hits if hit.score > 0), key=lambda hit: -hit.score)

    def best(self, question: str) -> Hit | None:
        """Return the section that answers ``question``, or None if none does well enough."""
        hits = [hit for hit in self.search(question) if hit.cover >= FLOOR]
        return hits[0] if hits else None

    def _asked(self, question: str) -> list[Mapping[str, float]]:
        """Return, for each word that matters, the terms it may stand for and how surely.

        A question without any such word ("how does it work?") is searched by all its words.
        """
        known = content(question)
        chosen = known if known else [word for word in words(question) if canonical(stem(word)) in self._idf]
        return [self._readings(word) for word in dict.fromkeys(chosen)]

    def _readings(self, word: str) -> Mapping[str, float]:
        term = canonical(stem(word))
        if term in self._idf:
            return {term: 1.0}
        return {canonical(stem(other)): LIKE_WEIGHT for other in self._like(word)}

    def _like(self, word: str) -> Iterable[str]:
        """Return the words of the file that ``word`` may be a mishearing of."""
        if len(word) < MIN_LIKE or word.isdigit():
            return ()
        limit = 1 if len(word) < 7 else 2
        key = sound(word)
        heard = [other for other in self._by_sound.get(key, ()) if len(key) >= 3 and distance(word, other, 2) <= 2]
        near = [
            other
            for other in self._vocabulary
            if min(len(word), len(other)) >= MIN_NEAR and other[0] == word[0] and distance(word, other, limit) <= limit
        ]
        rhymes = [other for other in self._vocabulary if len(other) == len(word) >= 5 and other[1:] == word[1:]]
        return dict.fromkeys((*heard, *near, *rhymes))

    def _telling(self, readings: Mapping[str, float]) -> float:
        return max((self._idf[term] for term in readings), default=self._unknown)

    def _judge(self, section: Section, fields: _Fields, asked: _Asked) -> Hit:
        met: dict[str, float] = {}
        score = 0.0
        for readings in asked.words:
            best = 0.0
            for term, sure in readings.items():
                weight = fields.weight(term)
                if weight:
                    met[term] = max(met.get(term, 0.0), sure)
                    best = max(best, sure * self._idf[term] * weight * (K1 + 1) / (weight + K1))
            score += best
        if not score:
            return Hit(section, 0.0, 0.0)
        covers = self._covers(fields, met)
        covered = sum(
            max((covers[term] for term in readings if term in covers), default=0.0) * self._telling(readings)
            for readings in asked.words
        )
        score += self._phrase_bonus(fields, met, asked.total) + WORDING_BONUS * _alike(asked.wording, fields.wordings)
        return Hit(section, score, covered / asked.total)

    def _covers(self, fields: _Fields, met: Mapping[str, float]) -> dict[str, float]:
        """Return how far each word that was met is what the section is about.

        A word of a way to ask counts by how much of that was said: "time" is not about "real time".
        """
        covers = {}
        for term, sure in met.items():
            about = BODY_COVER if term in fields.body else 0.0
            if term in fields.heading:
                about = HEADING_COVER
            for phrase in fields.phrases:
                if term in phrase:
                    said = sum(self._idf[word] for word in phrase if word in met)
                    about = max(about, said / sum(self._idf[word] for word in phrase))
            covers[term] = sure * about
        return covers

    def _phrase_bonus(self, fields: _Fields, met: Mapping[str, float], total: float) -> float:
        """A heading (or way to ask) of which every word was said is worth as much as the question it answers."""
        return max(
            (
                sum(self._idf[term] * met[term] for term in phrase) ** 2 / total
                for phrase in fields.phrases
                if phrase and phrase <= met.keys()
            ),
            default=0.0,
        )


def _alike(wording: frozenset[str], others: Iterable[frozenset[str]]) -> float:
    """Return the highest Dice coefficient of ``wording`` with one of ``others``."""
    return max((2 * len(wording & other) / (len(wording) + len(other)) for other in others if other), default=0.0)


def _wording(text: str) -> frozenset[str]:
    said = words(text)
    return frozenset((*said, *(f"{first} {second}" for first, second in itertools.pairwise(said))))


def _fields(section: Section) -> _Fields:
    named = (section.title, *section.asked)
    phrases = tuple(frozenset(_terms(phrase)) for phrase in named)
    return _Fields(
        Counter(_terms(section.title)),
        Counter(term for phrase in phrases[1:] for term in phrase),
        Counter(_terms(" ".join(section.sentences))),
        phrases,
        tuple(_wording(phrase) for phrase in named),
    )


def _terms(text: str) -> list[str]:
    return [canonical(stem(word)) for word in content(text) or words(text)]


def _terms_of(fields: _Fields) -> set[str]:
    return {*fields.heading, *fields.asked, *fields.body}


def _vocabulary(sections: Iterable[Section]) -> list[str]:
    texts = (text for section in sections for text in (section.title, *section.asked, *section.sentences))
    return sorted({word for text in texts for word in content(text)})
