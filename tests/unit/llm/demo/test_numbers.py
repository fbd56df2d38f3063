"""Numbers in words and digits."""

from __future__ import annotations

import pytest

from natter_llm.demo.numbers import find, is_numeral, ordinal, plain, spoken_digits


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my order number is four five one seven", [("4517", 4517)]),
        ("it is 4, 5, 1, 7.", [("4517", 4517)]),
        ("4517", [("4517", 4517)]),
        ("forty-five seventeen", [("4517", 4517)]),
        ("double five two", [("552", 552)]),
        ("one zero oh nine", [("1009", 1009)]),
        ("I have twenty three apples", [("23", 23)]),
        ("nineteen eighty four", [("1984", 1984)]),
        ("one hundred and five", [("", 105)]),
        ("two thousand and twenty six", [("", 2026)]),
        ("two million three hundred thousand", [("", 2_300_000)]),
        ("three point two five", [("", 3.25)]),
        ("3.5 km", [("", 3.5)]),
        ("1,000 people", [("1000", 1000)]),
        ("room 12 and 3 beds", [("12", 12), ("3", 3)]),
        ("two people at seven", [("2", 2), ("7", 7)]),
        ("no one is here", []),
        ("oh well, one of them", []),
        ("nothing", []),
    ],
)
def test_find(text: str, found: list[tuple[str, float]]) -> None:
    assert [(number.digits, number.value) for number in find(text)] == found


def test_a_lone_one_counts_only_where_a_number_was_asked_for() -> None:
    assert find("just one") == []
    assert [number.value for number in find("just one", lone=True)] == [1]


def test_where_a_number_stands() -> None:
    text = "take forty five of them"
    number = find(text)[0]
    assert text[number.start : number.end] == "forty five"


@pytest.mark.parametrize(
    ("word", "number"),
    [("3rd", 3), ("third", 3), ("twenty-third", 23), ("twenty first", 21), ("30", 30), ("twenty", None), ("may", None)],
)
def test_ordinal(word: str, number: int | None) -> None:
    assert ordinal(word) == number


def test_digits_are_spoken_in_groups() -> None:
    assert spoken_digits("4517") == "4 5 1 7"
    assert spoken_digits("100019021001803") == "1 0 0 0, 1 9 0 2, 1 0 0 1, 8 0 3"


def test_plain() -> None:
    assert [plain(21.0), plain(3.25)] == ["21", "3.25"]


def test_numerals() -> None:
    assert all(map(is_numeral, ("seven", "17", "3.5", "hundred", "oh")))
    assert not any(map(is_numeral, ("seventh", "apple", "")))
