"""Numbers as people say them and recognisers write them. Pure.

"four five one seven", "4, 5, 1, 7", "4517" and "forty-five seventeen" are one order number; "twenty
three" is a quantity. Which of the two is meant is the asker's business, so both are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_TEENS: Final = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES: Final = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_REPEATS: Final = {"double": 2, "triple": 3}
_ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14,
    "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19,
    "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
_TOKEN: Final = re.compile(r"\d+(?:\.\d+)?(?:st|nd|rd|th)?|[a-z]+|[.,;:!?]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in an utterance.

    Attributes:
        digits: read digit by digit, as for a code; empty for what can only be a quantity.
        value: read as a quantity.
        start, end: where it stands in the utterance.
    """

    digits: str
    value: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int


def find(text: str, *, lone: bool = False) -> list[Number]:
    """Return the numbers in ``text``, in order.

    A lone "one", "oh" or "hundred" is a word, unless ``lone`` says that a number was asked for.
    """
    tokens = [_Token(m[0].lower(), m.start(), m.end()) for m in _TOKEN.finditer(text.replace("-", " "))]
    numbers: list[Number] = []
    position = 0
    while position < len(tokens):
        end = _run(tokens, position)
        run = tokens[position:end]
        if run and (lone or not _is_word(run)):
            numbers.append(_number(run))
        position = max(end, position + 1)
    return numbers


def is_numeral(word: str) -> bool:
    """Whether ``word``, in lower case, is a part of a number, in digits or as a word."""
    digits = word.replace(".", "", 1).isdigit()
    return digits or word in _TEENS or word in _TENS or word in _SCALES or bool(_digit(word))


def ordinal(word: str) -> int | None:
    """Return the number of "3rd", "third" or "twenty-third" as a day of a month is said, or None."""
    written = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", word)
    if written:
        return int(written[1])
    tens, _, rest = word.replace("-", " ").partition(" ")
    if not rest:
        return _ORDINALS.get(tens)
    return _TENS[tens] + _ORDINALS[rest] if tens in _TENS and _ORDINALS.get(rest, 10) < 10 else None


def spoken_digits(digits: str) -> str:
    """Return ``digits`` one by one, in groups of four that a voice can pause between."""
    groups = [digits[start : start + 4] for start in range(0, len(digits), 4)] if len(digits) > 6 else [digits]
    return ", ".join(" ".join(group) for group in groups)


def plain(value: float) -> str:
    """Return ``value`` without a needless fraction."""
    return str(int(value)) if value == int(value) else f"{value:g}"


def _run(tokens: list[_Token], start: int) -> int:
    """Return where the number that begins at ``start`` ends; ``start`` if none does."""
    end = last = start
    while end < len(tokens):
        word = tokens[end].text
        if is_numeral(word):
            end += 1
            last = end
        elif end + 1 < len(tokens) and (_is_repeat(tokens, end) or (end > start and _goes_on(tokens, end))):
            end += 1
        else:
            break
    return last


def _goes_on(tokens: list[_Token], glue: int) -> bool:
    """Whether the number goes on behind a comma, "and" or "point"."""
    word, before, after = tokens[glue].text, tokens[glue - 1].text, tokens[glue + 1].text
    if word == "and":
        return before in _SCALES and is_numeral(after)
    if word == "point":
        return bool(_digit(after))
    return word == "," and ((bool(_digit(before)) and bool(_digit(after))) or (before.isdigit() and after.isdigit()))


def _is_repeat(tokens: list[_Token], position: int) -> bool:
    return tokens[position].text in _REPEATS and bool(_digit(tokens[position + 1].text))


def _digit(word: str) -> str:
    return word if len(word) == 1 and word.isdigit() else _DIGITS.get(word, "")


def _is_word(run: list[_Token]) -> bool:
    return len(run) == 1 and run[0].text in ("one", "oh", "o", "second", "hundred", "thousand", "million")


def _number(run: list[_Token]) -> Number:
    words = [token.text for token in run if token.text not in (",", "and")]
    digits = _as_digits(words)
    value = _as_quantity(words)
    if value is None:
        value = float(digits)
    return Number(digits, value, run[0].start, run[-1].end)


def _as_digits(words: list[str]) -> str:
    """Read a code: single digits, pairs ("forty five" is 45), "double five"; empty if scales are in it."""
    digits, repeat = "", 1
    for index, word in enumerate(words):
        if word in _REPEATS:
            repeat = _REPEATS[word]
        elif word.isdigit():
            digits += word * repeat
            repeat = 1
        elif _digit(word):
            follows_tens = index > 0 and words[index - 1] in _TENS and _digit(word) != "0"
            digits = digits[:-1] + _digit(word) if follows_tens else digits + _digit(word) * repeat
            repeat = 1
        elif word in _TEENS or word in _TENS:
            digits += str(_TEENS.get(word) or _TENS[word])
        else:
            return ""
    return digits


def _as_quantity(words: list[str]) -> float | None:
    """Read a quantity such as "two hundred (and) five point five"; None if the words are a row of digits."""
    whole, _, fraction = " ".join(words).partition(" point ")
    total = current = 0
    last = 0
    for word in whole.split():
        if word in _SCALES:
            scale = _SCALES[word]
            current = (current or 1) * scale
            if scale > 100:
                total, current = total + current, 0
            last = scale
            continue
        size = _size(word)
        if size is None:
            return float(word) if len(words) == 1 else None
        if last and not _fits(last, size):
            return None
        current += size
        last = size
    decimals = "".join(_digit(word) for word in fraction.split())
    return float(f"{total + current}.{decimals}") if decimals else float(total + current)


def _size(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    if word in _TEENS:
        return _TEENS[word]
    if word in _TENS:
        return _TENS[word]
    return int(_digit(word)) if _digit(word) else None


def _fits(last: int, size: int) -> bool:
    """Whether ``size`` may follow ``last`` inside one quantity: five after twenty, or after hundred."""
    return (last in _SCALES.values() and size < last) or (last in _TENS.values() and 0 < size < 10)
