"""Amounts of money, percentages, measures: a number and what it counts. Pure.

"twenty dollars and fifty cents" is $20.50, "twenty five percent" 25%, "five milligrams" 5 mg. Before a unit
small numbers are written in digits too.
"""

from __future__ import annotations

import re
from typing import Final

from natter_stt.written.line import Line, Number
from natter_stt.written.piece import Piece
from natter_stt.written.rules.counts import amount_at, counted

_PRICE: Final = re.compile(r"([$€£])(\d+)")
CENTS: Final = 100


def money(line: Line, at: int) -> Piece | None:
    """Write an amount with the sign of its currency."""
    found = amount_at(line, at)
    if found is None:
        return _mended(line, at)
    number, end = found
    coin = line.language.coins.get(line.low(end))
    if coin is None or number.ordinal or not line.joined(at, end + 1):
        return None
    cents = _cents(line, end + 1, coin.cents) if number.whole is not None else None
    if cents is not None:
        return Piece(cents[1], f"{coin.sign}{int(number.digits):,}.{cents[0]:02}")
    if coin.needs_cents:
        return None
    return Piece(end + 1, f"{coin.sign}{counted(number, line.language)}")


def _mended(line: Line, at: int) -> Piece | None:
    """Join cents to an amount that has its sign already."""
    price = _PRICE.fullmatch(line.low(at))
    if price is None:
        return None
    cents = _cents(line, at + 1, frozenset(("cents", "cent", "pence")))
    return Piece(cents[1], f"{price[1]}{int(price[2]):,}.{cents[0]:02}") if cents else None


def _cents(line: Line, at: int, words: frozenset[str]) -> tuple[int, int] | None:
    """Return the hundredths that are spoken from ``at`` on, and where they end."""
    first = at + (line.low(at) in line.language.ands)
    number = line.number(first)
    if number is None or number.whole is None or not number.whole < CENTS:
        return None
    end = number.end + 1
    return (number.whole, end) if line.low(number.end) in words and line.joined(at - 1, end) else None


def percentage(line: Line, at: int) -> Piece | None:
    """Write a number of percent with its sign."""
    found = amount_at(line, at)
    if found is None or found[0].ordinal:
        return None
    number, end = found
    for words in line.language.percents:
        stop = end + len(words)
        if tuple(line.lows[end:stop]) == words and line.joined(at, stop):
            return Piece(stop, f"{number.digits}%")
    return None


def measure(line: Line, at: int) -> Piece | None:
    """Write a number of units in digits, and the unit as it is written."""
    found = amount_at(line, at)
    if found is None or found[0].ordinal:
        return None
    number, end = found
    unit = line.language.units.get(line.low(end))
    if unit is None or not line.joined(at, end + 1) or _loose(number, line, at):
        return None
    return Piece(end + 1, f"{counted(number, line.language)} {unit}")


def _loose(number: Number, line: Line, at: int) -> bool:
    """Whether a "one" is hardly a number: "one foot in the door"."""
    return number.whole == 1 and line.low(at) == "one" and len(line) == number.end + 1
