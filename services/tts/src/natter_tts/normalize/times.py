"""Times of day and ranges of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from natter_tts.normalize.language import Language
from natter_tts.normalize.patterns import any_of
from natter_tts.normalize.pieces import Piece, ends_sentence
from natter_tts.normalize.words import DASH, cardinal, counted

_HALF: Final = r"(?:\s?(?P<{0}half>[AaPp]\.?\s?[Mm]\b\.?))"
_CLOCK: Final = r"(?P<{0}hour>[01]?\d|2[0-3]):(?P<{0}minute>[0-5]\d)(?::(?P<{0}second>[0-5]\d))?" + _HALF + "?"
_HOUR: Final = r"(?P<{0}hour>0?[1-9]|1[0-2])" + _HALF
_CLOSED: Final = r"(?![\w:])(?!\.\d)"
_TIME: Final = re.compile(
    rf"(?<![\w.:,$€£])(?:(?P<from>\d{{1,2}}(?::[0-5]\d)?(?:\s?[AaPp]\.?\s?[Mm]\b\.?)?)(?P<dash>\s?{DASH}\s?))?"
    rf"(?:{_CLOCK.format('c')}|{_HOUR.format('h')}){_CLOSED}"
)
_START: Final = re.compile(rf"(?P<hour>\d{{1,2}})(?::(?P<minute>[0-5]\d))?{_HALF.format('')}?")


@lru_cache(maxsize=16)
def _clock(language: Language) -> re.Pattern[str]:
    mark, after = re.escape(language.clock_mark), any_of(language.clock_after)
    return re.compile(
        rf"(?<![\w.:,$€£])(?P<hour>[01]?\d|2[0-4])(?:\s?[{mark}]\s?|\.(?=\d\d\s(?:{after})))(?P<minute>[0-5]\d)(?!\d)(?::(?P<second>[0-5]\d))?"
        rf"(?:\s(?:{after})(?!\w))?{_HALF.format('')}?(?![\w:])(?!\.\d)(?P<dash>\s?{DASH}\s?(?=\d{{1,2}}[{mark}]\d\d))?"
    )


def times(text: str, language: Language) -> Iterator[Piece]:
    """Find times such as 3:30 PM, 15:45 and 9am-5pm."""
    if language.clock[0]:
        yield from _of_24_hours(text, language)
    else:
        yield from _of_12_hours(text, language)


def _of_24_hours(text: str, language: Language) -> Iterator[Piece]:
    for match in _clock(language).finditer(text):
        hour, minute, half = int(match["hour"]), int(match["minute"]), match["half"] or ""
        named = language.hours.get(hour) or cardinal(hour, language)
        said = language.clock[minute > 0].format(hour=named, minute=cardinal(minute, language))
        if match["second"]:
            said += f" {language.money_and} {counted(str(int(match['second'])), language.units['s'], language)}"
        if half:
            said += f" {language.half_days[half.replace('.', '').replace(' ', '').lower()]}"
        stop = "." if half.endswith(".") and _ends_sentence(text, match.end(), language) else ""
        end = match.start("dash") if match["dash"] else match.end()
        yield Piece(match.start(), end, said + stop)
        if match["dash"]:
            yield Piece(end, match.end(), f" {language.to} ")


def _of_12_hours(text: str, language: Language) -> Iterator[Piece]:
    for match in _TIME.finditer(text):
        kind = "c" if match["chour"] else "h"
        half = match[f"{kind}half"] or ""
        first = match.start()
        if match["from"]:
            yield Piece(first, match.end("from"), _start(match["from"], language))
            yield Piece(match.start("dash"), match.end("dash"), f" {language.to} ")
            first = match.end("dash")
        minute, second = (match["cminute"], match["csecond"]) if kind == "c" else (None, None)
        said = _said(int(match[f"{kind}hour"]), minute, half, language)
        if second:
            said += f" {language.money_and} {cardinal(int(second), language)} {language.units['s'].of(second)}"
        stop = "." if half.endswith(".") and _ends_sentence(text, match.end(), language) else ""
        yield Piece(first, match.end(), said + stop)


def _ends_sentence(text: str, end: int, language: Language) -> bool:
    """As for any abbreviation; and a capital ends it too, unless it is a day ("5 p.m. Tuesday") or a zone."""
    word = re.match(r"\s+([A-Z][a-z]+)\b", text[end:])
    days = (*language.months, *language.weekdays_short.values(), *language.weekdays_short, *language.months_short)
    return ends_sentence(text, end, language) or (word is not None and word[1] not in days)


def _start(written: str, language: Language) -> str:
    match = _START.fullmatch(written)
    assert match is not None
    if not match["minute"] and not match["half"]:
        return cardinal(int(match["hour"]), language)
    return _said(int(match["hour"]), match["minute"], match["half"] or "", language)


def _said(hour: int, minute: str | None, half: str, language: Language) -> str:
    said = cardinal(12 if hour == 0 else hour, language)
    if minute and int(minute):
        value = int(minute)
        said += f" {language.oh} {cardinal(value, language)}" if value < 10 else f" {cardinal(value, language)}"
    elif minute and not half:
        said += f" {language.oclock}" if hour <= 12 else " hundred"
    half_day = half.replace(".", "").replace(" ", "").lower() or ("am" if hour == 0 else "")
    return f"{said} {language.half_days[half_day]}" if half_day else said
