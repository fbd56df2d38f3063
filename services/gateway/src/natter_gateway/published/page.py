"""The page from which a person reads the whole API, and a coding agent writes a client: Markdown, made here.

The prose is in ``guide.md`` beside this file; where it says ``{{name}}`` stands what is made of the types and
tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib import resources
from typing import Any, Final

from natter_gateway.dialects.voice_agent_client import CLIENT_MESSAGES
from natter_gateway.dialects.voice_agent_server import SERVER_EVENTS
from natter_gateway.extensions import EXTENSIONS
from natter_gateway.published.asyncapi import document
from natter_gateway.published.facts import CLOSES, FAULTS, IMMUTABLE, MUTABLE

_HOLE: Final = re.compile(r"\{\{(\w+)\}\}")
_NAME: Final = re.compile(r'(?<=, )(?="\w+": )')
_SHOWN: Final = 100
"""Characters of a line in an example."""
_INDEX: Final = """# Natter

> A voice agent platform that a team runs itself. One WebSocket: audio in, audio out, plain JSON. A client written for
> the hosted Voice Agent API works by changing the host.

- [The whole API on one page](/llms-full.txt): connect, talk, tools, resuming, every message, every error, a client
- [AsyncAPI](/asyncapi.json): the schema of the socket
- [OpenAPI](/openapi.json): the schema of the HTTP side
"""


def index() -> str:
    """Return ``/llms.txt``: what there is to read."""
    return _INDEX


def page(version: str) -> str:
    """Return ``/llms-full.txt``: all of it."""
    published = document(version)
    messages, schemas = published["components"]["messages"], published["components"]["schemas"]
    made = {
        "client_messages": _messages((_tag(kind) for kind in CLIENT_MESSAGES), messages, schemas),
        "server_events": _messages((_tag(kind) for kind in SERVER_EVENTS), messages, schemas),
        "shapes": _shapes(messages, schemas),
        "errors": _table(
            ("code", "cause", "session", "retry"),
            [(f"`{fault.code}`", fault.cause, fault.afterwards, "yes" if fault.retry else "no") for fault in FAULTS],
        ),
        "closes": _table(("close code", "meaning"), [(str(code), meaning) for code, meaning in CLOSES.items()]),
        "mutable": _table(("field", "holds"), [(f"`{name}`", when) for name, when in MUTABLE.items()]),
        "immutable": ", ".join(f"`{name}`" for name in IMMUTABLE),
        "extensions": _table(("name", "brings"), [(f"`{name}`", what) for name, what in EXTENSIONS.items()]),
    }
    guide = (resources.files("natter_gateway.published") / "guide.md").read_text(encoding="utf-8")
    return _HOLE.sub(lambda hole: made[hole[1]], guide)


def _tag(kind: type[Any]) -> str:
    return str(kind.__struct_config__.tag)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _messages(names: Iterable[str], messages: dict[str, Any], schemas: dict[str, Any]) -> str:
    parts = []
    for name in names:
        message = messages[name]
        schema = schemas[_name(message["payload"])]
        example = json.dumps(message["examples"][0]["payload"], ensure_ascii=False)
        fields = _fields(schema, schemas, without=("type", "timestamp"))
        parts.append(
            "\n\n".join(
                filter(None, (f"#### `{name}`", message["summary"], fields, f"```json\n{_wrapped(example)}\n```"))
            )
        )
    return "\n\n".join(parts)


def _shapes(messages: dict[str, Any], schemas: dict[str, Any]) -> str:
    """Return the objects that messages are made of."""
    own = {_name(message["payload"]) for message in messages.values()}
    return "\n\n".join(
        "\n\n".join((f"#### {name}", " ".join(schema.get("description", "").split()), _fields(schema, schemas)))
        for name, schema in schemas.items()
        if name not in own
    )


def _fields(schema: dict[str, Any], schemas: dict[str, Any], without: tuple[str, ...] = ()) -> str:
    required = schema.get("required", [])
    rows = []
    for name, value in schema["properties"].items():
        if name not in without:
            needed = "required" if name in required else "optional"
            rows.append((f"`{name}`", _kind(value), needed, value.get("description", "")))
    return _table(("field", "type", "", "meaning"), rows) if rows else ""


def _kind(schema: dict[str, Any]) -> str:
    """Return in a few words what a value may be."""
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return f"[{_name(schema)}](#{_name(schema).lower()})"
    if "enum" in schema:
        return ", ".join("null" if choice is None else f"`{choice}`" for choice in schema["enum"])
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        inner = _kind(schema.get("items", {}))
        most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"list of {inner}{most}"
    return kind + _bounds(schema)


def _bounds(schema: dict[str, Any]) -> str:
    if "minimum" in schema or "maximum" in schema:
        return f" {schema.get('minimum', '')}–{schema.get('maximum', '')}"
    if "pattern" in schema:
        return f" `{schema['pattern']}`"
    if "maxLength" in schema:
        return f" of at most {schema['maxLength']} characters"
    return f" of at least {schema['minLength']} characters" if "minLength" in schema else ""


def _name(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _wrapped(text: str) -> str:
    """Break a long line of JSON before a name."""
    lines, line = [], ""
    for piece in _NAME.split(text):
        if line and len(line) + len(piece) > _SHOWN:
            lines.append(line.rstrip())
            line = " "
        line += piece
    return "\n".join([*lines, line])
