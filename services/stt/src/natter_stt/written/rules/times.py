"""Times of day. Pure.

"ten thirty a m" is 10:30 am, "half past three" 3:30, "three o'clock" 3 o'clock; "at ten thirty" is a time too.
"""

from __future__ import annotations

import re
from typing import Final

from natter_stt.written.line import Line, Number
from natter_stt.written.piece import Piece

HOURS: Final = 12
MINUTES: Final = 60
_CLOCKED: Final = re.compile(r"(\d{1,2})(?::(\d\d))?(?:([ap])\.?m\.?)?")


def clock_time(line: Line, at: int) -> Piece | None:
    """Write a time that is spoken from ``at`` on."""
    return _hour_first(line, at) or _minutes_first(line, at)


def _hour_first(line: Line, at: int) -> Piece | None:
    spoken = _spoken(line, at)
    if spoken is None:
        return None
    hour, minute, end, mark = spoken
    if not mark and (noon := _noon(line, end)):
        mark, after = noon
        return Piece(after, f"{_shown(hour, minute)} {mark}") if line.joined(at, after) else None
    if mark:
        return Piece(end, f"{_shown(hour, minute)} {mark}")
    if line.low(end) in line.language.clock and minute is None and line.joined(at, end + 1):
        return Piece(end + 1, f"{hour} o'clock")
    told = minute is not None and line.follows(at, line.language.time_cues)
    counts = line.low(end) in line.language.units or line.low(end) in line.language.coins
    return Piece(end, _shown(hour, minute)) if told and not counts and line.lows[at:end] != [line.low(at)] else None


def _spoken(line: Line, at: int) -> tuple[int, int | None, int, str] | None:
    """Return hour, minute if there is one, where both end, and "am" or "pm" if it is one word with them."""
    clocked = _CLOCKED.fullmatch(line.low(at))
    if clocked and (clocked[2] or clocked[3]):
        mark = f"{clocked[3]}m" if clocked[3] else ""
        return int(clocked[1]), int(clocked[2]) if clocked[2] else None, at + 1, mark
    hour = line.number(at)
    if hour is None or hour.whole is None or not 1 <= hour.whole <= HOURS or len(hour.digits) > 2:
        return None
    minute, end = _minute(line, hour)
    return hour.whole, minute, end, ""


def _minute(line: Line, hour: Number) -> tuple[int | None, int]:
    at = hour.end
    if line.low(at) in line.language.zeros and (digit := line.number(at + 1)) and len(digit.digits) == 1:
        minute, end = digit.whole, digit.end
    else:
        number = line.number(at)
        minute, end = (number.pair, number.end) if number else (None, at)
    fits = minute is not None and minute < MINUTES and line.joined(hour.start, end)
    return (minute, end) if fits else (None, hour.end)


def _noon(line: Line, at: int) -> tuple[str, int] | None:
    """Return "am" or "pm" if it is spoken at ``at``, in one word or two, and where it ends."""
    marks = line.language.noon_marks
    if line.low(at) in marks:
        return marks[line.low(at)], at + 1
    both = line.low(at) + line.low(at + 1)
    return (marks[both], at + 2) if len(line.low(at)) == 1 and both in marks else None


def _minutes_first(line: Line, at: int) -> Piece | None:
    language = line.language
    at += line.low(at) in language.articles and line.low(at + 1) in language.quarter
    if line.low(at) in language.half or line.low(at) in language.quarter:
        minutes, end = (30 if line.low(at) in language.half else 15), at + 1
    else:
        number = line.number(at)
        if number is None or number.whole not in (5, 10, 20, 25) or not line.follows(at, language.time_cues):
            return None
        minutes, end = number.whole, number.end
    hour = line.number(end + 1)
    if hour is None or hour.whole is None or not 1 <= hour.whole <= HOURS or not line.joined(at, hour.end):
        return None
    if line.low(end) in language.past:
        return Piece(hour.end, f"{hour.whole}:{minutes:02}")
    if line.low(end) in language.to and line.low(at) not in language.half:
        return Piece(hour.end, f"{(hour.whole - 2) % HOURS + 1}:{MINUTES - minutes:02}")
    return None


def _shown(hour: int, minute: int | None) -> str:
    return str(hour) if minute is None else f"{hour}:{minute:02}"
