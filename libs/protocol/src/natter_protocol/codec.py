"""The only codec: messages to JSON bytes and back.

Unknown fields are ignored and new fields have defaults, so services of different versions
understand each other. A type this version does not know becomes an :class:`Unknown`, which the
receiver counts and drops. Anything else that is not a message raises :class:`ProtocolError`.
"""

from __future__ import annotations

import functools
import operator
from typing import Any, Final

import msgspec

from natter_protocol import audio, conversation, errors, llm, playback, reply, session, stt, svc, tool, tts, turn
from natter_protocol.base import Message
from natter_protocol.errors import ProtocolError

FAMILIES: Final = (session, svc, audio, turn, stt, conversation, llm, reply, tts, playback, tool, errors)
"""The modules that define messages; one family each."""


def _concrete(module: object) -> list[type[Message]]:
    name = getattr(module, "__name__", "")
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Message)
        and value.__module__ == name
        and isinstance(value.__struct_config__.tag, str)
        and "." in value.__struct_config__.tag
    ]


MESSAGES: Final[dict[str, type[Message]]] = {
    message.type_name(): message for module in FAMILIES for message in _concrete(module)
}
"""Every message type by its tag: the closed union."""


class Unknown(msgspec.Struct, frozen=True):
    """A well-formed message of a type that this version does not know."""

    type: str


class _Tag(msgspec.Struct):
    type: str


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(functools.reduce(operator.or_, MESSAGES.values()))
_tag_decoder: Final = msgspec.json.Decoder(_Tag)


def encode(message: Message) -> bytes:
    """Return ``message`` as JSON bytes.

    Text may hold halves of surrogate pairs: a model's tokens, or JSON escapes, may end within a character.
    Two halves that follow each other are joined, a lone one becomes U+FFFD.
    """
    try:
        return _encoder.encode(message)
    except UnicodeEncodeError:
        return msgspec.json.encode(_whole(msgspec.to_builtins(message)))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_whole(name): _whole(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(part) for part in value]
    return value


def decode(data: bytes) -> Message | Unknown:
    """Return the message in ``data``.

    Raises:
        ProtocolError: ``data`` is not JSON, has no type, or a field has the wrong shape.
    """
    try:
        message: Message = _decoder.decode(data)
        return message
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        tag = _tag_of(data)
        if tag is not None and tag not in MESSAGES:
            return Unknown(tag)
        raise ProtocolError(f"{tag or 'message'}: {error}") from error


def _tag_of(data: bytes) -> str | None:
    try:
        return _tag_decoder.decode(data).type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
