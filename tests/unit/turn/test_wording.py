"""What the words alone say."""

from __future__ import annotations

import pytest

from natter_turn.language import NONE
from natter_turn.wording import (
    is_answer,
    is_backchannel,
    is_stop,
    is_unfinished,
    longest_run,
    same,
    words,
)


def test_words_are_compared_without_their_writing() -> None:
    assert words("It’s a well-known “fact”, No. 7!") == ["it's", "a", "well", "known", "fact", "no", "7"]
    assert same("I'd like two.", "i'd like, two")
    assert not same("I'd like two", "I'd like to")


@pytest.mark.parametrize(
    "text",
    ["", "I would like to", "my name is", "Tuesday, ", "we could take the", "It was um", "so I", "and then because."],
)
def test_what_breaks_off_is_unfinished(text: str) -> None:
    assert is_unfinished(text)


@pytest.mark.parametrize(
    "text", ["I would like that.", "What is it for?", "Yes, I do.", "Book a table for two", "That's what it is."]
)
def test_what_can_stand_is_not(text: str) -> None:
    assert not is_unfinished(text)


@pytest.mark.parametrize("text", ["Yes.", "No, thanks", "yeah sure", "I don't"])
def test_an_answer_says_yes_or_no(text: str) -> None:
    assert is_answer(text)


def test_more_than_yes_or_no_is_more_than_an_answer() -> None:
    assert not is_answer("yes but the other one")
    assert not is_answer("")


@pytest.mark.parametrize("text", ["Mm-hmm.", "Right, okay.", "I see", "uh huh", "Got it, thanks", "Oh really?"])
def test_a_backchannel_claims_nothing(text: str) -> None:
    assert is_backchannel(text)
    assert not is_stop(text)


@pytest.mark.parametrize(
    "text", ["okay but which one", "right that is not what I asked", "yeah yeah yeah yeah yeah", ""]
)
def test_who_says_more_has_something_to_say(text: str) -> None:
    assert not is_backchannel(text)


@pytest.mark.parametrize("text", ["Wait.", "no, I meant the other one", "Hold on a second", "sorry, what"])
def test_a_stop_asks_for_the_floor(text: str) -> None:
    assert is_stop(text)


def test_a_stop_is_a_word_of_its_own() -> None:
    assert not is_stop("I know about the waiter and the bus stops")


def test_the_longest_run_of_common_words() -> None:
    said = "You can reach us from nine to five."
    assert longest_run("from nine to five", said) == 4
    assert longest_run("nine or five", said) == 1
    assert longest_run("", said) == 0


def test_of_a_language_without_data_nothing_is_claimed() -> None:
    assert not is_unfinished("ich möchte einen", NONE)
    assert not is_stop("stop", NONE)
    assert not is_backchannel("okay", NONE)
