from __future__ import annotations

import itertools

import pytest
from hypothesis import given

from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.normalize import Token, fenced, normalize, spoken_pieces
from tests.support.tts_texts import texts


def said(text: str) -> str:
    """Return what a voice is given for ``text``."""
    return Script(normalize(text, EN)).text


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        # numbers
        ("I have 2 cats.", "I have two cats."),
        ("There are 1500 people.", "There are one thousand five hundred people."),
        ("1,234,567 people", "one million two hundred thirty-four thousand five hundred sixty-seven people"),
        ("Pi is 3.14.", "Pi is three point one four."),
        ("0.5 or .5", "zero point five or zero point five"),
        ("It is -5 outside.", "It is minus five outside."),
        ("agent 007", "agent zero zero seven"),
        ("the 1st, 22nd and 103rd", "the first, twenty-second and one hundred third"),
        ("5-10 people", "five to ten people"),
        ("He won 2-1.", "He won two to one."),
        ("1/2 cup and 2 1/2 spoons", "one half cup and two and a half spoons"),
        ("¾ of it, 24/7", "three quarters of it, twenty-four seven"),
        ("100+ items, ~5 left", "one hundred plus items, about five left"),
        ("World War II", "World War two"),
        ("a 16:9 screen", "a sixteen to nine screen"),
        ("3 x 4 inches", "three by four inches"),
        ("2+2=4", "two plus two equals four"),
        # money
        ("$5", "five dollars"),
        ("$1.00 or $1", "one dollar or one dollar"),
        ("$3.50", "three dollars and fifty cents"),
        ("$0.99", "ninety-nine cents"),
        ("$1,234.56", "one thousand two hundred thirty-four dollars and fifty-six cents"),
        ("$5 million", "five million dollars"),
        ("$1.5M", "one point five million dollars"),
        ("$20k", "twenty thousand dollars"),
        ("€20 or 20 EUR", "twenty euros or twenty euros"),
        ("£3.01", "three pounds and one penny"),
        ("$5-10", "five to ten dollars"),
        ("-$5", "minus five dollars"),
        ("$5/month", "five dollars per month"),
        # percentages and units
        ("50% off", "fifty percent off"),
        ("3.5 % more", "three point five percent more"),
        ("5 kg and 1 kg", "five kilograms and one kilogram"),
        ("20°C or 68°F", "twenty degrees Celsius or sixty-eight degrees Fahrenheit"),
        ("-5°C", "minus five degrees Celsius"),
        ("60 mph", "sixty miles per hour"),
        ("a 5-km run", "a five kilometer run"),
        ("10-15 min.", "ten to fifteen minutes."),
        ("5'10\" tall", "five foot ten tall"),
        ("10k runs, 5M users", "ten thousand runs, five million users"),
        # dates
        ("March 3rd, 2024", "March third, twenty twenty-four"),
        ("March 3", "March third"),
        ("3 March 2024", "the third of March twenty twenty-four"),
        ("2024-03-15", "March fifteenth, twenty twenty-four"),
        ("03/15/2024", "March fifteenth, twenty twenty-four"),
        ("Tue, Mar 5", "Tuesday, March fifth"),
        ("March 3-5", "March third to fifth"),
        ("on 5/12", "on May twelfth"),
        ("in 1984", "in nineteen eighty-four"),
        ("the 1990s and the '80s", "the nineteen nineties and the eighties"),
        ("1914-1918", "nineteen fourteen to nineteen eighteen"),
        ("Mon-Fri", "Monday to Friday"),
        # times
        ("3:30 PM", "three thirty P M"),
        ("at 3:05am", "at three oh five A M"),
        ("15:45", "fifteen forty-five"),
        ("10:00", "ten o'clock"),
        ("7 a.m. daily", "seven A M daily"),
        ("Come at 5 p.m. Bye.", "Come at five P M. Bye."),
        ("9am-5pm", "nine A M to five P M"),
        ("3-4 pm", "three to four P M"),
        # telephone numbers
        ("(555) 123-4567", "five five five, one two three, four five six seven"),
        ("1-800-555-0199", "one, eight zero zero, five five five, zero one nine nine"),
        ("+44 20 7946 0958", "plus four four, two zero, seven nine four six, zero nine five eight"),
        ("Call 911 now", "Call nine one one now"),
        # codes
        ("order #12345", "order one two three, four five"),
        ("ticket #5", "ticket number five"),
        ("order number 48213977", "order number four eight two one, three nine seven seven"),
        ("code ABC123", "code A B C one two three"),
        ("AB-1234-X", "A B, one two three four, X"),
        ("gate B12", "gate B twelve"),
        ("MP3, 4K, H2O", "M P three, four K, H two O"),
        ("COVID-19", "covid-nineteen"),
        ("a 24-hour day", "a twenty-four-hour day"),
        ("Version v2.1", "Version two point one"),
        ("192.168.1.1", "one nine two dot one six eight dot one dot one"),
        ("Springfield, IL 62704", "Springfield, IL six two seven zero four"),
        ("4111 1111 1111 1111", "four one one one, one one one one, one one one one, one one one one"),
        # abbreviations
        ("Dr. Smith", "Doctor Smith"),
        ("123 Elm Dr. is it.", "one hundred twenty-three Elm Drive is it."),
        ("Main St. and St. Louis", "Main Street and Saint Louis"),
        ("Mr. and Mrs. Jones", "Mister and Missus Jones"),
        ("e.g. this, i.e. that, etc.", "for example this, that is that, et cetera."),
        ("No. 5, p. 12", "number five, page twelve"),
        ("the U.S. Army", "the U S Army"),
        ("He is in the U.S. It is big.", "He is in the U S. It is big."),
        ("FBI, API, HTML, NASA, OK", "F B I, A P I, H T M L, Nassa, okay"),
        ("w/o it, vs. her", "without it, versus her"),
        ("Acme Inc. They won.", "Acme incorporated. They won."),
        # addresses
        ("john.doe42@example.com", "john dot doe four two at example dot com"),
        ("https://www.example.com/path?x=1", "example dot com slash path"),
        ("docs.python.org", "docs dot python dot org"),
        ("report.pdf", "report dot P D F"),
        # markdown
        ("**Bold** and *it*", "Bold and it"),
        ("[the docs](https://a.io/x)", "the docs"),
        ("# Title\n\nText", "Title. Text"),
        ("- one\n- two", "one. two"),
        ("1. First\n2. Second", "one, First. two, Second"),
        ("`code_here`", "code here"),
        ("```\nx = 1\n```\nDone.", "Done."),
        ("| Tea | $3 |\n|---|---|\n| Milk | $1 |", "Tea, three dollars. Milk, one dollar."),
        ("Yes [1].", "Yes."),
        ("<b>Hi</b> &amp; bye", "Hi and bye"),
        # symbols
        ("Great! 😀👍🏽 Ok?", "Great! Ok?"),
        ("It’s “quoted”", "It's quoted"),
        ("well – yes — no", "well, yes, no"),
        ("Wait... what?!", "Wait, what?"),
        ("AT&T, yes/no, and/or", "AT and T, yes slash no, and or"),
        ("gate 5 (terminal B) now", "gate five, terminal B, now"),
        ("a -> b", "a to b"),
        ("#winning @bob", "hashtag winning at bob"),
        # plain text stays
        ("Sure, your appointment is booked.", "Sure, your appointment is booked."),
        ("Don't you know rock 'n' roll?", "Don't you know rock n roll?"),
        ("", ""),
        ("  \n ", ""),
    ],
)
def test_what_is_said(written: str, spoken: str) -> None:
    assert said(written) == spoken


def test_every_written_word_keeps_its_place() -> None:
    assert normalize("On  March 3rd,\nit's $5! ", EN) == [
        Token("On  ", "On"),
        Token("March ", "March"),
        Token("3rd,\n", "third,"),
        Token("it's ", "it's"),
        Token("$5! ", "five dollars!"),
    ]


def test_white_space_in_front_goes_with_the_first_word() -> None:
    assert [token.written for token in normalize(" a b", EN)] == [" a ", "b"]


def test_what_is_said_as_one_is_one_token() -> None:
    assert [token.written for token in normalize("call 555 123 4567 now", EN)] == ["call ", "555 123 4567 ", "now"]


def test_text_that_begins_in_code_is_silent_until_the_code_ends() -> None:
    assert Script(normalize("x = 1\n```\nDone.", EN, in_code=True)).text == "Done."
    assert fenced("Look:\n```python\n")
    assert not fenced("Look:\n```python\nx\n```\n")


@given(texts)
def test_nothing_written_is_lost_and_no_digit_is_left(text: str) -> None:
    tokens = normalize(text, EN)
    assert "".join(token.written for token in tokens) == text
    assert not any(character in "0123456789" for token in tokens for character in token.spoken)
    assert not any(token.spoken != token.spoken.strip() or "  " in token.spoken for token in tokens)


@given(texts)
def test_pieces_do_not_overlap(text: str) -> None:
    pieces = spoken_pieces(text, EN)
    for before, after in itertools.pairwise(pieces):
        assert before.end <= after.start
    for piece in pieces:
        written = text[piece.start : piece.end]
        assert not written or written.strip()
