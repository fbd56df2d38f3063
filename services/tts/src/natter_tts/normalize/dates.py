"""Dates, years and decades."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from natter_tts.normalize.language import Language
from natter_tts.normalize.patterns import any_of
from natter_tts.normalize.pieces import Piece, ends_sentence
from natter_tts.normalize.words import DASH, cardinal, ordinal, year

_NUMERIC = re.compile(
    r"(?<![\w./-])(?:(?P<iso>\d{4})-(?P<iso_month>\d{1,2})-(?P<iso_day>\d{1,2})"
    r"|(?P<first>\d{1,2})(?P<sep>[/.-])(?P<second>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2}))(?![\w/-])(?!\.\d)"
)
_NEVER = re.compile("(?!)")


@dataclass(frozen=True, slots=True)
class _Patterns:
    month_day: re.Pattern[str]
    day_month: re.Pattern[str]
    month_year: re.Pattern[str]
    weekdays: re.Pattern[str]
    weekday: re.Pattern[str]
    years: re.Pattern[str]
    decade: re.Pattern[str]
    on: re.Pattern[str]


@lru_cache(maxsize=8)
def _patterns(language: Language) -> _Patterns:
    long, short = any_of(language.months), any_of(language.months_short)
    month = rf"(?P<month>(?P<long>{long})|(?P<short>{short})\.?)"
    day = r"(?P<day>0?[1-9]|[12]\d|3[01])"
    suffix, of = language.day_suffix, rf"(?:{language.month_joint} +)?" if language.month_joint else ""
    then = rf"{language.year_joint} +"
    number = r"(?P<year>[12]\d{3})(?!\d)(?![.,]\d)"
    cue = any_of(language.year_after)
    weekday = rf"(?:{any_of(language.weekdays_short)})\.?|{any_of(language.weekdays_short.values())}"
    return _Patterns(
        month_day=re.compile(
            rf"\b{month} +{day}{suffix}(?:(?P<dash> ?{DASH} ?)(?P<last>[12]\d|3[01]|[1-9]){suffix})?"
            rf"(?![\w:])(?!\.\d)(?:{then}{number})?"
        )
        if language.month_first
        else _NEVER,
        day_month=re.compile(rf"(?<![\w.,:-]){day}{suffix} +{of}{month}(?!\w)(?:{then}{number})?"),
        month_year=re.compile(rf"\b{month}{then}{number}"),
        weekdays=re.compile(rf"\b(?P<first>{weekday})(?P<dash>\s?{DASH}\s?)(?P<last>{weekday})(?!\w)"),
        weekday=re.compile(rf"\b({any_of(language.weekdays_short)})(\.?)(?=,? +(?:{long}|{short})\b|,? +\d)"),
        years=re.compile(
            rf"(?:(?<=\()|\b(?:{cue})\s+)(?P<first>1[1-9]\d\d|20\d\d)(?:\s?{DASH}\s?(?P<last>1[1-9]\d\d|20\d\d|\d\d))?"
            r"(?![\w%$])(?![.,]\d)(?!\s?(?:%|degrees|people))",
            re.IGNORECASE,
        ),
        decade=re.compile(
            r"(?<![\w.])(?:['‘’](?P<short>[1-9]0)s|(?P<century>1[5-9]|20)(?P<tens>\d0)['’]?s|(?P<bare>[2-9]0)s)\b"
        )
        if language.decades
        else _NEVER,
        on=re.compile(
            rf"\b(?:{any_of(language.before_date)})\s+(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})(?![\w/])(?!\.\d)",
            re.IGNORECASE,
        ),
    )


def dates(text: str, language: Language) -> Iterator[Piece]:
    """Find dates in digits, days beside the name of their month, weekdays cut short, years and decades."""
    patterns = _patterns(language)
    yield from _numeric(text, language, patterns)
    yield from _named(text, language, patterns)
    yield from _years(text, language, patterns)
    yield from _weekdays(text, language, patterns)


def _numeric(text: str, language: Language, patterns: _Patterns) -> Iterator[Piece]:
    for match in _NUMERIC.finditer(text):
        if match["iso"]:
            month, day, in_year = int(match["iso_month"]), int(match["iso_day"]), int(match["iso"])
        else:
            month, day = _in_order(int(match["first"]), int(match["second"]), language)
            in_year = _whole_year(match["year"])
        if _valid(month, day):
            said = language.date.format(
                month=language.months[month - 1],
                day=_day(day, text[: match.start()], language),
                year=year(in_year, language),
            )
            yield Piece(match.start(), match.end(), said)
    for match in patterns.on.finditer(text):
        month, day = _in_order(int(match["first"]), int(match["second"]), language)
        if _valid(month, day):
            said = language.date_short.format(
                month=language.months[month - 1], day=_day(day, text[: match.start()], language)
            )
            yield Piece(match.start("first"), match.end(), said)


def _in_order(first: int, second: int, language: Language) -> tuple[int, int]:
    """Return (month, day), in the order of the language unless only the other one is possible."""
    month, day = (first, second) if language.month_first else (second, first)
    return (month, day) if month <= 12 else (day, month)


def _valid(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _whole_year(written: str) -> int:
    """Return the year, two digits standing for the hundred years from 1950 on."""
    value = int(written)
    return value if len(written) == 4 else value + (1900 if value >= 50 else 2000)


def _named(text: str, language: Language, patterns: _Patterns) -> Iterator[Piece]:
    for match in patterns.month_day.finditer(text):
        yield from _month(match, language)
        if match["last"]:
            yield Piece(match.start("day"), match.start("dash"), ordinal(int(match["day"]), language))
            yield Piece(match.start("dash"), match.end("dash"), f" {language.to} ")
            yield Piece(
                match.start("last"),
                _end_of_day(text, match.end("last"), language),
                ordinal(int(match["last"]), language),
            )
        else:
            yield Piece(
                match.start("day"), _end_of_day(text, match.end("day"), language), ordinal(int(match["day"]), language)
            )
        yield from _its_year(match, language)
    for match in patterns.day_month.finditer(text):
        said = language.day_of.format(day=_day(int(match["day"]), text[: match.start()], language))
        yield Piece(match.start("day"), _end_of_day(text, match.end("day"), language), said)
        yield from _month(match, language)
        yield from _its_year(match, language)
    for match in patterns.month_year.finditer(text):
        yield from _month(match, language)
        yield from _its_year(match, language)


def _end_of_day(text: str, position: int, language: Language) -> int:
    suffix = re.compile(language.day_suffix).match(text, position)
    return suffix.end() if suffix else position


def _day(day: int, before: str, language: Language) -> str:
    """Return how a day is said behind ``before``: "third", "drei", "dritten"."""
    if day in language.days:
        return language.days[day]
    if not language.day_ordinal:
        return cardinal(day, language)
    last = before.lower().split()[-1:]
    if last and last[0] in language.ordinal_after:
        return ordinal(day, language) + ("" if last[0] in language.plain_after else language.weak)
    return ordinal(day, language) + language.strong


def _month(match: re.Match[str], language: Language) -> Iterator[Piece]:
    if match["short"]:
        yield Piece(
            match.start("month"), match.end("month"), language.months[language.months_short[match["short"]] - 1]
        )


def _its_year(match: re.Match[str], language: Language) -> Iterator[Piece]:
    if match["year"]:
        yield Piece(match.start("year"), match.end("year"), year(int(match["year"]), language))


def _years(text: str, language: Language, patterns: _Patterns) -> Iterator[Piece]:
    for match in patterns.years.finditer(text):
        yield Piece(match.start("first"), match.end("first"), year(int(match["first"]), language))
        if match["last"]:
            last = match["last"] if len(match["last"]) == 4 else match["first"][:2] + match["last"]
            yield Piece(match.end("first"), match.end("last"), f" {language.to} {year(int(last), language)}")
    for match in patterns.decade.finditer(text):
        tens = match["short"] or match["bare"] or match["tens"]
        if not match["century"]:
            said = language.decades[tens]
        elif tens == "00":
            said = (
                language.decades["0"]
                if match["century"] == "20"
                else f"{year(int(match['century'] + '00'), language)}s"
            )
        else:
            said = f"{year(int(match['century']), language)} {language.decades[tens]}"
        yield Piece(match.start(), match.end(), said)


def _weekdays(text: str, language: Language, patterns: _Patterns) -> Iterator[Piece]:
    for match in patterns.weekdays.finditer(text):
        for name in ("first", "last"):
            day = match[name].rstrip(".")
            yield Piece(match.start(name), match.end(name), language.weekdays_short.get(day, day))
        yield Piece(match.start("dash"), match.end("dash"), f" {language.to} ")
    for match in patterns.weekday.finditer(text):
        full = language.weekdays_short[match[1]]
        stop = "." if match[2] and ends_sentence(text, match.end(), language) else ""
        yield Piece(match.start(), match.end(), full + stop)
