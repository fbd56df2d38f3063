from __future__ import annotations

import pytest

from natter_stt.written import write


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("It costs twenty dollars and fifty cents.", "It costs $20.50."),
        ("It costs $20 and 50 cents.", "It costs $20.50."),
        ("I paid one hundred and twenty five dollars.", "I paid $125."),
        ("I paid a hundred dollars for it.", "I paid $100 for it."),
        ("twelve hundred dollars", "$1,200"),
        ("two million dollars", "$2 million"),
        ("2 million dollars", "$2 million"),
        ("five euros", "€5"),
        ("ten pounds and twenty pence", "£10.20"),
        ("ten pounds of flour", "10 pounds of flour"),
        ("We need twenty-five percent.", "We need 25%."),
        ("three point five per cent", "3.5%"),
        ("Take five milligrams of metoprolol.", "Take 5 mg of metoprolol."),
        ("It is three point five kilometers away.", "It is 3.5 km away."),
        ("minus five degrees", "minus 5 degrees"),
        ("only fifty cents", "only 50 cents"),
    ],
)
def test_an_amount_is_written_with_its_sign_or_unit(said: str, written: str) -> None:
    assert write(said) == written


@pytest.mark.parametrize(
    "text",
    [
        "I have a dollar and some cents.",
        "It is $20 and a few cents.",
        "Dollars and cents.",
    ],
)
def test_money_without_a_number_stays(text: str) -> None:
    assert write(text) == text
