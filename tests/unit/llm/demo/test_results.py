"""A tool's result as a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from natter_llm.demo.results import sentence


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({"temp_c": 21, "condition": "sunny"}, "The temperature is 21 degrees Celsius and the condition is sunny."),
        ({"stock": 12}, "The stock is 12."),
        ({"wind": {"speed_kmh": 30.5}}, "The wind speed is 30.5 kilometres per hour."),
        ({"booked": True, "code": "A12"}, "It is booked and the code is A12."),
        ({"booked": False}, "It is not booked."),
        ({"ok": True}, "That worked."),
        ({"open": False}, "Open: no."),
        ({"tags": ["red", "blue"]}, "The tags are red and blue."),
        ({"tags": []}, "There are no tags."),
        ({"message": "Your order is on its way", "id": 7}, "Your order is on its way."),
        ({"error": "no such city"}, "That did not work: No such city."),
        ({}, "That is done."),
        ({"a": None}, "That is done."),
        ([], "Nothing was found."),
        ([{"name": "Rye"}, {"name": "Wheat"}], "I found 2 results: Rye and Wheat."),
        (["a"], "I found one result: a."),
        (list("abcdef"), "I found 6 results: a, b, c, d, and 2 more."),
        (42, "42."),
        (True, "Yes."),
        (None, "That is done."),
    ],
)
def test_json(result: Any, said: str) -> None:
    assert sentence("tool", json.dumps(result)) == said


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("it is half past three", "It is half past three."),
        ("", "That is done."),
        ("Error: get_weather gave no answer in time.", "That did not work: Get weather gave no answer in time."),
        ("{broken", "{broken."),
    ],
)
def test_text(result: str, said: str) -> None:
    assert sentence("get_weather", result) == said


def test_what_is_long_is_cut() -> None:
    many = json.dumps({f"field_{number}": number for number in range(20)})
    assert sentence("t", many).count(" is ") == 5
    assert len(sentence("t", "word " * 500)) < 450
