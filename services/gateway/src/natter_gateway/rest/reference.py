"""The page about the HTTP side, ``docs/rest.md``: prose from ``guide.md`` beside this file, tables from the schema."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import resources
from typing import Any, Final

from natter_gateway.config import GatewayConfig
from natter_gateway.rest.app import schema
from natter_runtime.config import settings_of

_HOLE: Final = re.compile(r"\{\{(\w+)\}\}")
SETTINGS: Final = (
    "NATTER_DATA",
    "NATTER_DATABASE_URL",
    "NATTER_SECRET",
    "NATTER_PUBLIC_URL",
    "NATTER_HTTP_TOOLS_PRIVATE",
    "NATTER_RECORDING",
    "NATTER_RECORDINGS_URL",
    "NATTER_RECORDINGS_DAYS",
    "NATTER_SESSIONS_DAYS",
    "NATTER_PRICES",
)
"""What the page lists."""
_OMITTED: Final = ("ValidationError", "List", "ResponseMetadata")
"""Objects whose names end so are not shown: lists are described once, in the prose."""

Json = dict[str, Any]


def page(version: str) -> str:
    """Return the whole page, as Markdown."""
    document = schema(version)
    made = {
        "errors": _errors(document),
        "routes": _routes(document),
        "settings": _settings(),
        "objects": _objects(document["components"]["schemas"]),
    }
    guide = (resources.files("natter_gateway.rest") / "guide.md").read_text(encoding="utf-8")
    return _HOLE.sub(lambda hole: made[hole[1]].replace("``", "`"), guide)


def _operations(document: Json) -> list[tuple[str, str, Json]]:
    return [
        (method.upper(), path, operation)
        for path, ways in document["paths"].items()
        for method, operation in ways.items()
    ]


def _errors(document: Json) -> str:
    found: dict[str, str] = {}
    for _, _, operation in _operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                found[status] = response["description"]
    return _table(("status", "means"), sorted(found.items()))


def _routes(document: Json) -> str:
    rows = []
    for method, path, operation in _operations(document):
        asked = [
            f"`{parameter['name']}`" for parameter in operation.get("parameters", []) if parameter["in"] == "query"
        ]
        what = _first(operation["description"])
        sends = _name(operation.get("requestBody", {}).get("content", {}))
        status, response = next((s, r) for s, r in operation["responses"].items() if s.startswith("2"))
        answers = _name(response.get("content", {})) or "nothing"
        query = f" Query: {', '.join(asked)}." if asked else ""
        rows.append((f"`{method} {path}`", f"{what}{query}", sends, f"{status} {answers}"))
    return _table(("route", "does", "takes", "answers"), rows)


def _settings() -> str:
    known = {about.env: (field, about) for field, about in settings_of(GatewayConfig)}
    rows = []
    for name in SETTINGS:
        field, about = known[name]
        rows.append((f"`{name}`", about.help, _default(name, field.default)))
    return _table(("variable", "is", "default"), rows)


def _default(name: str, value: object) -> str:
    if name == "NATTER_DATA":
        return "`~/.local/share/natter`"
    if value in (None, ""):
        return ""
    return f"`{('yes' if value else 'no') if isinstance(value, bool) else value}`"


def _objects(schemas: Json) -> str:
    parts = []
    for name in sorted(name for name in schemas if not name.endswith(_OMITTED)):
        model = schemas[name]
        fields = model.get("properties")
        if not fields:
            parts.append(f"### {name}\n\n{_first(model['description'])} {_type(model)}.")
            continue
        required = set(model.get("required", ()))
        rows = [(f"`{field}`", _type(about), _remark(about, field in required)) for field, about in fields.items()]
        parts.append(f"### {name}\n\n{_first(model['description'])}\n\n{_table(('field', 'type', ''), rows)}")
    return "\n\n".join(parts)


def _remark(about: Json, required: bool) -> str:
    said = " ".join(str(about.get("description", "")).split())
    stated = "default" in about and about["default"] not in (None, [], {}, "")
    default = f"Default `{about['default']}`." if stated else ""
    return " ".join(filter(None, (said, "" if required or stated else "Optional.", default)))


def _type(about: Json) -> str:
    """Return the type of a field in a few words."""
    if "$ref" in about:
        return _link(about["$ref"])
    if "enum" in about or "const" in about:
        return " or ".join(f"`{value}`" for value in about.get("enum", [about.get("const")]))
    if "anyOf" in about:
        return " or ".join(_type(part) for part in about["anyOf"])
    if about.get("type") == "array":
        return f"list of {_type(about['items'])}"
    if about.get("format") == "date-time":
        return "time"
    return str(about.get("type", "anything"))


def _link(reference: str) -> str:
    name = reference.rpartition("/")[2]
    return name if name.endswith(_OMITTED) else f"[{name}](#{name.lower()})"


def _name(content: Json) -> str:
    """Return the model of a body, or what kind of content it is."""
    for kind, body in content.items():
        if reference := body.get("schema", {}).get("$ref"):
            return _link(reference)
        return kind
    return ""


def _first(text: str) -> str:
    """Return the first paragraph on one line."""
    return " ".join(text.split("\n\n")[0].split())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
