"""Numbers that nothing else has claimed: quantities, places, fractions, ranges, years, Roman numerals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from natter_tts.normalize.language import Language
from natter_tts.normalize.patterns import any_of
from natter_tts.normalize.pieces import Piece
from natter_tts.normalize.words import DASH, NOT_BEFORE, NOT_INSIDE, NUMBER, cardinal, number, ordinal, year

_ORDINAL: Final = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)(?!\w)", re.IGNORECASE)
_RANGE: Final = re.compile(rf"{NOT_INSIDE}(?P<low>{NUMBER})(?P<dash>\s?{DASH}\s?|:)(?P<high>{NUMBER}){NOT_BEFORE}")
_FRACTION: Final = re.compile(
    r"(?<![\w./,])(?:(?P<whole>\d+)[ -])?(?P<top>\d{1,3})/(?P<bottom>\d{1,3})(?![\w/])(?!\.\d)"
)
_GLYPH: Final = re.compile(r"(?:(?<![\w.,])(?P<whole>\d+)\s?)?(?P<glyph>[½⅓⅔¼¾⅛])")
_SIGNED: Final = re.compile(rf"(?:(?<=\s)|(?<=[(\[])|^)(?P<sign>[-−+])(?P<value>{NUMBER}){NOT_BEFORE}", re.MULTILINE)
_PLAIN: Final = re.compile(rf"(?<![\w.])(?<!\d,)(?P<about>~)?(?P<value>{NUMBER}|\.\d+)(?P<more>\+)?(?![.,]?\d)")
_LEFT: Final = re.compile(r"\d+")
"""Digits in the middle of something that no rule knows."""
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_ROMAN: Final = {
    "I": 1,
    "II": 2,
    "III": 3,
    "IV": 4,
    "V": 5,
    "VI": 6,
    "VII": 7,
    "VIII": 8,
    "IX": 9,
    "X": 10,
    "XI": 11,
    "XII": 12,
}


@lru_cache(maxsize=8)
def _roman(language: Language) -> re.Pattern[str]:
    return re.compile(rf"\b(?i:{any_of(language.roman_after)})\s+(?P<roman>[IVX]+)(?!\w|['’.]\w)")


def numbers(text: str, language: Language) -> Iterator[Piece]:
    """Find numbers and say them as words."""
    yield from _special(text, language)
    for match in _RANGE.finditer(text):
        yield Piece(match.start("low"), match.end("low"), _quantity(match["low"], language))
        yield Piece(match.start("dash"), match.end("dash"), f" {language.to} ")
        yield Piece(match.start("high"), match.end("high"), _quantity(match["high"], language))
    for match in _SIGNED.finditer(text):
        sign = language.plus if match["sign"] == "+" else language.minus
        yield Piece(match.start(), match.end(), f"{sign} {number(match['value'], language)}")
    for match in _PLAIN.finditer(text):
        value = match["value"]
        said = number("0" + value, language) if value.startswith(".") else _quantity(value, language)
        if match["about"]:
            said = f"{language.about} {said}"
        yield Piece(match.start(), match.end(), f"{said} {language.plus}" if match["more"] else said)
    for match in _LEFT.finditer(text):
        yield Piece(match.start(), match.end(), f" {number(match[0], language)} ")


def _special(text: str, language: Language) -> Iterator[Piece]:
    for match in _ORDINAL.finditer(text):
        yield Piece(match.start(), match.end(), ordinal(int(match[1].replace(",", "")), language))
    for match in _roman(language).finditer(text):
        if value := _ROMAN.get(match["roman"]):
            yield Piece(match.start("roman"), match.end("roman"), cardinal(value, language))
    for match in _GLYPH.finditer(text):
        said = language.fractions[match["glyph"]]
        yield Piece(match.start(), match.end(), _mixed(match["whole"], said, language))
    for match in _FRACTION.finditer(text):
        said = language.fractions.get(f"{match['top']}/{match['bottom']}", "")
        if not said:
            said = f"{number(match['top'], language)} {language.over} {number(match['bottom'], language)}"
        yield Piece(match.start(), match.end(), _mixed(match["whole"], said, language))


def _mixed(whole: str | None, fraction: str, language: Language) -> str:
    """Return "two and a half" for 2 and "one half"."""
    if not whole:
        return fraction
    first, _, rest = fraction.partition(" ")
    return f"{number(whole, language)} {language.and_a} " + (f"a {rest}" if first == "one" else fraction)


def _quantity(written: str, language: Language) -> str:
    return year(int(written), language) if _YEAR.fullmatch(written) else number(written, language)
