"""The AsyncAPI document of the Voice Agent socket, made from the types that read and write it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from natter_gateway.auth import CREDENTIALS
from natter_gateway.dialects.choose import PATHS
from natter_gateway.dialects.voice_agent_client import CLIENT_MESSAGES
from natter_gateway.dialects.voice_agent_server import SERVER_EVENTS
from natter_gateway.published import samples

ASYNCAPI: Final = "3.0.0"
_SCHEMA: Final = "#/components/schemas/{name}"
_ABOUT: Final = (
    "One WebSocket: audio in, audio out, JSON text frames, one object per frame. The page for people and coding "
    "agents is `/llms-full.txt`."
)


def document(version: str) -> dict[str, Any]:
    """Return the document; ``version`` is the server's."""
    said_by_client, said_by_server = _messages(CLIENT_MESSAGES), _messages(SERVER_EVENTS)
    _, schemas = msgspec.json.schema_components((*CLIENT_MESSAGES, *SERVER_EVENTS), ref_template=_SCHEMA)
    messages = said_by_client | said_by_server
    return {
        "asyncapi": ASYNCAPI,
        "info": {"title": "Natter Voice Agent API", "version": version, "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": {
            "natter": {
                "host": "127.0.0.1:8080",
                "protocol": "ws",
                "description": "wherever this gateway runs; `wss` behind a proxy that ends TLS",
                "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in CREDENTIALS],
            }
        },
        "channels": {
            "voiceAgent": {
                "address": PATHS[0],
                "description": f"The same at {' and '.join(PATHS[1:])}.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "clientSays": _operation("receive", "What a client may say.", said_by_client),
            "serverSays": _operation("send", "What the server says.", said_by_server),
        },
        "components": {"messages": messages, "schemas": schemas, "securitySchemes": CREDENTIALS},
    }


def tag(message: type[msgspec.Struct]) -> str:
    """Return the ``type`` of a message on the wire."""
    return str(message.__struct_config__.tag)


def _messages(kinds: Iterable[type[msgspec.Struct]]) -> dict[str, dict[str, Any]]:
    examples = {tag(type(sample)): msgspec.to_builtins(sample) for sample in (*samples.CLIENT, *samples.SERVER)}
    return {
        tag(kind): {
            "name": tag(kind),
            "title": tag(kind),
            "summary": " ".join((kind.__doc__ or "").split()),
            "payload": {"$ref": _SCHEMA.format(name=kind.__name__)},
            "examples": [{"name": "example", "payload": examples[tag(kind)]}],
        }
        for kind in kinds
    }


def _operation(action: str, summary: str, messages: Iterable[str]) -> dict[str, Any]:
    channel = "#/channels/voiceAgent"
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in messages],
    }
