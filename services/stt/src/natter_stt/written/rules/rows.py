"""Rows of digits and letters: telephone numbers, order numbers, codes. Pure.

"four seven one nine nine two" is 471992, "B seven two nine K" B729K, "four one five five five five oh one nine
nine" 415-555-0199. Three single digits in a row are never prose; two-digit numbers join a row only where
something announces one ("my number is"), or where nothing else is said at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from natter_stt.written.line import Line, Number
from natter_stt.written.piece import Piece

ROW: Final = 3
"""So many single digits in a row are a number, whatever is said around them."""
COMMAS: Final = 4
"""So many with commas between, which a recogniser writes where the speaker pauses."""
CARD: Final = 16
BELOW_HUNDRED: Final = 100
WEAK: Final = frozenset(("a", "i", "o"))
"""Letters that are words as well: no code begins with one for sure."""
_MIXED: Final = re.compile(r"(?=.*\d)(?!.*[a-z]{3})[a-z0-9]{2,12}")
_TORN: Final = re.compile(r"\d{2,}(?:-\d{2,})+")
_LETTER: Final = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class _Row:
    """Parts that follow each other.

    Attributes:
        parts: each a digit, a letter, or more of them that were said as one.
        end: index of the word behind.
        commas: whether commas lie between.
    """

    parts: tuple[str, ...]
    end: int
    commas: bool

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def single(self) -> bool:
        return all(len(part) == 1 for part in self.parts)

    @property
    def longest_run(self) -> int:
        """The most single characters that follow each other."""
        return max(sum(1 for _ in run) if single else 0 for single, run in groupby(self.parts, lambda p: len(p) == 1))


def digits(line: Line, at: int) -> Piece | None:
    """Write a row of digits as one number, in the groups that telephone and card numbers have."""
    phone = line.announced(at, line.language.phone_cues)
    named = line.announced(at, line.language.number_cues, within=4)
    if named and not phone and _TORN.fullmatch(line.low(at)):
        return Piece(at + 1, grouped(line.low(at).replace("-", ""), phone="number" in line.lows[at - 2 : at]))
    row = _row(line, at, letters=False)
    if row is None:
        return None
    cue = phone or line.announced(at, line.language.number_cues) or line.follows(at, line.language.labels)
    torn = any("-" in low for low in line.lows[at : row.end])
    alone = at == 0 and row.end == len(line)
    said = torn if len(row.parts) == 1 else _is_number(row, cue=cue, alone=alone)
    return Piece(row.end, grouped(row.text, phone=phone or (cue and torn))) if said else None


def _is_number(row: _Row, *, cue: bool, alone: bool) -> bool:
    """Whether the digits of ``row`` are one number rather than several."""
    if row.commas and not (cue or alone):
        return row.single and len(row.parts) >= COMMAS
    if row.single:
        return len(row.parts) >= ROW or cue or alone
    if cue:
        return len(row.text) >= ROW
    return len(row.text) > ROW and (alone or row.longest_run >= ROW)


def code(line: Line, at: int) -> Piece | None:
    """Write letters and digits that were spoken one by one as one code, and letters alone as an acronym."""
    row = _trimmed(line, _row(line, at, letters=True))
    if row is None or len(row.parts) < 2 or (row.commas and not row.single):
        return None
    letters = sum(part.isalpha() for part in row.parts)
    if letters == len(row.parts):
        return Piece(row.end, row.text.upper()) if letters >= ROW else None
    if row.text.isdigit():
        return None
    cue = line.announced(at, line.language.number_cues)
    weak = line.low(at) in WEAK and (letters == 1 or not line.words[at].core.isupper())
    short = len(row.parts) < ROW and not cue and not line.follows(at, line.language.labels)
    return None if short or (weak and not (cue and letters > 1)) else Piece(row.end, row.text.upper())


def _trimmed(line: Line, row: _Row | None) -> _Row | None:
    """Return a row without an "I" or "a" at its end that begins what is said next."""
    while row is not None and row.end < len(line) and row.parts[-1] in WEAK and not line.words[row.end - 1].after:
        row = _Row(row.parts[:-1], row.end - 1, row.commas) if len(row.parts) > 1 else None
    return row


def grouped(text: str, *, phone: bool = False) -> str:
    """Return a row of digits as people group it; telephone numbers as in North America, cards by four."""
    if len(text) == CARD:
        return " ".join(text[at : at + 4] for at in range(0, CARD, 4))
    if len(text) == 10 and text[0] not in "01" and text[3] not in "01":
        return f"{text[:3]}-{text[3:6]}-{text[6:]}"
    if len(text) == 11 and text[0] == "1" and phone:
        return f"1-{text[1:4]}-{text[4:7]}-{text[7:]}"
    if len(text) == 7 and phone:
        return f"{text[:3]}-{text[3:]}"
    return text


def _row(line: Line, at: int, *, letters: bool) -> _Row | None:
    parts: list[str] = []
    end, commas = at, False
    sure = line.announced(at, line.language.number_cues)
    while end < len(line) and (not parts or line.joined(end - 1, end + 1, ",")):
        found = _part(line, end, letters=letters) or _within(line, end, letters=letters, begun=bool(parts), sure=sure)
        if found is None:
            break
        commas = commas or (bool(parts) and bool(line.words[end - 1].after))
        parts += found[0]
        end = found[1]
    return _Row(tuple(parts), end, commas) if parts else None


def _part(line: Line, at: int, *, letters: bool) -> tuple[list[str], int] | None:
    """Return the parts that are spoken at ``at``, and where they end."""
    language, low = line.language, line.low(at)
    number = line.number(at)
    if number is not None:
        parts = _digits_of(number, low)
        return (parts, number.end) if parts else None
    if low in language.repeats and (digit := _digit(line, at + 1)):
        return [digit] * language.repeats[low], at + 2
    if letters and low not in language.zeros and (_LETTER.fullmatch(low) or _MIXED.fullmatch(low)):
        return [low], at + 1
    return None


def _within(line: Line, at: int, *, letters: bool, begun: bool, sure: bool) -> tuple[list[str], int] | None:
    """Return what is a part only in a row: an "oh" for a zero, a "to" for a two."""
    language, low = line.language, line.low(at)
    if low in language.zeros and (begun or _digit(line, at + 1)):
        return ["0"], at + 1
    if low in language.sound_alikes and begun and sure and _part(line, at + 1, letters=letters):
        return [language.sound_alikes[low]], at + 1
    return None


def _digits_of(number: Number, low: str) -> list[str]:
    """Return the digits of a number that can be part of a row; digits said one by one are parts each."""
    if number.whole is None or "," in low or (number.spelled and number.value >= BELOW_HUNDRED):
        return []
    one_by_one = number.spelled and number.end - number.start == len(number.digits)
    return list(number.digits) if one_by_one and number.digits[0] == "0" else [number.digits]


def _digit(line: Line, at: int) -> str:
    number = line.number(at)
    return number.digits if number is not None and len(number.digits) == 1 and not number.ordinal else ""
