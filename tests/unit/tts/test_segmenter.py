from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natter_tts.data import EN
from natter_tts.normalize import spoken_pieces
from natter_tts.segmenter import FIRST_WORDS, HARD_CHARS, HURRY_CHARS, LONG_CHARS, Segmenter
from tests.support.tts_texts import texts, written


def pieces(text: str, *, by: str = r"\S+\s*|\s+", hurry: bool = False) -> list[str]:
    """Feed ``text`` growing part by part; take what can be taken each time, the first in a hurry."""
    segmenter = Segmenter(EN)
    found: list[str] = []
    so_far = ""
    for part in re.findall(by, text):
        so_far += part
        segmenter.feed(so_far)
        while (piece := segmenter.take(hurry=hurry or not found)) is not None:
            found.append(piece)
    segmenter.feed(text, complete=True)
    while not segmenter.done:
        piece = segmenter.take(hurry=hurry or not found)
        assert piece
        found.append(piece)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sure.", ["Sure."]),
        ("Hello! How are you?", ["Hello! ", "How are you?"]),
        ("Yes, of course, I can.", ["Yes, of course, ", "I can."]),
        ("Dr. Smith is here. He waits.", ["Dr. Smith is here. ", "He waits."]),
        ("Ask for J. Smith. Then wait.", ["Ask for J. Smith. ", "Then wait."]),
        ("It costs 3. 50 is more.", ["It costs 3. ", "50 is more."]),
        ("We need e.g. this. And that.", ["We need e.g. this. ", "And that."]),
        ("In the U.S. Army it is so. Yes.", ["In the U.S. Army it is so. ", "Yes."]),
        ("I live in the U.S. It is big.", ["I live in the U.S. ", "It is big."]),
        ("Come at 5 p.m. tomorrow please. Bye.", ["Come at 5 p.m. tomorrow please. ", "Bye."]),
        ("Well, no. approx. five of them. Ok.", ["Well, no. approx. five of them. ", "Ok."]),
        ("He said “Go.” Then he went.", ["He said “Go.” ", "Then he went."]),
        ("**Note this.** Then go on.", ["**Note this.** ", "Then go on."]),
        ("1. First thing\n2. Second thing", ["1. First thing\n", "2. Second thing"]),
        ("One line here\n\nThe next one.", ["One line here\n\n", "The next one."]),
        ("It was 1,000, 2,000, or 3,000 then.", ["It was 1,000, 2,000, ", "or 3,000 then."]),
        ("On March 3, 2024 we met. Bye.", ["On March 3, 2024 we met. ", "Bye."]),
        ("See [the docs, here](https://a.io/b) now. Bye.", ["See [the docs, here](https://a.io/b) now. ", "Bye."]),
        ("Write `a, b, c. D` to it. Bye.", ["Write `a, b, c. D` to it. ", "Bye."]),
        ("Mail me at a.b@c.org. I read it.", ["Mail me at a.b@c.org. ", "I read it."]),
        ("Go to example.com. It is there.", ["Go to example.com. ", "It is there."]),
        ("Wait... what is that? No.", ["Wait... what is that? ", "No."]),
    ],
)
@pytest.mark.parametrize("by", [r"\S+\s*|\s+", r"[\s\S]", r"[\s\S]{1,3}", r"\s*\S+\s*\Z|\s*\S+"])
def test_where_a_text_is_cut(text: str, expected: list[str], by: str) -> None:
    assert pieces(text, by=by) == expected


def test_the_first_clause_goes_early() -> None:
    segmenter = Segmenter(EN)
    segmenter.feed("Of course I can,")
    assert segmenter.take(hurry=True) is None
    segmenter.feed("Of course I can, and")
    assert segmenter.take(hurry=True) == "Of course I can, "


def test_a_clause_of_too_few_words_waits_for_more() -> None:
    assert FIRST_WORDS == 3
    assert pieces("Sure, I will do it for you now.")[0] != "Sure, "


def test_without_any_boundary_some_eight_words_go_once_more_have_come() -> None:
    segmenter = Segmenter(EN)
    segmenter.feed("Your appointment has been booked with the nice")
    assert segmenter.take(hurry=True) is None
    segmenter.feed("Your appointment has been booked with the nice doctor")
    assert segmenter.take(hurry=True) is None
    segmenter.feed("Your appointment has been booked with the nice doctor for")
    assert segmenter.take(hurry=True) == "Your appointment has been booked "


def test_it_is_not_cut_beside_a_number_that_may_go_on() -> None:
    text = "Please call our service line at 555 123 4567 between nine and five"
    first = pieces(text)[0]
    assert not re.search(r"\d\s*\Z", first)


def test_later_pieces_are_whole_sentences_put_together() -> None:
    sentence = "This is a sentence of some length. "
    segmenter = Segmenter(EN)
    segmenter.feed(sentence * 10 + "Rest")
    assert segmenter.take(hurry=True) == sentence
    later = segmenter.take(hurry=False)
    assert later == sentence * (LONG_CHARS // len(sentence))


def test_a_later_clause_waits_for_its_sentence_unless_it_is_needed() -> None:
    text = "First one. Then we go on, and on"
    segmenter = Segmenter(EN)
    segmenter.feed(text)
    assert segmenter.take(hurry=True) == "First one. "
    assert segmenter.take(hurry=False) is None
    assert segmenter.take(hurry=True) == "Then we go on, "


def test_a_long_sentence_is_cut_at_a_clause() -> None:
    text = "start " + "and then we went on, " * 20
    for piece in pieces(text):
        assert len(piece) <= LONG_CHARS
        assert piece.endswith((", ", ",", "start "))


def test_nothing_goes_on_for_ever() -> None:
    assert [len(piece) for piece in pieces("x" * 2 * HARD_CHARS)] == [HARD_CHARS, HARD_CHARS]


def test_an_open_bracket_is_waited_for() -> None:
    segmenter = Segmenter(EN)
    segmenter.feed("Please read [the long, long page")
    assert segmenter.take(hurry=True) is None
    segmenter.feed("Please read [the long, long page](https://a.io), and then")
    assert segmenter.take(hurry=True) == "Please read [the long, long page](https://a.io), "


def test_code_is_cut_between_lines_and_what_follows_is_spoken() -> None:
    assert pieces("```\nx = 1\n```\nAfter that.")[-1] == "After that."


@pytest.mark.parametrize("text", ["Hello there. You", " \nHello there.  You"])
@pytest.mark.parametrize("heard", ["Hello there.", "Hello there. ", "Hello th"])
def test_what_was_heard_is_not_given_out_again(text: str, heard: str) -> None:
    segmenter = Segmenter(EN, heard)
    segmenter.feed(text[:9])
    assert segmenter.take(hurry=True) is None
    segmenter.feed(text)
    segmenter.feed(text, complete=True)
    assert segmenter.take(hurry=True) == "You"
    assert segmenter.done


def test_a_reply_that_was_heard_to_its_end_is_done() -> None:
    segmenter = Segmenter(EN, "Hello there.")
    segmenter.feed("Hello there.\n", complete=True)
    assert segmenter.done


def test_a_shorter_text_is_out_of_date() -> None:
    segmenter = Segmenter(EN)
    segmenter.feed("Hello there. How")
    segmenter.feed("Hello")
    assert segmenter.take(hurry=True) == "Hello there. "


def test_white_space_alone_is_not_worth_speaking() -> None:
    segmenter = Segmenter(EN)
    segmenter.feed("  \n ")
    assert segmenter.take(hurry=True) is None
    segmenter.feed("  \n ", complete=True)
    assert segmenter.take(hurry=True) == "  \n "
    assert segmenter.done


@given(texts, st.lists(st.integers(0, 400), max_size=12), st.booleans())
def test_nothing_is_lost_or_repeated(text: str, cuts: list[int], hurry: bool) -> None:
    segmenter = Segmenter(EN)
    found: list[str] = []
    for end in sorted(min(cut, len(text)) for cut in cuts):
        segmenter.feed(text[:end])
        while (piece := segmenter.take(hurry=hurry or not found)) is not None:
            found.append(piece)
    segmenter.feed(text, complete=True)
    for _ in range(len(text) + 1):
        if segmenter.done:
            break
        piece = segmenter.take(hurry=hurry)
        assert piece
        found.append(piece)
    assert segmenter.done
    assert "".join(found) == text
    assert all(len(piece) <= HARD_CHARS * 2 for piece in found)


@given(written)
def test_a_piece_ends_at_white_space_and_never_inside_something_that_is_said_as_one(text: str) -> None:
    position = 0
    for piece in pieces(text)[:-1]:
        position += len(piece)
        inside = [
            found
            for found in spoken_pieces(text, EN)
            if found.start < position < found.end and found.end - found.start <= HURRY_CHARS
        ]
        assert piece[-1].isspace()
        assert len(piece) >= HARD_CHARS or not any(text[found.start : found.end].isprintable() for found in inside)
