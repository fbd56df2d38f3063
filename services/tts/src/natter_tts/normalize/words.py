"""Numbers as words, on top of ``num2words``."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from num2words import num2words

from natter_tts.normalize.language import Language

NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
"""A number as it is written: thousands in groups or not, decimals or not."""
NOT_INSIDE: Final = r"(?<![\w.])(?<!\d,)"
"""In front of a number: it is not the rest of a longer word or number."""
NOT_BEFORE: Final = r"(?!\w)(?![.,]\d)"
"""Behind a number: no more of it follows."""
DASH: Final = r"[-‐-―−]"
"""Hyphens and dashes of all lengths."""

LONGEST: Final = 15
"""More digits than this are not a quantity; they are said one by one."""


def number(written: str, language: Language) -> str:
    """Return ``written`` (digits, with or without groups, decimals and a sign) as words."""
    if written[:1] in "-−":
        return f"{language.minus} {number(written[1:], language)}"
    if written[:1] == "+":
        return f"{language.plus} {number(written[1:], language)}"
    whole, _, decimals = written.replace(",", "").partition(".")
    if (len(whole) > 1 and whole.startswith("0")) or len(whole) > LONGEST:
        said = digits(whole, language)
    else:
        said = cardinal(int(whole), language)
    return f"{said} {language.point} {digits(decimals, language)}" if decimals else said


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
