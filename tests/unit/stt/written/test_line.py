from __future__ import annotations

import pytest

from natter_stt.written.en import ENGLISH
from natter_stt.written.line import Line, Number, Word


def line(text: str) -> Line:
    return Line(text, ENGLISH)


def test_a_word_keeps_the_punctuation_around_it() -> None:
    assert line('"Hello," he said.').words == [Word("Hello", '"', ',"'), Word("he"), Word("said", "", ".")]
    assert line("...").words == [Word("", "", "...")]


def test_a_word_has_a_plain_form() -> None:
    assert Word("O’Clock").low == "o'clock"


def test_the_point_of_an_abbreviation_ends_no_sentence_but_at_the_end() -> None:
    assert [(word.core, word.after) for word in line("at a.m. on, p.m.").words] == [
        ("at", ""),
        ("a.m.", ""),
        ("on", ","),
        ("p.m", "."),
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("two hundred and fifty", Number(0, 4, "250")),
        ("zero one", Number(0, 2, "01")),
        ("Twenty-Five", Number(0, 1, "25")),
        ("twenty first", Number(0, 2, "21", ordinal=True)),
        ("one point five", Number(0, 3, "1.5")),
        ("three point eleven", Number(0, 3, "3.11")),
        ("1,250", Number(0, 1, "1250", spelled=False)),
        ("3.5", Number(0, 1, "3.5", spelled=False)),
        ("21st", Number(0, 1, "21", ordinal=True, spelled=False)),
        ("5550-142", Number(0, 1, "5550142", spelled=False)),
    ],
)
def test_a_number_is_read(text: str, number: Number) -> None:
    assert line(text).number(0) == number


@pytest.mark.parametrize("text", ["hundreds", "second", "18-20", "2026-11-22", "B7", "people", "", "9" * 20 + "x"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert line(text).number(0) is None


def test_punctuation_parts_numbers() -> None:
    assert line("twenty, five").number(0) == Number(0, 1, "20")


def test_a_number_has_a_value_of_its_kind() -> None:
    assert (Number(0, 1, "05").value, Number(0, 1, "05").whole, Number(0, 1, "05").pair) == (5.0, 5, 5)
    assert (Number(0, 1, "1.5").whole, Number(0, 1, "3", ordinal=True).whole) == (None, None)
    assert Number(0, 1, "123").pair is None


def test_words_are_joined_where_nothing_lies_between() -> None:
    text = line("one, two three (four)")
    assert text.joined(0, 1)
    assert not text.joined(0, 2)
    assert text.joined(0, 3, ",")
    assert not text.joined(2, 4)
    assert not text.joined(3, 5)


def test_what_was_said_before_is_found() -> None:
    text = line("my phone number is five")
    assert text.announced(4, ENGLISH.phone_cues)
    assert not text.announced(1, ENGLISH.phone_cues)
    assert text.follows(2, frozenset(("phone",)))
    assert text.low(-1) == text.low(9) == ""
