"""Numbers in running text. Pure.

From ten on they are written in digits, smaller ones in words, as good transcripts do: "one of them", "no one",
"for two people", "25 people". Ordinals likewise: "the second", "the 21st". "a hundred people" and "a fiftieth
of it" stay.
"""

from __future__ import annotations

from typing import Final

from natter_stt.written.language import Language
from natter_stt.written.line import Line, Number
from natter_stt.written.piece import Piece

SMALLEST: Final = 10
"""The smallest number that prose writes in digits."""


def amount_at(line: Line, at: int) -> tuple[Number, int] | None:
    """Return the number that begins at ``at``, with its "a" if it has one and its "million", and where it ends."""
    first = at + (line.low(at) in line.language.articles and _round(line, at + 1))
    number = line.number(first)
    if number is None or not line.joined(at, number.end):
        return None
    if not number.spelled and number.whole is not None and line.joined(at, number.end + 1):
        for size, name in line.language.magnitudes:
            if line.low(number.end) == name:
                return Number(number.start, number.end + 1, str(number.whole * size), spelled=False), number.end + 1
    return number, number.end


def _round(line: Line, at: int) -> bool:
    number = line.number(at)
    return number is not None and number.spelled and number.whole is not None and number.whole >= 10 * SMALLEST


def counted(number: Number, language: Language) -> str:
    """Return a number with its thousands apart; very large round ones in digits and a word."""
    whole = number.whole
    if whole is None:
        return number.digits
    for size, name in language.magnitudes:
        if whole >= size and whole * 100 % size == 0:
            return f"{whole / size:g} {name}"
    return f"{whole:,}" if whole >= SMALLEST**4 or (number.spelled and whole >= SMALLEST**3) else str(whole)


def suffix(number: int) -> str:
    """Return the English ending of an ordinal in digits."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def count(line: Line, at: int) -> Piece | None:
    """Write a number of running text."""
    found = amount_at(line, at)
    if found is None or not found[0].spelled:
        return None
    number, end = found
    if number.ordinal:
        value = int(number.digits)
        if line.low(number.start - 1) in line.language.articles and line.low(end) in line.language.of:
            return None
        return Piece(end, f"{value}{suffix(value)}") if value >= SMALLEST else None
    if "." in number.digits:
        return Piece(end, number.digits)
    if _size_alone(number):
        return None
    labelled = line.follows(number.start, line.language.labels)
    return Piece(end, counted(number, line.language)) if number.value >= SMALLEST or labelled else None


def _size_alone(number: Number) -> bool:
    """Whether it is a "hundred" or a "million" with no number before it."""
    return number.end - number.start == 1 and number.value >= 10 * SMALLEST and number.digits.strip("0") == "1"
