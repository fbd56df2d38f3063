"""What is wrong with a client's JSON, in words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from natter_gateway.dialects.complaint import Complaint, complaint, words
from natter_gateway.dialects.voice_agent_client import SessionFields


def about(value: Any) -> Complaint:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, SessionFields)
    return complaint(caught.value, SessionFields)


@pytest.mark.parametrize(
    ("value", "param", "text"),
    [
        ({"output": {"volume": 101}}, "output.volume", "'output.volume' must be a number from 0 to 100"),
        ({"output": {"voice": 3}}, "output.voice", "'output.voice' must be a string of at most 128 characters"),
        ({"input": []}, "input", "'input' must be an object"),
        ({"tools": {}}, "tools", "'tools' must be a list of at most 128"),
        ({"tools": [{}]}, "tools[0].name", "'tools[0].name' is required"),
        ({"tools": [{"name": "x", "type": "y"}]}, "tools[0].type", "'tools[0].type' must be 'function'"),
        ({"tools": [{"name": "x", "http": {}}]}, "tools[0].http", "'tools[0].http' must be null"),
        ({"pre_connect_requests": [1]}, "pre_connect_requests", "'pre_connect_requests' must be an empty list"),
        (
            {"input": {"turn_detection": {"interrupt_response": 1}}},
            "input.turn_detection.interrupt_response",
            "'input.turn_detection.interrupt_response' must be true or false",
        ),
        (
            {"input": {"keyterms": ["a", 3]}},
            "input.keyterms[1]",
            "'input.keyterms[1]' must be a string of 1 to 200 characters",
        ),
        (
            {"input": {"format": {"encoding": "audio/opus"}}},
            "input.format.encoding",
            "'input.format.encoding' must be one of audio/pcm, audio/pcma, audio/pcmu",
        ),
    ],
)
def test_a_wrong_value_is_named_with_what_belongs_there(value: Any, param: str, text: str) -> None:
    assert about(value) == Complaint(param, text)


def test_an_unknown_field_is_named_but_not_at_any_length() -> None:
    assert about({"input": {"x": 1}}) == Complaint("input.x", "Unknown field 'input.x' in session.update", unknown=True)
    assert len(about({"y" * 10_000: 1}).text) < 200


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "integer", "minimum": 1}, "a whole number, at least 1"),
        ({"type": "number"}, "a number"),
        ({"type": "string", "minLength": 32}, "a string of at least 32 characters"),
        ({"type": "string", "pattern": "^a$"}, "a string that matches ^a$"),
        ({"type": "string"}, "a string"),
        ({"type": "array"}, "a list"),
        ({"type": "null"}, "null"),
    ],
)
def test_simple_schemas_in_words(schema: dict[str, Any], text: str) -> None:
    assert words(schema) == text
