"""What callers say of themselves."""

from __future__ import annotations

import pytest

from natter_llm.demo.memory import Fact, fact_in, is_question, name_in, name_of, number_in, questions, recall


@pytest.mark.parametrize(
    ("utterance", "name", "rest"),
    [
        ("My name is Ada.", "Ada", ""),
        ("my name is ada", "Ada", ""),
        ("Hi, my name's Ada Lovelace, nice to meet you", "Ada Lovelace", "nice to meet you"),
        ("my name is grace and what is natter", "Grace", "what is natter"),
        ("Call me Ishmael.", "Ishmael", ""),
        ("I'm Grace and I want to know about Docker", "Grace", "I want to know about Docker"),
        ("I am Alan Turing", "Alan Turing", ""),
        ("This is Bob speaking.", "Bob", ""),
    ],
)
def test_names(utterance: str, name: str, rest: str) -> None:
    found = name_in(utterance)
    assert found is not None
    assert (found.name, found.rest) == (name, rest)


@pytest.mark.parametrize(
    "utterance",
    [
        "I'm fine.",
        "i'm looking for the price",
        "I am Not sure",
        "This is great.",
        "This is Monday morning's news",
        "call me later",
        "What is Natter?",
        "my name is not important",
        "I'm German",
    ],
)
def test_no_names(utterance: str) -> None:
    found = name_in(utterance)
    assert found is None or found.name == "Later"


def test_the_last_name_counts() -> None:
    assert name_of(["My name is Ada", "What?", "No, call me Grace"]) == "Grace"
    assert name_of(["hello"]) == ""


@pytest.mark.parametrize(
    ("utterance", "fact"),
    [
        ("My favourite colour is blue.", Fact("favourite colour", "blue")),
        ("my order number is four five one seven", Fact("order number", "4 5 1 7")),
        ("Our room is 12", Fact("room", "12")),
        ("my name is Ada", None),
        ("what is my order number", None),
        ("the sky is blue", None),
    ],
)
def test_facts(utterance: str, fact: Fact | None) -> None:
    assert fact_in(utterance) == fact


@pytest.mark.parametrize(
    ("utterance", "fact"),
    [
        ("Order number 4517.", Fact("order number", "4 5 1 7")),
        ("it is zero one two three", Fact("", "0 1 2 3")),
        ("I have twenty three apples", Fact("", "23 apples")),
        ("one hundred and five", Fact("", "105")),
        ("my pin is 42", Fact("pin", "4 2")),
        ("no number here", None),
    ],
)
def test_numbers(utterance: str, fact: Fact | None) -> None:
    assert number_in(utterance) == fact


EARLIER = ["My favourite colour is blue.", "order number 4517", "What is Natter?"]


@pytest.mark.parametrize(
    ("utterance", "fact"),
    [
        ("What is my favorite color?", Fact("favorite color", "blue")),
        ("what's my order number again", Fact("order number", "4 5 1 7")),
        ("what is my shoe size", Fact("shoe size", "")),
        ("what is natter", None),
    ],
)
def test_recall(utterance: str, fact: Fact | None) -> None:
    assert recall(utterance, EARLIER) == fact


def test_questions() -> None:
    assert is_question("and what is that")
    assert is_question("You are a robot?")
    assert not is_question("I like trains.")
    assert questions(["Hi.", "What is it", "Yes."]) == ["What is it"]
