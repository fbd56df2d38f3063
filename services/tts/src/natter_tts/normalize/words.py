"""Numbers as words, on top of ``num2words``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from num2words import num2words

from natter_tts.normalize.language import Language, Noun

NOT_INSIDE: Final = r"(?<![\w.])(?<!\d,)"
"""In front of a number: it is not the rest of a longer word or number."""
NOT_BEFORE: Final = r"(?!\w)(?![.,]\d)"
"""Behind a number: no more of it follows."""
DASH: Final = r"[-‐-―−]"
"""Hyphens and dashes of all lengths."""

LONGEST: Final = 15
"""More digits than this are not a quantity; they are said one by one."""


@lru_cache(maxsize=16)
def shape(language: Language) -> str:
    """Return the pattern of a number as it is written: thousands in groups or not, decimals or not."""
    return rf"(?:\d{{1,3}}(?:[{language.group}]\d{{3}})+(?!\d)|\d+)(?:[{language.decimal}]\d+)?"


@lru_cache(maxsize=16)
def _grouped(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(\d{{1,3}}(?:[{language.group}]\d{{3}})+(?!\d)|\d*)(?:[{language.decimal}](\d+))?")


def parts(written: str, language: Language) -> tuple[str, str]:
    """Return the digits of a number before its decimals, without groups, and its decimals, which may be empty."""
    match = _grouped(language).fullmatch(written)
    if match is None:
        return "".join(character for character in written if character.isdigit()), ""
    return "".join(character for character in match[1] if character.isdigit()), match[2] or ""


def number(written: str, language: Language) -> str:
    """Return ``written`` (digits, with or without groups, decimals and a sign) as words."""
    if written[:1] in "-−":
        return f"{language.minus} {number(written[1:], language)}"
    if written[:1] == "+":
        return f"{language.plus} {number(written[1:], language)}"
    whole, decimals = parts(written, language)
    if (len(whole) > 1 and whole.startswith("0")) or len(whole) > LONGEST:
        said = digits(whole, language)
    else:
        said = cardinal(int(whole), language)
    return f"{said} {language.point} {_decimals(decimals, language)}" if decimals else said


def _decimals(written: str, language: Language) -> str:
    whole = language.whole_decimals and len(written) == 2 and written[0] != "0"
    return cardinal(int(written), language) if whole else digits(written, language)


def agreed(said: str, language: Language, *, feminine: bool) -> str:
    """Return a number in words as it stands before a noun."""
    for alone, masculine, before_feminine in language.agree:
        if said == alone or said.endswith((f" {alone}", f"-{alone}")) or (alone[0] == "~" and said.endswith(alone[1:])):
            kept = said[: len(said) - len(alone.lstrip("~"))]
            return kept + (before_feminine if feminine else masculine)
    return said


def counted(written: str, noun: Noun, language: Language) -> str:
    """Return ``written`` as words, with what is counted: "twenty-one dollars"."""
    return f"{agreed(number(written, language), language, feminine=noun.feminine)} {noun.of(written)}"


@lru_cache(maxsize=4096)
def cardinal(value: int, language: Language) -> str:
    """Return ``value`` as words: "one hundred five"."""
    return _plain(num2words(value, lang=language.code), language)


@lru_cache(maxsize=1024)
def ordinal(value: int, language: Language) -> str:
    """Return the place ``value`` as words: "twenty-first"."""
    return _plain(num2words(value, lang=language.code, to="ordinal"), language)


@lru_cache(maxsize=1024)
def year(value: int, language: Language) -> str:
    """Return the year ``value`` as words: "nineteen eighty-four"."""
    return _plain(num2words(value, lang=language.code, to="year"), language).replace("oh-", f"{language.oh} ")


def digits(written: str, language: Language) -> str:
    """Return the digits in ``written`` one by one; anything else in it is skipped."""
    return " ".join(language.digits[int(digit)] for digit in written if digit in "0123456789")


def letters(written: str) -> str:
    """Return the letters of ``written`` one by one, as capitals, which voices say by name."""
    return " ".join(written.upper())


def groups(written: str, language: Language, size: int = 3) -> str:
    """Return a long run of digits one by one, in groups with a short pause between."""
    if len(written) % 4 == 0 and len(written) > 4:
        size = 4
    parts = [written[start : start + size] for start in range(0, len(written), size)]
    if len(parts) > 1 and len(parts[-1]) == 1:
        parts[-2:] = [parts[-2] + parts[-1]]
    return ", ".join(digits(part, language) for part in parts)


def _plain(said: str, language: Language) -> str:
    """Drop what would only make the voice pause: commas, and the "and" of "one hundred and five"."""
    return " ".join(word for word in said.replace(",", "").split() if word not in language.dropped)
