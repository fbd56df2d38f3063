"""The value that the user is giving piece by piece: a phone number, an address, an order number. Pure.

"My order number is four seven one" is a whole sentence and no whole value: whoever answers there cuts the
caller off. What kind of value it is follows from the caller's own words ("my phone number is ..."), from what
the agent asked for, or from the parameter of a tool; whether it is whole, from its form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from natter_turn.language import ENGLISH, LanguageData, Value
from natter_turn.wording import is_answer, words

_PIECE: Final = re.compile(r"[a-z0-9@._+'-]+")
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+\.?$")
SHORTEST_CODE: Final = 5
"""Nobody hands out order numbers shorter than this."""
MAX_BEGUN: Final = 4
"""Who was asked for an address and says no more words than these has begun to give it."""


class Progress(Enum):
    """How far a value has come."""

    NONE = auto()
    """No value is being given."""
    OPEN = auto()
    """More of it must come."""
    MAYBE = auto()
    """It may be whole, or not."""
    WHOLE = auto()


@dataclass(frozen=True, slots=True)
class Expected:
    """A value that the conversation waits for.

    Attributes:
        kind: what it is.
        pattern: what the whole value looks like, if a tool's schema says so; without spaces and signs.
    """

    kind: Value
    pattern: str = ""


def named_in(text: str, language: LanguageData = ENGLISH) -> Value | None:
    """Return the kind of value that ``text`` names last, or None."""
    found = [(match.start(), kind) for kind, pattern in _names(language) for match in pattern.finditer(text.lower())]
    return max(found, key=lambda item: item[0])[1] if found else None


@lru_cache(maxsize=16)
def _names(language: LanguageData) -> tuple[tuple[Value, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(rf"\b({pattern})\b")) for kind, pattern in language.value_names)


def progress(text: str, expected: Expected | None = None, language: LanguageData = ENGLISH) -> Progress:
    """Judge how far the value at the end of ``text`` has come.

    Args:
        text: of the turn so far.
        expected: what was asked for, if anything; the caller's own words come first.
        language: of the caller.
    """
    named = named_in(text, language)
    kind = named or (expected.kind if expected is not None else None)
    code = trailing_code(text, language)
    if expected is not None and expected.pattern and expected.kind is kind and code:
        return Progress.WHOLE if re.fullmatch(expected.pattern, code, re.IGNORECASE) else Progress.OPEN
    match kind:
        case Value.EMAIL:
            return _email(text, language, announced=_is_announced(text, kind, language), asked=expected is not None)
        case Value.BIRTH_DATE:
            return _birth_date(text, language)
        case Value.PHONE | Value.CARD | Value.POSTCODE:
            return _digits(kind, code, language)
        case Value.CODE:
            return _code(code)
        case _:
            return _unnamed(text, code, language)


def trailing_code(text: str, language: LanguageData = ENGLISH) -> str:
    """Return the digits and single letters that ``text`` ends in, without what stands between them."""
    code: list[str] = []
    digits = dict(language.digits)
    for piece in reversed(re.findall(r"[^\W_]+", text.lower())):
        if piece.isdigit() or (any(c.isdigit() for c in piece) and any(c.isalpha() for c in piece)):
            code.append(piece)
        elif piece in digits:
            code.append(digits[piece])
        elif len(piece) == 1 and piece.isalpha() and (code or piece not in language.letters):
            code.append(piece)
        else:
            break
    return "".join(reversed(code))


def _digits(kind: Value, code: str, language: LanguageData) -> Progress:
    count = sum(character.isdigit() for character in code)
    if not count:
        return Progress.NONE
    known = next((length for length in language.lengths if length.kind is kind), None)
    if known is None:
        return Progress.MAYBE
    if count >= known.surely:
        return Progress.WHOLE
    return Progress.MAYBE if count in known.maybe else Progress.OPEN


def _code(code: str) -> Progress:
    if not code:
        return Progress.NONE
    return Progress.OPEN if len(code) < SHORTEST_CODE else Progress.MAYBE


def _unnamed(text: str, code: str, language: LanguageData) -> Progress:
    """A value that nothing announced: part of an address, or digits read out one by one."""
    if _is_part_of_address(text, language):
        return Progress.OPEN
    return Progress.MAYBE if len(code) >= 3 and code[-3:].isdigit() else Progress.NONE


def _is_part_of_address(text: str, language: LanguageData) -> bool:
    pieces = _PIECE.findall(text.lower().rstrip(".?!"))
    if not pieces:
        return False
    last = pieces[-1]
    spoken = words(text)
    return ("." in last[1:-1] and not any(c.isdigit() for c in last)) or language.dot in spoken[-3:]


def _is_half_written(text: str, language: LanguageData) -> bool:
    """Whether ``text`` ends in an address of which the recogniser has written all but the "at"."""
    return re.search(rf"\b{re.escape(language.at)}\s+[\w-]+(\.[\w-]+)*\.[^\W\d]{{2,4}}$", text) is not None


def _is_announced(text: str, kind: Value, language: LanguageData) -> bool:
    """Whether the name of the value is followed by the value: "my e-mail is", not "change my e-mail"."""
    matches = [
        match for known, pattern in _names(language) if known is kind for match in pattern.finditer(text.lower())
    ]
    if not matches:
        return False
    match = matches[-1]
    after = words(text[match.end() :])
    return bool(after) and (after[0] in language.copulas or words(match.group())[-1] in language.open_ended)


def _email(text: str, language: LanguageData, *, announced: bool, asked: bool) -> Progress:
    text = text.lower().rstrip(" .?!")
    if _ADDRESS.search(text) or _is_half_written(text, language):
        return Progress.WHOLE
    spoken = words(text)
    if "@" not in text and language.at in spoken:
        tail = spoken[len(spoken) - 1 - spoken[::-1].index(language.at) :]
        if language.dot in tail[:-1]:
            return Progress.WHOLE
    begun = asked and len(spoken) <= MAX_BEGUN and not is_answer(text, language)
    return Progress.OPEN if announced or begun or "@" in text or _is_part_of_address(text, language) else Progress.NONE


def _birth_date(text: str, language: LanguageData) -> Progress:
    spoken = words(text)
    if re.search(r"\b(1[89]|20)\d\d\W*$", text) or any(word in language.years for word in spoken[-3:-1]):
        return Progress.WHOLE
    if any(word in language.months for word in spoken) or re.search(r"\d", text):
        return Progress.OPEN
    return Progress.NONE
