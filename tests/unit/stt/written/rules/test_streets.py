from __future__ import annotations

import pytest

from natter_stt.written import write


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("I live at twelve forty two Maple Street.", "I live at 1242 Maple Street."),
        ("I live at 12:42 Maple Street.", "I live at 1242 Maple Street."),
        ("Five oh one Oak Avenue", "501 Oak Avenue"),
        ("two hundred and fifty Old Mill Road", "250 Old Mill Road"),
        ("at four twenty Oak Road", "at 420 Oak Road"),
        ("seven Elm Drive", "7 Elm Drive"),
    ],
)
def test_a_house_number_is_one_number(said: str, written: str) -> None:
    assert write(said) == written


@pytest.mark.parametrize(
    "text",
    [
        "Maple Street",
        "five people in the street",
        "one for the road",
    ],
)
def test_a_street_without_a_number_stays(text: str) -> None:
    assert write(text) == text
