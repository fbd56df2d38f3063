"""A line of text as words, with the numbers that are spoken in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from text_to_num import find_numbers

from natter_stt.written.language import Language

_PARTS: Final = re.compile(r"([(\[{\"'“‘]*)(.*?)([)\]}\"'”’,.;:!?…]*)", re.DOTALL)
_DIGITS: Final = re.compile(r"\d+")
_GROUPS: Final = re.compile(r"\d+(?:-\d+)+")
GROUPED: Final = (7, 10, 11)
"""Digits of a telephone number; other digits with hyphens are a range or a date, and are left alone."""
_COUNT: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+")
_ORDINAL: Final = re.compile(r"(\d+)(?:st|nd|rd|th)")
_ABBREVIATION: Final = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
LARGEST: Final = 10**15
"""Larger numbers are left as they were spoken."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word between spaces: what it is, and the punctuation around it."""

    core: str
    before: str = ""
    after: str = ""

    @property
    def low(self) -> str:
        """The word in lower case, with a plain apostrophe."""
        return self.core.lower().replace("’", "'")


@dataclass(frozen=True, slots=True)
class Number:
    """A number within a line.

    Attributes:
        start: index of its first word.
        end: index behind its last word.
        digits: as a row of digits, with its leading zeros; of a decimal fraction with its point.
        ordinal: whether it says which one, not how many.
        spelled: whether it was spoken out, not in digits already.
    """

    start: int
    end: int
    digits: str
    ordinal: bool = False
    spelled: bool = True

    @property
    def value(self) -> float:
        """How many."""
        return float(self.digits)

    @property
    def whole(self) -> int | None:
        """The value of a cardinal without a fraction, else None."""
        return None if self.ordinal or "." in self.digits else int(self.digits)

    @property
    def pair(self) -> int | None:
        """The value of a cardinal of two digits, such as the halves of a year are; else None."""
        return self.whole if len(self.digits) == 2 else None


class Line:
    """The words of a text and the numbers in them.

    Args:
        text: anything.
        language: whose words they are.
    """

    def __init__(self, text: str, language: Language) -> None:
        self.language = language
        words = [word for part in text.split() for word in _parted(_word(part), language.code)]
        self.words = [*map(_abbreviated, words[:-1]), *words[-1:]]
        self.lows = [word.low for word in self.words]
        self._numbers = {number.start: number for number in self._find()}
        for number in sorted(self._numbers.values(), key=lambda number: number.start):
            self._join_fraction(number)

    def __len__(self) -> int:
        return len(self.words)

    def low(self, index: int) -> str:
        """Return the word at ``index`` in lower case; empty where there is none."""
        return self.lows[index] if 0 <= index < len(self.lows) else ""

    def number(self, index: int) -> Number | None:
        """Return the number that begins at ``index``, if one does."""
        return self._numbers.get(index)

    def joined(self, start: int, end: int, allowed: str = "") -> bool:
        """Whether no punctuation but ``allowed`` lies between the words from ``start`` up to ``end``."""
        inner = range(start, end - 1)
        return 0 <= start < end <= len(self.words) and all(
            (not self.words[at].after or self.words[at].after in allowed) and not self.words[at + 1].before
            for at in inner
        )

    def follows(self, index: int, words: frozenset[str]) -> bool:
        """Whether the word before ``index`` is one of ``words``, with no punctuation between."""
        return self.low(index - 1) in words and self.joined(index - 1, index + 1)

    def announced(self, index: int, cues: frozenset[str], within: int = 6) -> bool:
        """Whether one of ``cues`` lies among the ``within`` words before ``index``."""
        return any(low in cues for low in self.lows[max(0, index - within) : index])

    def _find(self) -> list[Number]:
        language, found = self.language, []
        spoken = [
            _Spoken(low, low in language.not_numbers or low.isdigit(), self._apart(at))
            for at, low in enumerate(self.lows)
        ]
        for hit in find_numbers(spoken, language.code, 0.0):
            if abs(hit.value) < LARGEST and not _has_digit(self.lows[hit.start : hit.end]):
                digits = str(int(hit.value)) if hit.is_ordinal else hit.text.replace(",", ".")
                found.append(Number(hit.start, hit.end, digits, hit.is_ordinal))
        found += [number for at, low in enumerate(self.lows) if (number := _written(at, low)) is not None]
        return found

    def _join_fraction(self, whole: Number) -> None:
        """Make one number of "three point eleven", of which the reader knows only the digits one by one."""
        if self.low(whole.end) not in self.language.points or whole.whole is None or not whole.spelled:
            return
        part = self._numbers.get(whole.end + 1)
        if part is not None and part.spelled and part.whole is not None and self.joined(whole.start, part.end):
            self._numbers[whole.start] = Number(whole.start, part.end, f"{whole.digits}.{part.digits}")

    def _apart(self, index: int) -> bool:
        return index > 0 and not self.joined(index - 1, index + 1)


class _Spoken:
    """A word as the number reader wants it; see ``text_to_num.Token``."""

    def __init__(self, text: str, excluded: bool, apart: bool) -> None:
        self._text, self._excluded, self._apart = text, excluded, apart

    def text(self) -> str:
        return self._text

    def nt_separated(self, previous: object) -> bool:
        del previous
        return self._apart

    def not_a_number_part(self) -> bool:
        return self._excluded


def _word(part: str) -> Word:
    match = _PARTS.fullmatch(part)
    assert match is not None
    before, core, after = match.groups()
    return Word(core, before, after)


def _parted(word: Word, code: str) -> list[Word]:
    """Return the halves of "eighteen-thirteen" apart; "twenty-five" is one number and stays one word."""
    parts = word.core.split("-")
    if len(parts) < 2 or not all(_tens(part.lower(), code) for part in parts[:2]):
        return [word]
    return [
        Word(parts[0], word.before),
        Word("-".join(parts[1:]), "", word.after),
    ]


def _tens(word: str, code: str) -> bool:
    found = find_numbers([_Spoken(word, False, False)], code, 0.0) if word.isalpha() else []
    return len(found) == 1 and 10 <= found[0].value < 100 and not found[0].is_ordinal


def _abbreviated(word: Word) -> Word:
    """Return a word within a text; the last point of "a.m." ends no sentence there."""
    dotted = _ABBREVIATION.fullmatch(word.core) and word.after.startswith(".")
    return Word(f"{word.core}.", word.before, word.after[1:]) if dotted else word


def _has_digit(words: Sequence[str]) -> bool:
    return any(character.isdigit() for word in words for character in word)


def _written(at: int, low: str) -> Number | None:
    """Return the number that a word in digits is."""
    if _DIGITS.fullmatch(low):
        return Number(at, at + 1, low, spelled=False)
    if _GROUPS.fullmatch(low) and len(low.replace("-", "")) in GROUPED:
        return Number(at, at + 1, low.replace("-", ""), spelled=False)
    if _COUNT.fullmatch(low):
        return Number(at, at + 1, low.replace(",", ""), spelled=False)
    if ordinal := _ORDINAL.fullmatch(low):
        return Number(at, at + 1, ordinal[1], ordinal=True, spelled=False)
    return None
