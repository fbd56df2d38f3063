from __future__ import annotations

import pytest

from natter_stt.written import write


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("On March the third, twenty twenty four.", "On March 3, 2024."),
        ("I was born on July fourth, nineteen eighty five.", "I was born on July 4, 1985."),
        ("On the third of March twenty twenty four", "On the 3rd of March 2024"),
        ("the twenty first of June", "the 21st of June"),
        ("May fifteenth", "May 15"),
        ("March twenty twenty four", "March 2024"),
        ("in eighteen-thirteen, or nineteen-eighty-five", "in 1813, or 1985"),
        ("in eighteen thirteen", "in 1813"),
        ("In nineteen oh five we moved.", "In 1905 we moved."),
        ("in two thousand and five", "in 2005"),
        ("He won in nineteen ninety nine.", "He won in 1999."),
        ("twenty twenty", "2020"),
    ],
)
def test_a_date_is_written_with_its_day_and_year(said: str, written: str) -> None:
    assert write(said) == written


@pytest.mark.parametrize(
    "text",
    [
        "May I go?",
        "In March we go.",
        "the third man",
    ],
)
def test_what_is_no_date_stays(text: str) -> None:
    assert write(text) == text
