from __future__ import annotations

import pytest

from natter_stt.stabilizer import Stabilizer


def shown(*hypotheses: str) -> list[str]:
    stabilizer = Stabilizer()
    return [stabilizer.show(text) for text in hypotheses]


def test_text_that_only_grows_is_shown_as_it_comes() -> None:
    assert shown("what", "what is", "what is the weather") == ["what", "what is", "what is the weather"]


def test_the_full_stop_of_a_text_that_goes_on_is_never_shown() -> None:
    assert shown("How are.", "How are you?", "How are you? I am...") == ["How are", "How are you", "How are you? I am"]


def test_the_last_word_is_free_to_change() -> None:
    assert shown("what is the we", "what is the weather") == ["what is the we", "what is the weather"]


def test_a_word_that_changes_for_one_decode_only_does_not_flicker() -> None:
    assert shown("eight of spades four of", "eight of spades for of clubs", "eight of spades four of clubs seven") == [
        "eight of spades four of",
        "eight of spades four of",
        "eight of spades four of clubs seven",
    ]


def test_a_word_that_two_decodes_agree_on_is_taken() -> None:
    assert shown("tear a thin sheep from", "tear a thin sheet from the", "tear a thin sheet from the yellow")[-1] == (
        "tear a thin sheet from the yellow"
    )


def test_words_that_vanish_for_one_decode_stay() -> None:
    assert shown("one two three", "one two", "one two three four") == [
        "one two three",
        "one two three",
        "one two three four",
    ]


def test_words_that_two_decodes_leave_out_go() -> None:
    assert shown("one two three", "one two", "one two")[-1] == "one two"


def test_no_disagreement_holds_the_text_back_for_long() -> None:
    texts = shown("a b c d", "x b c d e", "y b c d e", "z b c d e f")
    assert texts == ["a b c d", "a b c d", "a b c d", "z b c d e f"]


def test_case_and_punctuation_change_only_when_two_decodes_share_them() -> None:
    assert shown("so my fellow Americans", "so, my fellow Americans ask", "so my fellow Americans ask not") == [
        "so my fellow Americans",
        "so my fellow Americans ask",
        "so my fellow Americans ask not",
    ]
    assert shown("so my fellow", "so, my fellow Americans", "so, my fellow Americans ask")[-1] == (
        "so, my fellow Americans ask"
    )


@pytest.mark.parametrize("first", ["", "one"])
def test_nothing_is_shown_as_nothing(first: str) -> None:
    assert shown(first, "", "")[-1] == ""


def test_words_without_letters_are_words() -> None:
    assert shown("5 + 3 is", "5 - 3 is two") == ["5 + 3 is", "5 + 3 is"]
