"""Days and times of day as people say them. Pure: today is an argument.

Read: "today", "tomorrow", "the day after tomorrow", "on Friday", "next Friday", "in three days", "in two weeks", "March
third", "the third of March", "3/14", ISO dates; "at half past three", "quarter to five", "seven thirty pm",
"noon". A day without a year is the next one that comes.
"""

from __future__ import annotations

import datetime
import re
from typing import Final

from natter_llm.demo import numbers

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTH: Final = "|".join((*_MONTHS, *(month[:3] for month in _MONTHS)))
_DAY: Final = r"(?:\d{1,2}(?:st|nd|rd|th)?|(?:twenty|thirty)[ -]\w+|[a-z]+(?:st|nd|rd|th))"
_ISO: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_MONTH_DAY: Final = re.compile(rf"\b({_MONTH})\.?\s+(?:the\s+)?({_DAY})\b(?:,?\s+(\d{{4}}))?")
_DAY_MONTH: Final = re.compile(rf"\b({_DAY})\s+(?:of\s+)?({_MONTH})\b(?:,?\s+(\d{{4}}))?")
_SLASHED: Final = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{4}))?\b")
_IN: Final = re.compile(r"\bin\s+(.+?)\s+(day|week)s?\b")
_WEEKDAY: Final = re.compile(rf"\b(next\s+)?({'|'.join(_WEEKDAYS)})\b")

_CLOCK: Final = re.compile(r"\b(\d{1,2})[:.](\d{2})\b")
_HALF: Final = re.compile(r"\b(half past|quarter past|quarter to)\s+(\w+)")
_HALF_OF: Final = re.compile(r"\b(afternoon|evening|night|tonight|p\.?\s?m\.?)(?=\W|$)")
_MORNING: Final = re.compile(r"\b(morning|a\.?\s?m\.?)(?=\W|$)")
_AT: Final = re.compile(r"\b(?:at|around|by|from|until)\s+(.+)$")


def day(text: str, today: datetime.date) -> datetime.date | None:
    """Return the day that ``text`` speaks of, or None."""
    said = " ".join(text.lower().split())
    return _written(said, today) or _relative(said, today)


def time(text: str, *, bare: bool = False) -> datetime.time | None:
    """Return the time of day that ``text`` speaks of, or None.

    Args:
        bare: a time was asked for, so a number by itself ("seven", "ten fifteen") is one.
    """
    said = " ".join(text.lower().replace(" o'clock", "").split())
    found = _clock(said, bare)
    if found is None:
        return None
    hour, minute = found
    if _HALF_OF.search(said) and hour < 12:
        hour += 12
    elif _MORNING.search(said) and hour == 12:
        hour = 0
    return datetime.time(hour, minute) if hour < 24 and minute < 60 else None


def _written(said: str, today: datetime.date) -> datetime.date | None:
    if iso := _ISO.search(said):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if slashed := _SLASHED.search(said):
        return _coming(int(slashed[1]), int(slashed[2]), slashed[3], today)
    for pattern, month_group, day_group in ((_MONTH_DAY, 1, 2), (_DAY_MONTH, 2, 1)):
        for match in pattern.finditer(said):
            number = numbers.ordinal(match[day_group])
            if number is not None:
                return _coming(_month(match[month_group]), number, match[3], today)
    return None


def _relative(said: str, today: datetime.date) -> datetime.date | None:
    for words, days in (("day after tomorrow", 2), ("tomorrow", 1), ("today", 0), ("tonight", 0)):
        if words in said:
            return today + datetime.timedelta(days)
    if later := _IN.search(said):
        counted = numbers.find(later[1], lone=True)
        count = int(counted[0].value) if counted else int(later[1] == "a")
        if 0 < count < 1000:
            return today + datetime.timedelta(count * (7 if later[2] == "week" else 1))
    if weekday := _WEEKDAY.search(said):
        ahead = (_WEEKDAYS.index(weekday[2]) - today.weekday()) % 7 or 7
        near = ahead + 7 if weekday[1] and ahead < 7 - today.weekday() else ahead
        return today + datetime.timedelta(near)
    return today + datetime.timedelta(7) if "next week" in said else None


def _coming(month: int, number: int, year: str | None, today: datetime.date) -> datetime.date | None:
    if year:
        return _date(int(year), month, number)
    this_year = _date(today.year, month, number)
    return this_year if this_year is None or this_year >= today else _date(today.year + 1, month, number)


def _date(year: int, month: int, number: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, number)
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(name))


def _clock(said: str, bare: bool) -> tuple[int, int] | None:
    if "noon" in said.split() or "midday" in said.split():
        return 12, 0
    if "midnight" in said.split():
        return 0, 0
    if clock := _CLOCK.search(said):
        return int(clock[1]), int(clock[2])
    if half := _HALF.search(said):
        hours = numbers.find(half[2], lone=True)
        if hours:
            hour = int(hours[0].value)
            return {"half past": (hour, 30), "quarter past": (hour, 15), "quarter to": ((hour - 1) % 24, 45)}[half[1]]
    after = _AT.search(said)
    if not (bare or after or _HALF_OF.search(said) or _MORNING.search(said)):
        return None
    spoken = numbers.find(after[1] if after else said, lone=True)
    return _hour_minute(spoken[0]) if spoken else None


def _hour_minute(number: numbers.Number) -> tuple[int, int] | None:
    """Read "seven" as 7:00, "seven thirty" or "730" as 7:30, "ten fifteen" as 10:15."""
    if number.value < 24 and number.value == int(number.value):
        return int(number.value), 0
    digits = number.digits
    if len(digits) in (3, 4):
        return int(digits[:-2]), int(digits[-2:])
    return None
