from __future__ import annotations

import pytest

from natter_tts.data import EN
from natter_tts.normalize.words import cardinal, digits, groups, letters, number, ordinal, year


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0", "zero"),
        ("105", "one hundred five"),
        ("1,000,001", "one million one"),
        ("-3", "minus three"),
        ("+3", "plus three"),
        ("3.05", "three point zero five"),
        ("007", "zero zero seven"),
        ("1234567890123456", "one two three four five six seven eight nine zero one two three four five six"),
    ],
)
def test_number(written: str, said: str) -> None:
    assert number(written, EN) == said


def test_places_and_years() -> None:
    assert ordinal(101, EN) == "one hundred first"
    assert cardinal(1100, EN) == "one thousand one hundred"
    assert [year(it, EN) for it in (1905, 1984, 2000, 2005, 2024)] == [
        "nineteen oh five",
        "nineteen eighty-four",
        "two thousand",
        "two thousand five",
        "twenty twenty-four",
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("123", "one two three"),
        ("12345", "one two three, four five"),
        ("1234567", "one two three, four five six seven"),
        ("12345678", "one two three four, five six seven eight"),
    ],
)
def test_groups_leave_no_digit_alone(written: str, said: str) -> None:
    assert groups(written, EN) == said


def test_digits_and_letters() -> None:
    assert digits("4-2", EN) == "four two"
    assert letters("abc") == "A B C"
