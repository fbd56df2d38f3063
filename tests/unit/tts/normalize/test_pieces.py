from __future__ import annotations

from collections.abc import Iterator

import pytest

from natter_tts.data import EN
from natter_tts.normalize.language import Language
from natter_tts.normalize.pieces import CLAIMED, Piece, Token, apply, clean, ends_sentence, tokens


def test_words_keep_the_white_space_behind_them() -> None:
    assert tokens(" a  b\n", []) == [Token(" a  ", "a"), Token("b\n", "b")]


def test_a_piece_is_said_instead_and_what_touches_it_stays() -> None:
    assert tokens("($5), x", [Piece(1, 3, "five dollars")]) == [
        Token("($5), ", "(five dollars),"),
        Token("x", "x"),
    ]


def test_a_piece_with_white_space_is_one_word() -> None:
    assert tokens("at 5 pm now", [Piece(3, 7, "five P M")]) == [
        Token("at ", "at"),
        Token("5 pm ", "five P M"),
        Token("now", "now"),
    ]


def test_two_words_made_of_one_get_a_space() -> None:
    assert tokens("5kg", [Piece(0, 1, "five"), Piece(1, 3, "kilograms")]) == [Token("5kg", "five kilograms")]
    assert tokens("**it's**", [Piece(0, 2, ""), Piece(6, 8, "")]) == [Token("**it's**", "it's")]


def test_a_piece_of_no_length_puts_something_in() -> None:
    assert tokens("a\nb", [Piece(1, 1, ",")]) == [Token("a\n", "a,"), Token("b", "b")]


@pytest.mark.parametrize(
    ("given", "expected"), [("a  b", "a b"), ("a ,", "a,"), ("a,.", "a."), ("a?!", "a?"), (" , ", ","), ("a...", "a.")]
)
def test_clean(given: str, expected: str) -> None:
    assert clean(given) == expected


def test_an_earlier_rule_hides_what_it_took_from_later_ones() -> None:
    seen: list[str] = []

    def first(text: str, language: Language) -> Iterator[Piece]:
        yield Piece(0, 2, "one")

    def second(text: str, language: Language) -> Iterator[Piece]:
        seen.append(text)
        yield Piece(1, 3, "never")
        yield Piece(2, 3, "two")
        yield Piece(2, 4, "late")

    assert apply([first, second], "abcd", EN, []) == [Piece(0, 2, "one"), Piece(2, 3, "two")]
    assert seen == [CLAIMED * 2 + "cd"]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("etc.", True),
        ("etc. \n", True),
        ("etc.\nmore", True),
        ("etc. The", True),
        ('etc. "We', True),
        ("etc. and", False),
        ("etc. Army", False),
        ("etc.,", False),
    ],
)
def test_an_abbreviation_ends_a_sentence_if_one_begins_behind_it(text: str, ends: bool) -> None:
    assert ends_sentence(text, 4, EN) is ends
