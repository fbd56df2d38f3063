"""Messages as a test reads and writes them on the wire: plain dictionaries."""

from __future__ import annotations

from typing import Any

import msgspec

from natter_protocol import codec
from natter_protocol.base import Message
from natter_protocol.codec import Unknown


def wire(message: Message) -> dict[str, Any]:
    """Return the fields of ``message`` that are on the wire."""
    fields: dict[str, Any] = msgspec.json.decode(codec.encode(message))
    return fields


def read(**fields: Any) -> Message | Unknown:
    """Return the message that these fields are on the wire."""
    return codec.decode(msgspec.json.encode(fields))


def travelled(message: Message) -> Message | Unknown:
    """Return ``message`` as it arrives."""
    return codec.decode(codec.encode(message))
