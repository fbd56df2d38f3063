"""Numbers that nothing else has claimed: quantities, places, fractions, ranges, years, Roman numerals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from natter_tts.normalize.language import Language
from natter_tts.normalize.patterns import any_of
from natter_tts.normalize.pieces import Piece
from natter_tts.normalize.words import (
    DASH,
    NOT_BEFORE,
    NOT_INSIDE,
    agreed,
    cardinal,
    number,
    ordinal,
    parts,
    shape,
    year,
)

_FRACTION: Final = re.compile(
    r"(?<![\w./,])(?:(?P<whole>\d+)[ -])?(?P<top>\d{1,3})/(?P<bottom>\d{1,3})(?![\w/])(?!\.\d)"
)
_GLYPH: Final = re.compile(r"(?:(?<![\w.,])(?P<whole>\d+)\s?)?(?P<glyph>[½⅓⅔¼¾⅛])")
_LEFT: Final = re.compile(r"\d+")
"""Digits in the middle of something that no rule knows."""
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_ONES: Final = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_ROMAN: Final = {"X" * (value // 10) + _ONES[value % 10]: value for value in range(1, 40)}


@dataclass(frozen=True, slots=True)
class _Patterns:
    ordinal: re.Pattern[str]
    weak: re.Pattern[str]
    decade: re.Pattern[str]
    range: re.Pattern[str]
    signed: re.Pattern[str]
    plain: re.Pattern[str]
    feminine: re.Pattern[str]


@lru_cache(maxsize=16)
def _patterns(language: Language) -> _Patterns:
    one = shape(language)
    return _Patterns(
        ordinal=re.compile(
            rf"(?<![\w.,])(?P<value>\d{{1,3}}(?:[{language.group}]\d{{3}})+|\d+)"
            rf"(?P<mark>{any_of(language.ordinal_marks)})(?!\w)",
            re.IGNORECASE,
        ),
        weak=re.compile(rf"\b(?P<before>(?i:{any_of(language.ordinal_after)}))\s+(?P<value>\d{{1,3}})\.(?=\s+\w)"),
        decade=re.compile(rf"(?<![\w.,])(?P<value>\d{{2,4}}){language.decade_mark or '(?!)'}(?!\w)"),
        range=re.compile(rf"{NOT_INSIDE}(?P<low>{one})(?P<dash>\s?{DASH}\s?|:)(?P<high>{one}){NOT_BEFORE}"),
        signed=re.compile(rf"(?:(?<=\s)|(?<=[(\[])|^)(?P<sign>[-−+])(?P<value>{one}){NOT_BEFORE}", re.MULTILINE),
        plain=re.compile(
            rf"(?<![\w.])(?<!\d,)(?P<about>~)?(?P<value>{one}|\.\d+)(?P<more>\+)?(?![.,]?\d)(?=(?P<next>\s[^\W\d_]+)?)"
        ),
        feminine=re.compile(rf"\s(?i:{language.feminine or '(?!)'})"),
    )


@lru_cache(maxsize=8)
def _roman(language: Language) -> re.Pattern[str]:
    return re.compile(rf"\b(?i:{any_of(language.roman_after)})\s+(?P<roman>[IVX]+)(?!\w|['’.]\w)")


def numbers(text: str, language: Language) -> Iterator[Piece]:
    """Find numbers and say them as words."""
    patterns = _patterns(language)
    yield from _special(text, language, patterns)
    for match in patterns.range.finditer(text):
        yield Piece(match.start("low"), match.end("low"), _quantity(match["low"], language))
        yield Piece(match.start("dash"), match.end("dash"), f" {language.to} ")
        yield Piece(match.start("high"), match.end("high"), _quantity(match["high"], language))
    for match in patterns.signed.finditer(text):
        sign = language.plus if match["sign"] == "+" else language.minus
        yield Piece(match.start(), match.end(), f"{sign} {number(match['value'], language)}")
    for match in patterns.plain.finditer(text):
        value = match["value"]
        said = number("0" + value, language) if value.startswith(".") else _quantity(value, language)
        if match["next"] and not match["more"]:
            said = agreed(said, language, feminine=patterns.feminine.fullmatch(match["next"]) is not None)
        if match["about"]:
            said = f"{language.about} {said}"
        yield Piece(match.start(), match.end(), f"{said} {language.plus}" if match["more"] else said)
    for match in _LEFT.finditer(text):
        yield Piece(match.start(), match.end(), f" {number(match[0], language)} ")


def _special(text: str, language: Language, patterns: _Patterns) -> Iterator[Piece]:
    for match in patterns.ordinal.finditer(text):
        whole, _ = parts(match["value"], language)
        yield Piece(match.start(), match.end(), _place(int(whole), match["mark"].lower(), language))
    for match in patterns.weak.finditer(text):
        said = ordinal(int(match["value"]), language)
        plain = match["before"].lower() in language.plain_after
        yield Piece(match.start("value"), match.end(), said if plain else said + language.weak)
    for match in patterns.decade.finditer(text):
        yield Piece(match.start(), match.end(), year(int(match["value"]), language) + language.decade_mark)
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


def _place(value: int, mark: str, language: Language) -> str:
    """Return a place in the form that its mark asks for: "tercera" for 3.ª."""
    cut, ending = language.ordinal_marks[mark]
    said = ordinal(value, language)
    if not cut:
        return said
    return " ".join(word[:-cut] + ending for word in said.split())


def _mixed(whole: str | None, fraction: str, language: Language) -> str:
    """Return "two and a half" for 2 and "one half"."""
    if not whole:
        return fraction
    first, _, rest = fraction.partition(" ")
    return f"{number(whole, language)} {language.and_a} " + (f"a {rest}" if first == "one" else fraction)


def _quantity(written: str, language: Language) -> str:
    return year(int(written), language) if _YEAR.fullmatch(written) else number(written, language)
