from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natter_stt.written import LANGUAGES, write

PROSE = (
    "And so my fellow Americans, ask not what your country can do for you.",
    "One of them is here, but no one knows which one.",
    "It is for two people, and one of the three comes later.",
    "At one point I had five, then I gave one back.",
    "Just a second, the first is better than the second.",
    "I have a hundred things to do and a thousand reasons.",
    "Hundreds of people came, thousands stayed away.",
    "We pause within a fiftieth of a second.",
    "Oh, I see what you mean.",
    "Look at the dot on the map, then at the house.",
    "I bought it at the shop for a friend.",
    "He is six foot two.",
    "I am what I am, a b and that is all.",
    "May I ask one thing? March on!",
    "W. H. Auden and J. R. R. Tolkien.",
    "Sections 1-17, 18-20 packages, 2026-11-22, 30 s, P1, P6, P7.",
    "It was 3.5 or 1,250 or 21st, 25% or $20.50 at 10:30 am.",
)


@pytest.mark.parametrize("text", PROSE)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert write(text) == text


def test_a_whole_utterance_is_written_as_people_write() -> None:
    spoken = (
        "My order is four seven one nine nine two, I paid twenty dollars and fifty cents on March the third at "
        "half past two, and my e-mail is john dot smith at gmail dot com."
    )
    assert write(spoken) == (
        "My order is 471992, I paid $20.50 on March 3 at 2:30, and my e-mail is john.smith@gmail.com."
    )


def test_a_number_grows_within_one_word() -> None:
    said = "my number is five five five zero one four two".split()
    shown = [write(" ".join(said[:count])) for count in range(5, len(said) + 1)]
    assert shown == [f"my number is {'5550142'[:count]}" for count in range(2, 8)]


def test_text_of_a_language_without_a_table_is_left_alone() -> None:
    assert write("one two three four", "xx") == "one two three four"
    assert write("one two three four", "") == "one two three four"
    assert write("") == ""


def test_every_language_is_known_by_its_code() -> None:
    assert all(language.code == code for code, language in LANGUAGES.items())


WORDS = (
    "one two five oh zero ten twelve twenty thirty four hundred thousand million point a and the of to for at dot com "
    "gmail B K I am pm a.m. dollars cents percent milligrams March May third first Street Maple number phone is 5 42 "
    "5550-142 415-555-0199 10:30am $20 3.5 21st room o'clock half past quarter double email slash w no people second"
).split()


@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(["", ",", "."]))
def test_whatever_is_said_is_written_without_failing_and_never_longer(said: list[str], stop: str) -> None:
    text = " ".join(said) + stop
    written = write(text)
    assert len(written.split()) <= len(text.split()) + written.count(" ", 0)  # cards are written in groups
    assert bool(written) == bool(text.strip())


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    assert isinstance(write(text), str)
