"""Numbers with a unit of measure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from natter_tts.normalize.language import Language
from natter_tts.normalize.patterns import any_of
from natter_tts.normalize.pieces import Piece, ends_sentence
from natter_tts.normalize.words import DASH, NOT_BEFORE, NOT_INSIDE, agreed, counted, number, shape

_HEIGHT: Final = re.compile(r"(?<![\w.'’])(\d{1,2})['’′](\d{1,2})(?:[\"”″]|'')")
_DURATION: Final = re.compile(r"(?<![\w.])(\d{1,3})\s?h\s?(\d{1,2})\s?m(?:in)?(?!\w)")
_WITH_STOP: Final = frozenset(
    {"sec", "secs", "min", "mins", "hr", "hrs", "lb", "lbs", "oz", "ft", "yd", "mi", "yr", "yrs", "gal", "tbsp", "tsp"}
)
"""Units that people put a full stop behind."""


@lru_cache(maxsize=8)
def _dimensions(language: Language) -> re.Pattern[str]:
    one = shape(language)
    return re.compile(rf"{NOT_INSIDE}(?P<a>{one})\s?[x×]\s?(?P<b>{one}){NOT_BEFORE}")


@lru_cache(maxsize=8)
def _pattern(language: Language) -> re.Pattern[str]:
    one = shape(language)
    return re.compile(
        rf"{NOT_INSIDE}(?P<amount>[-−]?{one})(?:\s?(?P<dash>{DASH}|{language.to}\b)\s?(?P<upper>{one}))?"
        rf"(?P<gap>\s?|-)(?P<unit>{any_of(language.units)})(?![\w²³/])(?P<stop>\.(?!\w))?"
    )


@lru_cache(maxsize=8)
def _scaled(language: Language) -> re.Pattern[str]:
    short = any_of(scale for scale in language.scales if len(scale) < 3 and scale not in language.units)
    return re.compile(rf"{NOT_INSIDE}(?P<amount>{shape(language)})(?P<scale>{short}|M)(?P<more>\+?)(?!\w)")


def units(text: str, language: Language) -> Iterator[Piece]:
    """Find measures such as 5 kg, 20°C, 10-15 min and 5'10\"."""
    for match in _HEIGHT.finditer(text) if language.feet else ():
        assert language.feet is not None
        said = f"{number(match[1], language)} {language.feet.one} {number(match[2], language)}"
        yield Piece(match.start(), match.end(), said)
    for match in _dimensions(language).finditer(text):
        said = f"{number(match['a'], language)} {language.by} {number(match['b'], language)}"
        yield Piece(match.start(), match.end(), said)
    for match in _DURATION.finditer(text):
        hours, minutes = (counted(match[i], language.units[u], language) for i, u in ((1, "h"), (2, "min")))
        yield Piece(match.start(), match.end(), f"{hours} {minutes}")
    for match in _pattern(language).finditer(text):
        name = match["unit"]
        if (name == "x" and match["gap"]) or (name == "s" and not match["gap"] and len(match["amount"]) > 2):
            continue  # 3 x 4, the 747s
        unit = language.units[name]
        said = agreed(number(match["amount"], language), language, feminine=unit.feminine)
        if match["upper"]:
            said += f" {language.to} {agreed(number(match['upper'], language), language, feminine=unit.feminine)}"
        noun = unit.one if match["gap"] == "-" else unit.of("2" if match["upper"] else match["amount"])
        end, stop = match.end("unit"), ""
        if match["stop"] and name in _WITH_STOP:
            end, stop = match.end(), "." if ends_sentence(text, match.end(), language) else ""
        elif name.endswith(".") and ends_sentence(text, end, language):
            stop = "."
        yield Piece(match.start(), end, f"{said} {noun}{stop}")
    for match in _scaled(language).finditer(text):
        said = f"{number(match['amount'], language)} {language.scales[match['scale'].lower()]}"
        yield Piece(match.start(), match.end(), f"{said} {language.plus}" if match["more"] else said)
