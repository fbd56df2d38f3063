"""What of a system prompt and of an instruction is followed."""

from __future__ import annotations

import pytest

from natter_llm.demo.persona import follow, read


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("You are Ada, a friendly assistant.", "Ada"),
        ("Your name is Max.", "Max"),
        ("You are an assistant called Grace Hopper.", "Grace Hopper"),
        ("You are a helpful assistant.", ""),
        ("You are The Boss", ""),
        ("", ""),
    ],
)
def test_name(prompt: str, name: str) -> None:
    assert read(prompt).name == name


@pytest.mark.parametrize(
    ("prompt", "sentences"),
    [
        ("Answer in one sentence.", 1),
        ("Use two short sentences per turn.", 2),
        ("Keep your answers brief.", 1),
        ("Be concise.", 1),
        ("Take your time.", 0),
    ],
)
def test_length(prompt: str, sentences: int) -> None:
    assert read(prompt).sentences == sentences


def test_ending() -> None:
    assert read('End every answer with "Have a nice day!"').ending == "Have a nice day!"


def test_statements_are_facts_and_instructions_are_not() -> None:
    persona = read("You are Ada. Be kind. Breakfast is served from seven to ten. Always smile. The bar closes at one.")
    assert [fact.title for fact in persona.facts] == [
        "Breakfast is served from seven to ten.",
        "The bar closes at one.",
    ]


@pytest.mark.parametrize(
    ("instruction", "said"),
    [
        ("Tell the caller we are still looking.", "We are still looking."),
        ("Tell the user that their order is late.", "Your order is late."),
        ('Say: "One moment, please"', "One moment, please."),
        ("Ask the user for their order number.", "Could you tell me your order number?"),
        ("ask whether the caller is still there", "May I ask whether you are still there?"),
        ("Greet the user warmly.", "Hello! How can I help you?"),
        ("Say goodbye.", "Goodbye, and thank you for calling."),
        ("Use the tone of a pirate.", ""),
        ("", ""),
    ],
)
def test_follow(instruction: str, said: str) -> None:
    assert follow(instruction) == said
