"""The words for small talk."""

from __future__ import annotations

import pytest

from natter_llm.demo.chatter import Chatter
from natter_llm.demo.knowledge import parse
from natter_llm.demo.persona import Persona
from natter_llm.demo.smalltalk import Talk

KNOWLEDGE = parse("# Bakery\nA bakery.\n## Bread\nGood.\n## Cake\nSweet.\n## Tea\nHot.\n## Milk\nCold.", "x")


def chatter(*users: str, name: str = "", spoken: tuple[str, ...] = (), tools: tuple[str, ...] = ()) -> Chatter:
    return Chatter(KNOWLEDGE, Persona(name), users, spoken, tools)


@pytest.mark.parametrize("talk", [talk for talk in Talk if talk not in (Talk.MORE, Talk.REPEAT)])
def test_there_is_an_answer_to_everything(talk: Talk) -> None:
    said = chatter("hello").say(talk)
    assert said[-1] in ".!?"
    assert "  " not in said


def test_it_says_plainly_that_it_is_no_language_model() -> None:
    assert "not a language model" in chatter("x").say(Talk.ARE_YOU_A_MODEL)
    assert "NATTER LLM MODEL" in chatter("x").say(Talk.WHO_ARE_YOU)


def test_names() -> None:
    assert chatter("hi", name="Ada").say(Talk.YOUR_NAME) == "My name is Ada."
    assert chatter("hi", name="Ada").say(Talk.HELLO).startswith("Hello! This is Ada.")
    assert chatter("My name is Grace", "bye").say(Talk.BYE) == "Goodbye, Grace."
    assert chatter("My name is Grace", "x").say(Talk.MY_NAME) == "Your name is Grace."


def test_what_was_asked() -> None:
    talk = chatter("Hi.", "What is bread?", "I see.", "And cake?", "x")
    assert talk.say(Talk.FIRST_ASKED) == "You first asked: What is bread?"
    assert talk.say(Talk.LAST_ASKED) == "You just asked: And cake?"
    assert talk.say(Talk.ALL_ASKED) == "You asked: What is bread? And: And cake?"
    assert chatter("Hi there", "x").say(Talk.FIRST_ASKED) == "You first said: Hi there."
    assert chatter("x").say(Talk.FIRST_ASKED) == "You have not asked me anything yet."


def test_topics_change_from_turn_to_turn_and_tools_are_named() -> None:
    assert "Bread, Cake or Tea" in chatter("a").topics()
    assert "Milk, Bread or Cake" in chatter("a", "b").topics()
    assert chatter("a", tools=("get_weather",)).topics().endswith("these tools: get weather.")


def test_beyond() -> None:
    assert chatter("a").beyond(asked=True).startswith("I do not know about that. I can tell you about Bakery")
    assert chatter("a").beyond(asked=False).startswith("I am not sure")
