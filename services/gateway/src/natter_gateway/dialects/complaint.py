"""What is wrong with a client's JSON, and what was expected: in words, from the types it was read by. Pure."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any, Final

import msgspec

_AT: Final = re.compile(r"(?: - at `\$(?P<path>.*?)`)?$", re.DOTALL)
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(?P<field>.*)`", re.DOTALL)
_STEP: Final = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>[^\]]*)\]")
_LONGEST: Final = 100
"""Characters of a field's name that are repeated to whoever sent it."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong.

    Attributes:
        param: the field, such as ``tools[0].name``; empty for the whole.
        text: a sentence about it.
        unknown: whether there is no such field.
    """

    param: str
    text: str
    unknown: bool = False


def complaint(error: msgspec.ValidationError, kind: type[msgspec.Struct]) -> Complaint:
    """Return what ``error``, met when something was read as a ``kind``, says to the one who sent it."""
    message = str(error)
    at = _AT.search(message)
    path = (at["path"] or "") if at is not None else ""
    said = message[: at.start()] if at is not None else message
    if (unknown := _UNKNOWN.fullmatch(said)) is not None:
        param = _joined(path, unknown["field"][:_LONGEST])
        return Complaint(param, f"Unknown field '{param}' in session.update", unknown=True)
    if (missing := _MISSING.fullmatch(said)) is not None:
        param = _joined(path, missing["field"])
        return Complaint(param, f"'{param}' is required")
    param = path.removeprefix(".")
    return Complaint(param, f"'{param}' must be {expected(kind, path)}")


def expected(kind: type[msgspec.Struct], path: str) -> str:
    """Return in words what belongs at ``path`` (as msgspec writes paths, without ``$``) in a ``kind``."""
    schema, parts = _schema(kind)
    for step in _STEP.finditer(path):
        schema = _whole(schema, parts)
        schema = schema.get("items", {}) if step["index"] is not None else schema["properties"].get(step["name"], {})
    return words(_whole(schema, parts))


@functools.cache
def _schema(kind: type[msgspec.Struct]) -> tuple[dict[str, Any], dict[str, Any]]:
    (schema,), parts = msgspec.json.schema_components((kind,), ref_template="{name}")
    return schema, parts


def _whole(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference refers to; of a choice between something and ``null``, the something."""
    while True:
        if "anyOf" in schema:
            schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
        elif "$ref" in schema:
            schema = parts[schema["$ref"]]
        else:
            return schema


def words(schema: dict[str, Any]) -> str:
    """Return in words what a simple JSON Schema asks for."""
    if "enum" in schema:
        choices = [str(choice) for choice in schema["enum"] if choice is not None]
        return f"one of {', '.join(choices)}" if len(choices) > 1 else f"'{choices[0]}'"
    match schema.get("type"):
        case "string":
            return _string(schema)
        case "number" | "integer":
            kind = "a number" if schema["type"] == "number" else "a whole number"
            low, high = schema.get("minimum"), schema.get("maximum")
            if low is not None and high is not None:
                return f"{kind} from {low:g} to {high:g}"
            return kind if low is None else f"{kind}, at least {low:g}"
        case "boolean":
            return "true or false"
        case "array":
            return _array(schema)
        case "object":
            return "an object"
        case _:
            return "null"


def _string(schema: dict[str, Any]) -> str:
    if "pattern" in schema:
        return f"a string that matches {schema['pattern']}"
    low, high = schema.get("minLength"), schema.get("maxLength")
    if low and high:
        return f"a string of {low} to {high} characters"
    if low:
        return f"a string of at least {low} characters"
    return "a string" if high is None else f"a string of at most {high} characters"


def _array(schema: dict[str, Any]) -> str:
    most = schema.get("maxItems")
    if most == 0:
        return "an empty list"
    return "a list" if most is None else f"a list of at most {most}"


def _joined(path: str, field: str) -> str:
    return f"{path}.{field}".removeprefix(".")
