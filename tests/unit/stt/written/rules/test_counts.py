from __future__ import annotations

import pytest

from natter_stt.written import write
from natter_stt.written.rules.counts import suffix


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("There were two hundred and fifty people.", "There were 250 people."),
        ("twenty five apples", "25 apples"),
        ("one thousand two hundred and fifty", "1,250"),
        ("three point eleven", "3.11"),
        ("zero point five", "0.5"),
        ("two and a half million", "two and a half million"),
        ("three million two hundred thousand people", "3.2 million people"),
        ("He came in twenty first.", "He came in 21st."),
        ("the eleventh, the twelfth and the hundred and third", "the 11th, the 12th and the 103rd"),
        ("Gate five.", "Gate 5."),
        ("a hundred and five", "105"),
    ],
)
def test_larger_numbers_are_written_in_digits(said: str, written: str) -> None:
    assert write(said) == written


@pytest.mark.parametrize(
    "text",
    [
        "two coffees and three teas",
        "the second one",
        "nine lives",
        "a million",
        "hundreds",
    ],
)
def test_small_numbers_stay_words(text: str) -> None:
    assert write(text) == text


@pytest.mark.parametrize(
    ("number", "ending"),
    [(1, "st"), (2, "nd"), (3, "rd"), (4, "th"), (11, "th"), (12, "th"), (13, "th"), (21, "st"), (112, "th")],
)
def test_an_ordinal_has_its_ending(number: int, ending: str) -> None:
    assert suffix(number) == ending
