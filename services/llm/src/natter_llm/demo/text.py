"""Words as a recogniser writes them: splitting, stems, sounds, and how far two words are apart. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9]+")
_SENTENCE: Final = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[A-Z0-9\"'(])")

STOPWORDS: Final = frozenset(
    """a an the this that these those there here it its i me my mine you your yours he she we us our they them their is
    are was were be been being am do does did doing done can could will would shall should may might must have has
    had having of to in on at by for from with without about into over as than then so if or and but not no nor too
    very just also only even still please tell say said explain describe show give know want wants like need let
    what which who whom whose when where why how hey hello hi okay ok well um uh er hmm right now thing things
    something anything kind sort bit really actually basically get gets got go goes going question wonder wondering
    curious any some all every each other more most much many lot one ones use used using work works working happen
    happens mean means called yes yeah yep support supports supported handle handles able possible available provide
    provides allow allows time times while before
    after during once away out up down own see look looks watch accept accepts plug
    """.split()
)
"""Words that say nothing about the topic of a question."""


_SHORT: Final = (
    (re.compile(r"\b(what|who|where|when|how|why|that|there|here|it|he|she|let)'?s\b(?<!\bits)"), r"\1 is"),
    (re.compile(r"\bcan't\b|\bcannot\b|\bcant\b"), "can not"),
    (re.compile(r"\bwon't\b|\bwont\b"), "will not"),
    (re.compile(r"\b(do|does|did|is|are|was|have|has|could|would|should)n'?t\b"), r"\1 not"),
    (re.compile(r"\bim\b"), "i am"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'s\b"), ""),
)


def words(text: str) -> list[str]:
    """Return the words of ``text``: lower case, no accents, short forms written out, no possessive endings."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'")).encode("ascii", "ignore").decode().lower()
    for pattern, put in _SHORT:
        plain = pattern.sub(put, plain)
    return _WORD.findall(plain)


def content(text: str) -> list[str]:
    """Return the words of ``text`` that say what it is about."""
    return [word for word in words(text) if word not in STOPWORDS]


def normal(text: str) -> str:
    """Return ``text`` as its bare words, for comparing utterances."""
    return " ".join(words(text))


def sentences(text: str) -> list[str]:
    """Return the sentences of ``text``."""
    return [part.strip() for part in _SENTENCE.split(" ".join(text.split())) if part.strip()]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Return ``word`` without its endings, enough to bring the forms of one word together.

    Shorter than Porter's algorithm, and meant for both sides of a comparison: what it returns need not
    be a word.
    """
    for ending, put in _ENDINGS:
        rest = word[: -len(ending)]
        if word.endswith(ending) and len(rest) >= 3 and re.search("[aeiouy]", rest):
            word = rest + put
            break
    word = word.removesuffix("e") if len(word) > 4 else word
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    return word


_ENDINGS: Final = (
    ("izations", "iz"),
    ("ization", "iz"),
    ("ations", ""),
    ("ation", ""),
    ("ments", ""),
    ("ment", ""),
    ("ness", ""),
    ("ions", ""),
    ("ion", ""),
    ("ings", ""),
    ("ing", ""),
    ("ies", "y"),
    ("ers", "er"),
    ("sses", "ss"),
    ("eed", "eed"),
    ("ed", ""),
    ("es", ""),
    ("ss", "ss"),
    ("us", "us"),
    ("is", "is"),
    ("s", ""),
    ("ly", ""),
)

_SOUNDS: Final = (
    (re.compile(r"^(kn|gn|pn)"), "n"),
    (re.compile(r"^wr"), "r"),
    (re.compile(r"^x"), "s"),
    (re.compile(r"mb$"), "m"),
    (re.compile(r"tch|ch"), "c"),
    (re.compile(r"sch|sh"), "x"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"gh"), ""),
    (re.compile(r"th"), "t"),
    (re.compile(r"ck|q|kh"), "k"),
    (re.compile(r"c(?=[eiy])|z"), "s"),
    (re.compile(r"c"), "k"),
    (re.compile(r"dg(?=[eiy])|g(?=[eiy])"), "j"),
    (re.compile(r"d"), "t"),
    (re.compile(r"v"), "f"),
    (re.compile(r"b"), "p"),
)


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """Return a key that words of similar sound share, in the manner of Metaphone: consonants, first vowel."""
    for pattern, put in _SOUNDS:
        word = pattern.sub(put, word)
    first = "a" if word[:1] in "aeiouy" else ""
    consonants = re.sub(r"[aeiouyhw]", "", word)
    return first + re.sub(r"(.)\1+", r"\1", consonants)


def distance(left: str, right: str, limit: int) -> int:
    """Return how many letters must be put in, taken out, replaced or swapped; ``limit + 1`` if more than ``limit``."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]
