"""Amounts of money."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from natter_tts.normalize.language import Currency, Language
from natter_tts.normalize.patterns import any_of
from natter_tts.normalize.pieces import Piece
from natter_tts.normalize.words import DASH, NOT_BEFORE, counted, number, parts, shape


@lru_cache(maxsize=8)
def _pattern(language: Language) -> re.Pattern[str]:
    one = shape(language)
    symbols = any_of(symbol for symbol in language.currencies if not symbol.isalpha())
    codes = any_of(symbol for symbol in language.currencies if symbol.isalpha())
    scale = rf"(?P<{{0}}scale>\s?(?i:{any_of(language.scales)})(?!\w))?"
    before = rf"(?P<bsymbol>{symbols}|(?:{codes})\s?)\s?(?P<bamount>{one})"
    range_ = rf"(?:\s?{DASH}\s?(?P<bsymbol2>{symbols})?(?P<bamount2>{one}))?"
    after = rf"(?P<aamount>{one}){scale.format('a')}\s?(?P<asymbol>{symbols}|(?:{codes})(?!\w))"
    return re.compile(rf"(?<![\w.,])(?P<sign>[-−])?(?:{before}{range_}{scale.format('b')}{NOT_BEFORE}|{after}(?![\w]))")


@lru_cache(maxsize=8)
def _per(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(?<=[\w%\ufffc])\s?/\s?({any_of(language.per_units)})(?![\w/])")


def money(text: str, language: Language) -> Iterator[Piece]:
    """Find amounts such as $3.50, 20 EUR, $1.5 million and $5-10."""
    for match in _pattern(language).finditer(text):
        if match["bamount"]:
            currency = language.currencies[match["bsymbol"].strip()]
            amount, scale = match["bamount"], match["bscale"]
            if match["bamount2"]:
                said = f"{number(amount, language)} {language.to} "
                said += _said(match["bamount2"], scale, currency, language)
            else:
                said = _said(amount, scale, currency, language)
        else:
            said = _said(match["aamount"], match["ascale"], language.currencies[match["asymbol"]], language)
        yield Piece(match.start(), match.end(), f"{language.minus} {said}" if match["sign"] else said)


def rates(text: str, language: Language) -> Iterator[Piece]:
    """Find what stands after an amount and a slash: $5/month, 3 km/h."""
    for match in _per(language).finditer(text):
        before = text[: match.start()]
        if re.search(r"[\d\ufffc%]\w*$", before):
            yield Piece(match.start(), match.end(), f" {language.per} {language.per_units[match[1]]}")


def _said(amount: str, scale: str | None, currency: Currency, language: Language) -> str:
    if scale:
        word = language.scales[scale.strip().lower()]
        noun = currency.major.many
        of = language.scale_of[noun[0].lower() in language.vowels]
        return f"{number(amount, language)} {word} {of}{noun}"
    whole, hundredths = parts(amount, language)
    if len(hundredths) != 2 or currency.minor is None:
        return counted(amount, currency.major, language)
    said = []
    if int(whole) or not int(hundredths):
        said.append(counted(str(int(whole)), currency.major, language))
    if int(hundredths):
        said.append(counted(str(int(hundredths)), currency.minor, language))
    return f" {language.money_and} ".join(said)
