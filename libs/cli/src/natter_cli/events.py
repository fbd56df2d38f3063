"""What a server of the Voice Agent protocol says, as values. Times are seconds, audio is 16-bit PCM."""

from __future__ import annotations

import functools
import operator
from typing import Any, Final

import msgspec


class Event(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    """Base of all events."""

    timestamp: float = 0.0
    """Wall clock of the server."""

    @classmethod
    def type_name(cls) -> str:
        """The type on the wire, such as ``reply.done``."""
        return str(cls.__struct_config__.tag)


class SessionUpdated(Event, tag="session.updated", frozen=True, kw_only=True):
    """An update was accepted; ``config`` is what holds now."""

    config: dict[str, Any] = {}


class SessionReady(Event, tag="session.ready", frozen=True, kw_only=True):
    """Audio may be sent."""

    session_id: str
    expires_at: int = 0
    resume_token: str = ""
    config: dict[str, Any] = {}


class SessionEnded(Event, tag="session.ended", frozen=True, kw_only=True):
    """The last event of a clean end."""

    session_duration_seconds: float = 0.0
    audio_duration_seconds: float | None = None


class SessionError(Event, tag="session.error", frozen=True, kw_only=True):
    """Something is wrong; whether the session goes on depends on the code."""

    code: str
    message: str = ""
    param: str | None = None
    session_id: str | None = None


class SpeechStarted(Event, tag="input.speech.started", frozen=True, kw_only=True):
    """The user speaks; whatever plays is to be dropped."""


class SpeechStopped(Event, tag="input.speech.stopped", frozen=True, kw_only=True):
    """The user's turn is over."""


class UserDelta(Event, tag="transcript.user.delta", frozen=True, kw_only=True):
    """What the user has said so far in this turn, as a whole."""

    item_id: str
    text: str


class UserText(Event, tag="transcript.user", frozen=True, kw_only=True):
    """What the user said."""

    item_id: str
    text: str


class ReplyStarted(Event, tag="reply.started", frozen=True, kw_only=True):
    """The agent begins to answer."""

    reply_id: str
    item_id: str = ""


class ReplyAudio(Event, tag="reply.audio", frozen=True, kw_only=True):
    """A piece of the answer."""

    reply_id: str
    data: bytes
    """Base64 on the wire."""


class AgentDelta(Event, tag="transcript.agent.delta", frozen=True, kw_only=True):
    """One word of the answer, to be appended."""

    reply_id: str
    delta: str
    item_id: str = ""
    start_ms: float | None = None
    end_ms: float | None = None


class AgentText(Event, tag="transcript.agent", frozen=True, kw_only=True):
    """What was heard of the answer."""

    reply_id: str
    text: str
    item_id: str = ""
    interrupted: bool = False


class ReplyDone(Event, tag="reply.done", frozen=True, kw_only=True):
    """The last event of a reply."""

    reply_id: str
    status: str = "completed"


class ReplyError(Event, tag="reply.error", frozen=True, kw_only=True):
    """The answer could not be made."""

    reply_id: str = ""
    code: str = ""
    message: str = ""
    retryable: bool = False


class ToolCall(Event, tag="tool.call", frozen=True, kw_only=True):
    """The agent wants a function called."""

    call_id: str
    name: str
    arguments: dict[str, Any] = {}


class Other(msgspec.Struct, frozen=True):
    """An event of a type that is not known here."""

    type: str
    fields: dict[str, Any]


KNOWN: Final[dict[str, type[Event]]] = {event.type_name(): event for event in Event.__subclasses__()}

_decoder: Final = msgspec.json.Decoder(functools.reduce(operator.or_, KNOWN.values()))


def decode(data: str | bytes) -> Event | Other:
    """Return the event in one message of the server.

    Raises:
        ValueError: it is not JSON, has no type, or a known type has another shape.
    """
    try:
        event: Event = _decoder.decode(data)
        return event
    except msgspec.ValidationError:
        fields = msgspec.json.decode(data)
        kind = fields.get("type") if isinstance(fields, dict) else None
        if isinstance(kind, str) and kind not in KNOWN:
            return Other(kind, fields)
        raise
