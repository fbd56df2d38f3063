from __future__ import annotations

import pytest

from natter_stt.written import write


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("My order number is four seven one nine nine two.", "My order number is 471992."),
        ("My order number is 4, 7, 1, 9, 9, 2.", "My order number is 471992."),
        ("five, five, five, zero, one, four, two.", "5550142."),
        ("one zero zero oh one nine", "100019"),
        ("It is B seven two nine and I know it", "It is B729 and I know it"),
        ("B seven two nine I think, and C four D", "B729 I think, and C4D"),
        ("My order number is 471-992.", "My order number is 471992."),
        ("double five six seven", "5567"),
        ("My pin is one two", "My pin is 12"),
        ("five five", "55"),
        ("Room three oh four.", "Room 304."),
        ("my code is seven two to nine", "my code is 7229"),
        ("The code is B seven two nine K.", "The code is B729K."),
        ("The code is B7 to 9K.", "The code is B729K."),
        ("A B seven two", "AB72"),
        ("Flight B A two four seven", "Flight BA247"),
        ("apartment four B", "apartment 4B"),
        ("tracking number one Z nine nine nine", "tracking number 1Z999"),
        ("It was made by I B M.", "It was made by IBM."),
        ("Call me at four one five five five five oh one nine nine", "Call me at 415-555-0199"),
        ("My number is 5550-142.", "My number is 555-0142."),
        ("My phone number is 555, 0142.", "My phone number is 555-0142."),
        (
            "call one eight hundred or one four one five five five five oh one nine nine",
            "call one 800 or 1-415-555-0199",
        ),
        ("my phone number is four fifteen five five five twelve thirty four", "my phone number is 415-555-1234"),
        (
            "my card is four two four two four two four two four two four two four two four two",
            "my card is 4242 4242 4242 4242",
        ),
    ],
)
def test_letters_and_digits_said_one_by_one_are_one_word(said: str, written: str) -> None:
    assert write(said) == written


@pytest.mark.parametrize(
    "text",
    [
        "Two, three, and four.",
        "I want four and you want five.",
        "I'm 6, 7, 8.",
        "two to one",
        "I have a B.",
        "A 5.",
        "Oh five things",
        "My number is 415-555-0199.",
    ],
)
def test_what_may_be_several_numbers_stays(text: str) -> None:
    assert write(text) == text
