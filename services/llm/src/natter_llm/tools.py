"""The tools of a session, and whether a call of one may be made. Pure.

Arguments are checked against the tool's JSON Schema before the call leaves this service. What does
not fit is told back to the model in words, and never dispatched.
"""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import jsonschema
import referencing
import regex
from jsonschema.protocols import Validator

from natter_llm.engine import ToolCall, ToolSpec
from natter_protocol.settings import Tool

log = logging.getLogger(__name__)

PATTERN_S: Final = 0.05
"""A pattern comes from a client: one that backtracks for ever must not stop the others' calls."""
MAX_PROBLEMS: Final = 3
"""So many wrong fields are named at once."""

_FORMATS: Final = jsonschema.FormatChecker(formats=("email", "ipv4", "ipv6", "uuid"))


@_FORMATS.checks("date", raises=ValueError)
def _date(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.date.fromisoformat(value))


@_FORMATS.checks("time", raises=ValueError)
def _time(value: object) -> bool:
    return not isinstance(value, str) or datetime.time.fromisoformat(value) is not None


@_FORMATS.checks("date-time", raises=ValueError)
def _date_time(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.datetime.fromisoformat(value))


def _whole_pattern(
    validator: Validator, pattern: str, value: object, schema: Mapping[str, Any]
) -> Iterator[jsonschema.ValidationError]:
    """``pattern`` is about the whole value, as the Voice Agent API defines it, not about a part of it."""
    if not isinstance(value, str):
        return
    try:
        fits = regex.fullmatch(pattern, value, timeout=PATTERN_S) is not None
    except regex.error:
        log.warning("a tool's pattern is no regular expression, and not checked: %r", pattern)
        return
    except TimeoutError:
        log.warning("a tool's pattern takes too long, and is not checked: %r", pattern)
        return
    if not fits:
        yield jsonschema.ValidationError(f"{value!r} does not match the pattern {pattern!r}")


_Checker: Final[Any] = jsonschema.validators.extend(  # type: ignore[no-untyped-call]  # jsonschema says nothing
    jsonschema.Draft202012Validator, {"pattern": _whole_pattern}
)
_NOTHING_REMOTE: Final[referencing.Registry[Any]] = referencing.Registry()
"""A schema comes from a client: what it refers to is never fetched."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A call that may be made."""

    tool: Tool
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A call that may not, and what the model is told about it."""

    reason: str


def specs(tools: Iterable[Tool]) -> tuple[ToolSpec, ...]:
    """Return ``tools`` as a model is told of them."""
    return tuple(ToolSpec(tool.name, tool.description, tool.parameters) for tool in tools)


def check(tools: Iterable[Tool], call: ToolCall) -> Accepted | Rejected:
    """Judge a call that a model wants to make."""
    known = {tool.name: tool for tool in tools}
    tool = known.get(call.name)
    if tool is None:
        return Rejected(f"There is no tool {call.name!r}. There are: {', '.join(known) or 'none'}.")
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        return Rejected(f"The arguments of {call.name} are not JSON.")
    if not isinstance(arguments, dict):
        return Rejected(f"The arguments of {call.name} are not a JSON object.")
    problems = faults(tool.parameters, arguments)
    if problems:
        return Rejected(f"{call.name} was not called: {'; '.join(problems)}. Correct it, or ask the user for it again.")
    return Accepted(tool, arguments)


def faults(schema: Mapping[str, Any], value: object) -> list[str]:
    """Return what is wrong with ``value``, each with the field's name; empty if it fits.

    A schema that is itself wrong is logged and refuses nothing: the tool's owner will check again.
    """
    if not schema:
        return []
    try:
        checker = _Checker(schema, registry=_NOTHING_REMOTE, format_checker=_FORMATS)
        errors = sorted(checker.iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
    except Exception as error:  # noqa: BLE001 - boundary: a client's schema can break the checker in any way
        log.warning("a tool's schema cannot be used, its arguments are not checked: %s", error)
        return []
    return [_words(error) for error in errors[:MAX_PROBLEMS]]


def _words(error: jsonschema.ValidationError) -> str:
    where = ".".join(str(part) for part in error.absolute_path)
    message = error.message if len(error.message) <= 200 else f"{error.message[:200]}…"
    return f"{where}: {message}" if where else message
