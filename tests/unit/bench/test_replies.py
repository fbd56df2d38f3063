from __future__ import annotations

import pytest

from benchmarks.bench.replies import number_of, reply, told, words


def test_every_reply_and_item_tells_which_it_is() -> None:
    said = reply(3, "medium")
    assert said.startswith("Reply three. Item one of reply three is a ")
    assert said.count("of reply three") == 3
    assert number_of(said) == 3
    assert reply(3, "long").count("Item") == 5


def test_two_replies_share_no_item() -> None:
    assert not set(reply(1, "long").split(". ")) & set(reply(2, "long").split(". "))


def test_a_question_and_a_short_reply() -> None:
    assert reply(1, "ask:For how many?") == "Reply one. For how many?"
    assert reply(2, "short") == "Reply two. That is all I can tell you."


def test_an_unknown_plan_is_refused() -> None:
    with pytest.raises(ValueError, match="endless"):
        reply(1, "endless")


@pytest.mark.parametrize(("text", "number"), [("Reply", None), ("Item one", None), ("reply two, item", 2), ("", None)])
def test_the_number_in_what_was_heard(text: str, number: int | None) -> None:
    assert number_of(text) == number


def test_replies_that_were_joined_are_told_apart() -> None:
    joined = "Reply one. Item one of reply one\nReply two. That is"
    assert told(joined) == ["Reply one. Item one of reply one", "Reply two. That is"]
    assert told("nothing of it") == []


def test_words_have_no_punctuation() -> None:
    assert words("Reply one. That's 5, all!") == ["reply", "one", "that's", "5", "all"]
