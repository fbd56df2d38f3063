"""House numbers. Pure: "twelve forty two Maple Street" is 1242 Maple Street."""

from __future__ import annotations

import re
from typing import Final

from natter_stt.written.line import Line
from natter_stt.written.piece import Piece

_PAIRED: Final = re.compile(r"(\d{1,2})[:-](\d\d)")
"""A number in pairs, as a recogniser writes it that takes it for a time."""
NAME: Final = 3
"""Words that a street's name has at most, before "Street"."""


def address(line: Line, at: int) -> Piece | None:
    """Write the number of a house, read as it is spoken: in pairs, digit by digit or as a number."""
    if (paired := _PAIRED.fullmatch(line.low(at))) and _street(line, at + 1) and line.joined(at, at + 2):
        return Piece(at + 1, paired[1] + paired[2])
    digits, end = "", at
    while (number := line.number(end)) is not None and number.whole is not None and line.joined(at, number.end):
        digits, end = digits + number.digits, number.end
        if line.low(end) in line.language.zeros:
            digits, end = digits + "0", end + 1
    if not digits or len(digits) > 5 or not _street(line, end) or line.words[end - 1].after:
        return None
    return Piece(end, str(int(digits)))


def _street(line: Line, at: int) -> bool:
    for end in range(at + 1, at + NAME + 1):
        if line.low(end) in line.language.streets and line.joined(at, end + 1):
            return not set(line.lows[at:end]) & line.language.not_streets
    return False
