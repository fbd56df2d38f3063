"""What the agent has just asked, and what the tools want to know."""

from __future__ import annotations

from typing import Any

import pytest

from natter_protocol.settings import Tool
from natter_turn.asked import NOTHING, Kind, asked, wanted_by
from natter_turn.language import Value
from natter_turn.values import Expected


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("", Kind.NOTHING),
        ("I have booked it.", Kind.NOTHING),
        ("Is that right?", Kind.YES_OR_NO),
        ("Fine. So, do you want a window seat?", Kind.YES_OR_NO),
        ("Would you like red or blue?", Kind.CHOICE),
        ("What happened then?", Kind.OPEN),
        ("What is your phone number?", Kind.VALUE),
        ("Please tell me your order number.", Kind.VALUE),
        ("Your order number is on the receipt.", Kind.NOTHING),
        ("Is it urgent? I will see to it.", Kind.NOTHING),
    ],
)
def test_the_last_sentence_counts(said: str, kind: Kind) -> None:
    assert asked(said).kind is kind


def test_the_choices_are_known() -> None:
    assert {"red", "blue"} <= asked("Would you like red or blue?").options


def test_a_value_that_was_asked_for_has_the_pattern_of_the_tool() -> None:
    wanted = (Expected(Value.CODE, "[A-Z]{2}[0-9]{4}"),)
    assert asked("What is your order number?", wanted).expected == wanted[0]
    assert asked("What is your phone number?", wanted).expected == Expected(Value.PHONE)
    assert asked("Anything else?", wanted).expected is None


def tool(**properties: Any) -> Tool:
    return Tool("book", parameters={"type": "object", "properties": properties})


@pytest.mark.parametrize(
    ("name", "schema", "wanted"),
    [
        ("contact", {"type": "string", "format": "email"}, Expected(Value.EMAIL)),
        ("phone_number", {"type": "string"}, Expected(Value.PHONE)),
        ("orderNumber", {"type": "string", "pattern": "^[A-Z]{2}-\\d{4}$"}, Expected(Value.CODE, "[A-Z]{2}\\d{4}")),
        ("ref", {"type": "string", "description": "the booking reference"}, Expected(Value.CODE)),
        ("zip", {"type": "string", "pattern": "(["}, Expected(Value.POSTCODE)),
    ],
)
def test_what_a_parameter_wants_to_know(name: str, schema: dict[str, Any], wanted: Expected) -> None:
    assert wanted_by([tool(**{name: schema})]) == (wanted,)


def test_of_other_parameters_nothing_is_expected() -> None:
    assert wanted_by([tool(colour={"type": "string"}), Tool("stop")]) == ()
    assert wanted_by([Tool("odd", parameters={"properties": ["not", "an", "object"]})]) == ()
    assert asked("", ()) == NOTHING
