"""Reading arguments out of what was said, by their schemas."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from natter_llm.demo.values import Argument, label, read

TODAY = datetime.date(2026, 3, 4)
TEXT = {"type": "string"}
EMAIL = {"type": "string", "format": "email"}


def got(name: str, schema: dict[str, Any], utterance: str, *, answering: bool = False) -> Any:
    return read(Argument(name, schema, answering), utterance, TODAY)


@pytest.mark.parametrize(
    ("name", "words"),
    [("orderNumber", "order number"), ("order_number", "order number"), ("party-size", "party size"), ("URL", "url")],
)
def test_label(name: str, words: str) -> None:
    assert label(name) == words


@pytest.mark.parametrize(
    ("name", "schema", "utterance", "value"),
    [
        ("room", {"enum": ["kitchen", "living_room"]}, "the light in the living room", "living_room"),
        ("room", {"enum": ["kitchen", "bath"]}, "in the kitchin please", "kitchen"),
        ("size", {"enum": ["small", "large"]}, "a big one", None),
        ("floor", {"enum": [1, 2, 3]}, "on floor two", 2),
        ("count", {"type": "integer"}, "I want three of them", 3),
        ("count", {"type": "integer", "maximum": 2}, "I want three of them", None),
        ("guests", {"type": "integer"}, "at seven for four guests", 4),
        ("amount", {"type": "number"}, "transfer three point five euros", 3.5),
        ("amount", {"type": ["number", "null"]}, "take 12", 12.0),
        ("vegan", {"type": "boolean"}, "a vegan pizza", True),
        ("vegan", {"type": "boolean"}, "a pizza, but not vegan", False),
        ("vegan", {"type": "boolean"}, "a pizza", None),
        ("on", {"type": "boolean"}, "turn it off", False),
        ("on", {"type": "boolean"}, "turn it on", True),
        ("date", {"type": "string", "format": "date"}, "tomorrow at noon", "2026-03-05"),
        ("date", TEXT, "on Friday", "2026-03-06"),
        ("time", TEXT, "tomorrow at noon", "12:00"),
        ("at", {"type": "string", "format": "time"}, "at seven pm", "19:00:00"),
        ("when", {"type": "string", "format": "date-time"}, "tomorrow at seven pm", "2026-03-05T19:00:00"),
        ("email", TEXT, "it is ada.lovelace@example.com.", "ada.lovelace@example.com"),
        ("mail", EMAIL, "ada dot lovelace at example dot co dot uk", "ada.lovelace@example.co.uk"),
        ("order_number", {"type": "string", "pattern": r"\d{4}"}, "order four five one seven", "4517"),
        ("order_number", {"type": "string", "pattern": r"\d{4}"}, "order four five", None),
        ("plate", {"type": "string", "pattern": r"[A-Z]{2}\d{2}"}, "my car is A B 12", "AB12"),
        ("phone_number", TEXT, "call me at 555 0199", "5550199"),
        ("city", TEXT, "What is the weather in New York tomorrow?", "New York"),
        ("city", TEXT, "weather for Berlin please", "Berlin"),
        ("destination", TEXT, "a train from Bonn to Paris", "Paris"),
        ("origin", TEXT, "a train from Bonn to Paris", "Bonn"),
        ("customer", TEXT, "a table for Grace Hopper at seven", "Grace Hopper"),
        ("item", TEXT, "do you have rye bread in stock", "rye bread"),
        ("colour", TEXT, "the colour is dark red please", "dark red"),
        ("query", TEXT, "find me something nice.", "find me something nice"),
        ("city", TEXT, "what is the weather", None),
        ("data", {"type": "object"}, "anything", None),
    ],
)
def test_read(name: str, schema: dict[str, Any], utterance: str, value: Any) -> None:
    assert got(name, schema, utterance) == value


@pytest.mark.parametrize(
    ("name", "schema", "utterance", "value"),
    [
        ("count", {"type": "integer"}, "just one", 1),
        ("city", TEXT, "it's in Berlin, please", "Berlin"),
        ("city", TEXT, "Rome", "Rome"),
        ("time", TEXT, "seven thirty", "07:30"),
        ("vegan", {"type": "boolean"}, "yes please", True),
        ("vegan", {"type": "boolean"}, "no", False),
        ("vegan", {"type": "boolean"}, "well", None),
        ("name", TEXT, "my name is Ada Lovelace", "Ada Lovelace"),
        ("name", TEXT, "please", None),
    ],
)
def test_read_an_answer(name: str, schema: dict[str, Any], utterance: str, value: Any) -> None:
    assert got(name, schema, utterance, answering=True) == value
