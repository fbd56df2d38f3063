"""Whether a call may be made, and what is said about one that may not."""

from __future__ import annotations

import time
from typing import Any

import pytest

from natter_llm.engine import ToolCall
from natter_llm.tools import MAX_PROBLEMS, Accepted, Rejected, check, faults, specs
from natter_protocol.settings import Tool

ORDER = Tool(
    name="order",
    description="Order something",
    parameters={
        "type": "object",
        "properties": {
            "item": {"type": "string", "enum": ["tea", "coffee"]},
            "count": {"type": "integer", "minimum": 1},
            "code": {"type": "string", "pattern": r"[A-Z]\d{3}"},
            "day": {"type": "string", "format": "date"},
            "mail": {"type": "string", "format": "email"},
        },
        "required": ["item"],
        "additionalProperties": False,
    },
)


def test_specs_are_what_a_model_is_told() -> None:
    assert [(spec.name, spec.description, spec.parameters) for spec in specs([ORDER])] == [
        ("order", "Order something", ORDER.parameters)
    ]


def test_a_good_call_is_accepted_with_its_arguments() -> None:
    verdict = check([ORDER], ToolCall("x", "order", '{"item": "tea", "count": 2, "code": "A123"}'))
    assert verdict == Accepted(ORDER, {"item": "tea", "count": 2, "code": "A123"})


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("brew", "{}", "no tool 'brew'"),
        ("order", "{", "not JSON"),
        ("order", "[]", "not a JSON object"),
        ("order", "{}", "'item' is a required property"),
        ("order", '{"item": "milk"}', "item: 'milk' is not one of"),
        ("order", '{"item": "tea", "count": 0}', "count: 0 is less than"),
        ("order", '{"item": "tea", "count": "2"}', "count: '2' is not of type 'integer'"),
        ("order", '{"item": "tea", "code": "xA123"}', "code: 'xA123' does not match"),
        ("order", '{"item": "tea", "code": "A1234"}', "code: 'A1234' does not match"),
        ("order", '{"item": "tea", "day": "2026-02-30"}', "day: '2026-02-30' is not a 'date'"),
        ("order", '{"item": "tea", "mail": "nobody"}', "mail: 'nobody' is not a 'email'"),
        ("order", '{"item": "tea", "sugar": 1}', "sugar"),
    ],
)
def test_a_bad_call_is_rejected_with_the_field_that_does_not_fit(name: str, arguments: str, words: str) -> None:
    verdict = check([ORDER], ToolCall("x", name, arguments))
    assert isinstance(verdict, Rejected)
    assert words in verdict.reason


def test_a_tool_without_a_schema_takes_anything() -> None:
    tool = Tool(name="ping")
    assert check([tool], ToolCall("x", "ping", '{"a": 1}')) == Accepted(tool, {"a": 1})


@pytest.mark.parametrize(
    ("value", "format", "fits"),
    [
        ("12:30", "time", True),
        ("25:30", "time", False),
        ("2026-01-01T10:00:00", "date-time", True),
        ("tomorrow", "date-time", False),
        (7, "time", True),
        ("anything", "unheard-of", True),
    ],
)
def test_formats(value: object, format: str, fits: bool) -> None:
    assert (faults({"format": format}, value) == []) is fits


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "no such type"},
        {"properties": "not an object"},
        {"$ref": "https://example.invalid/schema.json"},
        {"properties": {"a": {"pattern": "["}}},
    ],
)
def test_a_schema_that_is_itself_wrong_refuses_nothing_and_fetches_nothing(schema: dict[str, Any]) -> None:
    assert faults(schema, {"a": "b"}) == []


def test_only_a_few_problems_are_named() -> None:
    schema = {"additionalProperties": {"type": "integer"}}
    assert len(faults(schema, {str(number): "x" for number in range(10)})) == MAX_PROBLEMS


def test_long_values_are_not_repeated_whole() -> None:
    assert len(faults({"type": "integer"}, "x" * 5000)[0]) < 300


def test_a_pattern_that_backtracks_for_ever_stops_nobody() -> None:
    schema = {"properties": {"code": {"type": "string", "pattern": "(a|aa)+b"}}}
    began = time.monotonic()
    assert faults(schema, {"code": "a" * 60 + "cb"}) == []
    assert time.monotonic() - began < 5.0
