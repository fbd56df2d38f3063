"""Days and years. Pure.

"March the third, twenty twenty four" is March 3, 2024; "the third of March" the 3rd of March; "in eighteen
thirteen" in 1813.
"""

from __future__ import annotations

from typing import Final

from natter_stt.written.line import Line
from natter_stt.written.piece import Piece
from natter_stt.written.rules.counts import suffix

DAYS: Final = 31
CENTURIES: Final = range(17, 21)
SURE: Final = {18: range(10, 100), 19: range(10, 100), 20: range(10, 40)}
"""Two halves that are a year wherever they stand."""
THIS: Final = range(2000, 2100)


def date(line: Line, at: int) -> Piece | None:
    """Write a day of a month, with its year if it is said."""
    return _month_first(line, at) or _day_first(line, at)


def year(line: Line, at: int) -> Piece | None:
    """Write a year that is spoken in two halves, or from two thousand on as a number."""
    told = line.follows(at, line.language.century_cues) or line.low(at - 1) in line.language.months
    found = _year(line, at, sure=not told)
    return Piece(found[1], str(found[0])) if found else None


def _month_first(line: Line, at: int) -> Piece | None:
    language = line.language
    month = language.months.get(line.low(at))
    if month is None or not line.words[at].core[0].isupper():
        return None
    first = at + 1 + (line.low(at + 1) in language.the)
    day = line.number(first)
    if day is None or not 1 <= day.value <= DAYS or "." in day.digits or len(day.digits) > 2:
        return None
    if not line.joined(at, day.end):
        return None
    plain = not day.ordinal and day.spelled and at + 1 == first
    found = _year(line, day.end, sure=False) if line.joined(at, day.end + 1, ",") else None
    if found:
        return Piece(found[1], f"{month} {int(day.digits)}, {found[0]}")
    return None if plain and _half_of_year(line, first) else Piece(day.end, f"{month} {int(day.digits)}")


def _half_of_year(line: Line, at: int) -> bool:
    """Whether the number at ``at`` is no day: "March twenty twenty four"."""
    return _year(line, at, sure=False) is not None


def _day_first(line: Line, at: int) -> Piece | None:
    day = line.number(at)
    if day is None or not day.ordinal or not 1 <= day.value <= DAYS or line.low(day.end) not in line.language.of:
        return None
    month = line.language.months.get(line.low(day.end + 1))
    end = day.end + 2
    if month is None or not line.joined(at, end):
        return None
    shown = f"{int(day.digits)}{suffix(int(day.digits))} {line.low(day.end)} {month}"
    found = _year(line, end, sure=False) if line.joined(at, end + 1, ",") else None
    return Piece(found[1], f"{shown} {found[0]}") if found else Piece(end, shown)


def _year(line: Line, at: int, *, sure: bool) -> tuple[int, int] | None:
    """Return the year that is spoken from ``at`` on and where it ends.

    Args:
        line: the text.
        at: index of its first word.
        sure: whether nothing around it says that it is one.
    """
    first = line.number(at)
    if first is None or first.whole is None or not line.joined(at, first.end):
        return None
    if first.whole in THIS or (not first.spelled and 1000 <= first.whole < 2100 and len(first.digits) == 4):
        return None if sure else (first.whole, first.end)
    if first.pair not in CENTURIES or not first.spelled:
        return None
    rest, end = _rest(line, first.end)
    if rest is None or not line.joined(at, end) or (sure and rest not in SURE.get(first.whole, ())):
        return None
    return first.whole * 100 + rest, end


def _rest(line: Line, at: int) -> tuple[int | None, int]:
    second = line.number(at)
    if line.low(at) in line.language.zeros and (second := line.number(at + 1)) and len(second.digits) == 1:
        return second.whole, second.end
    return (second.pair, second.end) if second and second.spelled else (None, at)
