"""Word error rate, with numbers and spelling variants made alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_VARIANTS = {
    "mr": "mister",
    "mrs": "missus",
    "dr": "doctor",
    "oh": "zero",
    "etc": "etcetera",
    "counselled": "counseled",
}


def words(text: str) -> list[str]:
    """Return the words of ``text`` without case and punctuation; digits are read one by one or as a year is."""
    plain = re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("’", "'"))
    result: list[str] = []
    for word in plain.split():
        word = word.strip("'")
        if word.isdigit():
            result += _spoken(word)
        elif word:
            result.append(_VARIANTS.get(word, word))
    return result


def errors(reference: Sequence[str], heard: Sequence[str]) -> int:
    """Return the fewest insertions, deletions and replacements that turn one into the other."""
    row = list(range(len(heard) + 1))
    for index, wanted in enumerate(reference, 1):
        diagonal, row[0] = row[0], index
        for at, got in enumerate(heard, 1):
            diagonal, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, diagonal + (wanted != got))
    return row[-1]


def _spoken(digits: str) -> list[str]:
    number = int(digits)
    if digits[0] == "0" or len(digits) > 2:
        return [_ONES[int(digit)] for digit in digits]
    if number < 20:
        return [_ONES[number]]
    return [_TENS[number // 10]] + ([_ONES[number % 10]] if number % 10 else [])
