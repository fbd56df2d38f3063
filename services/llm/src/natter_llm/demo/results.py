"""A tool's result as a sentence. Pure.

JSON becomes "The temperature is 21 degrees Celsius and the sky is clear."; text is said as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from natter_llm.demo.numbers import plain
from natter_llm.demo.values import label

_SPOKEN_KEYS: Final = ("message", "summary", "answer", "text", "spoken", "description", "result")
"""A field that is a sentence already is said instead of all others."""
_UNITS: Final = {
    "c": "degrees Celsius", "celsius": "degrees Celsius", "f": "degrees Fahrenheit", "fahrenheit": "degrees Fahrenheit",
    "km": "kilometres", "kmh": "kilometres per hour", "kph": "kilometres per hour", "mph": "miles per hour",
    "pct": "percent", "percent": "percent", "eur": "euros", "usd": "dollars", "gbp": "pounds", "kg": "kilograms",
    "min": "minutes", "minutes": "minutes", "s": "seconds", "ms": "milliseconds", "h": "hours", "hours": "hours",
    "days": "days", "m": "metres", "cm": "centimetres",
}  # fmt: skip
_SHORT: Final = {"temp": "temperature", "qty": "quantity", "num": "number", "id": "number", "eta": "arrival time"}
_WRAPPERS: Final = ("data", "result", "results", "response", "current", "value", "item")
"""Objects whose name says nothing about what is in them."""
MAX_FIELDS: Final = 5
MAX_ITEMS: Final = 4
MAX_TEXT: Final = 400
_ERROR_KEYS: Final = ("error", "error_message")


def failed(result: str) -> bool:
    """Whether ``result`` tells of a failure."""
    if result.startswith("Error:"):
        return True
    value = _value(result)
    return isinstance(value, Mapping) and any(value.get(key) for key in _ERROR_KEYS)


def sentence(name: str, result: str) -> str:
    """Return the result of tool ``name`` as it is spoken."""
    if result.startswith("Error:"):
        reason = result.removeprefix("Error:").strip().replace(name, label(name))
        return f"That did not work: {_ended(reason)}"
    value = _value(result)
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, list):
        return _list(value)
    if value is None or value == "":
        return "That is done."
    return _ended(_scalar(value))


def _value(result: str) -> Any:
    try:
        return json.loads(result)
    except ValueError:
        return result.strip()[:MAX_TEXT]


def _object(value: Mapping[str, Any]) -> str:
    for key in _ERROR_KEYS:
        if value.get(key):
            return f"That did not work: {_ended(_scalar(value[key]))}"
    for key in _SPOKEN_KEYS:
        text = value.get(key)
        if isinstance(text, str) and len(text.split()) >= 3:
            return _ended(text)
    clauses = _clauses(value)
    if not clauses:
        return "That is done."
    return _capital(f"{_joined(clauses)}.")


def _clauses(value: Mapping[str, Any], of: str = "") -> list[str]:
    clauses: list[str] = []
    for key, part in value.items():
        if part is None or part == "" or len(clauses) == MAX_FIELDS:
            continue
        if isinstance(part, Mapping):
            inner = "" if label(key) in _WRAPPERS else f"{label(key)} "
            clauses += _clauses(part, inner)[: MAX_FIELDS - len(clauses)]
        else:
            clauses.append(_clause(f"{of}{key}", part))
    return clauses


def _clause(key: str, part: Any) -> str:
    name, unit = _named(key)
    if isinstance(part, bool) and name in ("ok", "success", "successful", "done"):
        return "that worked" if part else "that did not work"
    if isinstance(part, bool):
        return f"it is {'' if part else 'not '}{name}" if name.endswith("ed") else f"{name}: {_scalar(part)}"
    if isinstance(part, list):
        return (
            f"the {name} are {_joined([_scalar(item) for item in part[:MAX_ITEMS]])}"
            if part
            else f"there are no {name}"
        )
    return f"the {name} is {_scalar(part)}{' ' + unit if unit else ''}"


def _named(key: str) -> tuple[str, str]:
    """Return a field's name as it is said, and the unit in it: ``temp_c`` is a temperature in Celsius."""
    parts = label(key).split()
    unit = _UNITS.get(parts[-1], "") if len(parts) > 1 else ""
    parts = parts[:-1] if unit else parts
    return " ".join(_SHORT.get(part, part) for part in parts), unit


def _list(value: Sequence[Any]) -> str:
    if not value:
        return "Nothing was found."
    items = [_item(item) for item in value[:MAX_ITEMS]]
    more = f", and {len(value) - MAX_ITEMS} more" if len(value) > MAX_ITEMS else ""
    count = "one result" if len(value) == 1 else f"{len(value)} results"
    return f"I found {count}: {_joined(items) if not more else ', '.join(items)}{more}."


def _item(item: Any) -> str:
    if isinstance(item, Mapping):
        for key in ("name", "title", "label", "text"):
            if isinstance(item.get(key), str):
                return str(item[key])
        return ", ".join(f"{_named(key)[0]} {_scalar(part)}" for key, part in list(item.items())[:3])
    return _scalar(item)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return plain(float(value))
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False)
    return re.sub(r"\s+", " ", str(value)).strip()[:MAX_TEXT]


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _ended(text: str) -> str:
    text = _capital(text.strip())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
