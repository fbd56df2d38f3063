"""Values that are given piece by piece."""

from __future__ import annotations

import pytest

from natter_turn.language import Value
from natter_turn.values import Expected, Progress, named_in, progress, trailing_code


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("My phone number is 555", Value.PHONE),
        ("You can write to me at john", Value.EMAIL),
        ("What is your date of birth?", Value.BIRTH_DATE),
        ("The order number is four", Value.CODE),
        ("my card number ends in", Value.CARD),
        ("Could I have your zip code?", Value.POSTCODE),
        ("I like the number seven", None),
    ],
)
def test_the_kind_follows_from_the_words(text: str, kind: Value | None) -> None:
    assert named_in(text) is kind


def test_of_two_kinds_the_last_counts() -> None:
    assert named_in("My phone number is 555 0123 and my email is john") is Value.EMAIL


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The order number is 471.", "471"),
        ("it is four seven one", "471"),
        ("booking reference B seven 2 nine K", "b729k"),
        ("555-0123", "5550123"),
        ("I have a cat", ""),
        ("number nine is a", ""),
        ("flight LH4", "lh4"),
    ],
)
def test_the_code_that_a_text_ends_in(text: str, code: str) -> None:
    assert trailing_code(text) == code


@pytest.mark.parametrize(
    ("text", "come"),
    [
        ("My phone number is 555", Progress.OPEN),
        ("My phone number is 555 0123", Progress.MAYBE),
        ("My phone number is 202-555-0146.", Progress.WHOLE),
        ("My phone number has changed", Progress.NONE),
        ("My order number is 471", Progress.OPEN),
        ("My order number is 471992", Progress.MAYBE),
        ("You can write to me at john.smith.", Progress.OPEN),
        ("My email is john dot smith at", Progress.OPEN),
        ("My email is john dot smith at gmail dot com", Progress.WHOLE),
        ("My email is john.smith@gmail.com.", Progress.WHOLE),
        ("The email address is info at nadir.com.", Progress.WHOLE),
        ("You find it at nadir.", Progress.NONE),
        ("I want to change my email address", Progress.NONE),
        ("My date of birth is the third of March.", Progress.OPEN),
        ("My date of birth is the third of March nineteen eighty four", Progress.WHOLE),
        ("I was born on March 3rd, 1984.", Progress.WHOLE),
        ("My zip code is 100", Progress.OPEN),
        ("My zip code is 10028", Progress.WHOLE),
        ("The card number ends in 81", Progress.OPEN),
        ("The card number ends in 8133", Progress.MAYBE),
        ("Call me back on 617", Progress.OPEN),
        ("We were 617", Progress.MAYBE),
        ("We were three", Progress.NONE),
        ("What time is it?", Progress.NONE),
    ],
)
def test_how_far_a_value_has_come(text: str, come: Progress) -> None:
    assert progress(text) is come


def test_what_was_asked_for_needs_no_name() -> None:
    asked = Expected(Value.PHONE)
    assert progress("It's 555", asked) is Progress.OPEN
    assert progress("202 555 0146", asked) is Progress.WHOLE
    assert progress("john dot smith", Expected(Value.EMAIL)) is Progress.OPEN
    assert progress("I do not have one, I am afraid", Expected(Value.EMAIL)) is Progress.NONE
    assert progress("No.", Expected(Value.EMAIL)) is Progress.NONE


def test_a_pattern_says_when_it_is_whole() -> None:
    asked = Expected(Value.CODE, "[A-Z]{2}\\d{4}")
    assert progress("A B 12", asked) is Progress.OPEN
    assert progress("A B 1234", asked) is Progress.WHOLE
