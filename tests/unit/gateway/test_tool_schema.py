"""Whether a tool's parameters are a JSON Schema."""

from __future__ import annotations

from typing import Any

import pytest

from natter_gateway.dialects.tool_schema import flaw, repeated


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"type": "object", "properties": {"item": {"type": "string", "enum": ["rye"], "examples": ["rye"]}}},
        {"properties": {"day": {"type": "string", "format": "date", "pattern": r"\d{4}-.*"}}, "required": ["day"]},
        {"$defs": {"a": {"type": "string"}}, "properties": {"x": {"$ref": "#/$defs/a"}}},
    ],
)
def test_what_is_one(parameters: dict[str, Any]) -> None:
    assert flaw(parameters, "p") is None


@pytest.mark.parametrize(
    ("parameters", "param", "text"),
    [
        ({"properties": []}, "p.properties", "'p.properties' must be an object"),
        ({"required": "x"}, "p.required", "'p.required' must be a list"),
        ({"type": "string"}, "p.type", "'p.type' must be 'object'"),
        (
            {"properties": {"a": {"pattern": "["}}},
            "p.properties.a.pattern",
            "'p.properties.a.pattern' must be a regular expression",
        ),
        ({"properties": {"a": 3}}, "p.properties.a", "'p.properties.a' must be an object or true or false"),
        ({"required": ["a", 3]}, "p.required[1]", "'p.required[1]' must be a string"),
    ],
)
def test_what_is_none_is_said_where_and_why(parameters: dict[str, Any], param: str, text: str) -> None:
    wrong = flaw(parameters, "p")
    assert wrong is not None
    assert (wrong.param, wrong.text) == (param, text)


def test_an_unknown_kind_of_value() -> None:
    wrong = flaw({"properties": {"a": {"type": "strin"}}}, "p")
    assert wrong is not None
    assert wrong.param == "p.properties.a.type"
    assert "is no JSON Schema" in wrong.text


def test_what_is_nested_without_end() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"properties": {"a": deep}}
    wrong = flaw(deep, "p")
    assert wrong is not None
    assert wrong.text == "'p' is nested too deeply"


def test_a_name_that_was_there_before() -> None:
    assert repeated(["a", "b", "a", "b"]) == 2
    assert repeated(["a", "b"]) is None
