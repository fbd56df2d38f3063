"""Whether the parameters of a tool are a JSON Schema that arguments can be checked by. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import jsonschema

from natter_gateway.dialects.complaint import Complaint, words

_REGEX: Final = jsonschema.FormatChecker(formats=("regex",))
"""Patterns are regular expressions of Python (contract, 9.1)."""


def flaw(parameters: dict[str, Any], path: str) -> Complaint | None:
    """Return what is wrong with ``parameters``, which stand at ``path``; None if nothing is."""
    if parameters.get("type", "object") != "object":
        return Complaint(f"{path}.type", f"'{path}.type' must be 'object'")
    try:
        jsonschema.Draft202012Validator.check_schema(parameters, format_checker=_REGEX)
    except jsonschema.SchemaError as error:
        return _worded(error, path)
    except RecursionError:
        return Complaint(path, f"'{path}' is nested too deeply")
    return None


def _worded(error: jsonschema.SchemaError, path: str) -> Complaint:
    param = path + "".join(_step(step) for step in error.absolute_path)
    if error.validator == "type":
        kinds = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        return Complaint(param, f"'{param}' must be {' or '.join(words({'type': kind}) for kind in kinds)}")
    if error.validator == "format":
        return Complaint(param, f"'{param}' must be a regular expression")
    return Complaint(param, f"'{param}' is no JSON Schema: {error.message[:200]}")


def _step(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{step}"


def repeated(names: Iterable[str]) -> int | None:
    """Return the index of the first name that was there before, or None."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            return index
        seen.add(name)
    return None
