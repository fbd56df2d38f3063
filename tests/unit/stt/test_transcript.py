from __future__ import annotations

import pytest

from natter_stt.engine import NOTHING, Hypothesis
from natter_stt.transcript import join, join_texts


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        ([], ""),
        (["", " "], ""),
        (["Hello there."], "Hello there."),
        (["Hello there.", "How are you?"], "Hello there. How are you?"),
        (["He hoped there would be.", "stew for dinner."], "He hoped there would be stew for dinner."),
        (["Well...", "yes."], "Well... yes."),
        (["Is it?", "no."], "Is it? no."),
        (["One", "", "2."], "One 2."),
    ],
)
def test_texts_become_one(texts: list[str], whole: str) -> None:
    assert join_texts(texts) == whole


def test_nothing_joined_is_nothing() -> None:
    assert join([]) == NOTHING
    assert join([NOTHING, NOTHING]) == NOTHING


def test_confidence_is_the_mean_over_tokens() -> None:
    whole = join([Hypothesis("a b c", (1, 2, 3), 0.9, 0.1), Hypothesis("d", (4,), 0.5, 0.8)])
    assert whole.confidence == pytest.approx(0.8)


def test_the_end_of_the_whole_is_that_of_the_last_words() -> None:
    whole = join([Hypothesis("One.", (1,), 0.9, 0.95), Hypothesis("and", (2,), 0.9, 0.05), NOTHING])
    assert whole.ends_sentence == 0.05


def test_what_the_last_words_read_like_is_said_of_the_whole() -> None:
    first = Hypothesis("One.", (1,), 0.9, 0.95, reads_complete=0.8)
    last = Hypothesis("and", (2,), 0.9, 0.05, reads_complete=0.01)
    whole = join([first, last, NOTHING])
    assert whole.reads_complete == 0.01


def test_unknown_confidence_stays_unknown() -> None:
    assert join([Hypothesis("a")]).confidence is None


def test_the_language_of_the_whole_is_that_of_the_last_words() -> None:
    assert join([Hypothesis("Hallo.", language="de"), Hypothesis("Hello.", language="en"), NOTHING]).language == "en"


def test_only_a_single_passage_may_have_been_a_back_channel() -> None:
    grunt, more = Hypothesis("Don't.", (1,), 0.6, backchannel=-1.5), Hypothesis("Go on.", (2,), 0.9)
    assert join([grunt]).backchannel == -1.5
    assert join([grunt, more]).backchannel is None
    assert join([more]).backchannel is None
