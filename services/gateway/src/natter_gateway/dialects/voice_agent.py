"""The Voice Agent dialect of ``/v1/ws``: JSON text frames, audio in base64.

What may be said is in :mod:`~natter_gateway.dialects.voice_agent_client` and
:mod:`~natter_gateway.dialects.voice_agent_server`; this file only maps between them and the session.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import msgspec
from msgspec import UNSET, UnsetType

from natter_gateway import events, extensions, failures
from natter_gateway.commands import (
    AckPlayback,
    AddMessage,
    AppendAudio,
    CancelReply,
    Command,
    Configure,
    CreateReply,
    EndSession,
    OpenAgent,
    Resume,
    ReturnTool,
)
from natter_gateway.dialects import voice_agent_client as client
from natter_gateway.dialects import voice_agent_server as server
from natter_gateway.dialects.voice_agent_config import read, updated
from natter_gateway.dialects.voice_agent_echo import echo
from natter_gateway.dialects.voice_agent_server import ServerEvent
from natter_gateway.events import Event
from natter_gateway.failures import ClientError
from natter_gateway.voices import Voices
from natter_protocol.reply import Outcome
from natter_protocol.settings import SessionSettings

KNOWN_REPLIES: Final = 64
"""So many replies back a client may name one."""


class _Tag(msgspec.Struct):
    type: str


class _Update(msgspec.Struct):
    session: dict[str, Any] | UnsetType = UNSET


_TAG: Final = msgspec.json.Decoder(_Tag)
_UPDATE: Final = msgspec.json.Decoder(_Update)
_DECODERS: Final = {
    str(message.__struct_config__.tag): msgspec.json.Decoder(message) for message in client.CLIENT_MESSAGES
}
_ENCODER: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Manners:
    """What a server decides about the dialect.

    Attributes:
        voices: the names of voices that may be asked for.
        args: whether ``tool.call`` repeats its arguments under their older name.
    """

    voices: Voices = field(default_factory=Voices)
    args: bool = False


class VoiceAgent:
    """See the module. One per connection."""

    name = "voice_agent"

    def __init__(self, manners: Manners | None = None) -> None:
        self._manners = manners or Manners()
        self._session = ""
        self._extensions: frozenset[str] = frozenset()
        self._replies: dict[str, int] = {}

    # -- from the client ------------------------------------------------------------------------

    def parse(self, text: str, settings: SessionSettings | None) -> Command:
        kind, body = _kind(text)
        if kind == "session.update":
            return self._configure(body, settings)
        try:
            message = _DECODERS[kind].decode(body)
        except msgspec.DecodeError:
            raise _wrong_shape(kind) from None
        match message:
            case client.InputAudio():
                return AppendAudio(_audio(message.audio))
            case client.ToolResult():
                return ReturnTool(message.call_id, message.result, message.is_error)
            case client.ReplyCreate():
                return CreateReply(message.instructions or "")
            case client.ReplyCancel():
                return CancelReply(self._epoch(message.reply_id))
            case client.ConversationMessage():
                return AddMessage(message.role, message.content)
            case client.SessionResume():
                return Resume(message.session_id)
            case client.PlayoutAck():
                if extensions.PLAYOUT_ACK not in self._extensions:
                    raise _unknown(f"{kind} (ask for the extension '{extensions.PLAYOUT_ACK}' first)")
                return AckPlayback(self._epoch(message.reply_id), message.played_ms)
            case _:
                return EndSession()

    def _configure(self, body: str, settings: SessionSettings | None) -> Command:
        try:
            stated = _UPDATE.decode(body).session
        except msgspec.DecodeError:
            raise _wrong_shape("session.update") from None
        update = {} if isinstance(stated, UnsetType) else stated
        if "agent_id" not in update:
            return Configure(updated(update, settings, self._manners.voices))
        if settings is not None:
            _refuse_agent(failures.AGENT_ID_NOT_FIRST, "agent_id can only be set on the first session.update")
        if set(update) - {"agent_id", "extensions"}:
            _refuse_agent(
                failures.INVALID_VALUE, "agent_id is mutually exclusive with other session fields", fatal=True
            )
        fields = read(update)
        assert isinstance(fields.agent_id, str)
        return OpenAgent(fields.agent_id, tuple(fields.extensions or ()))

    def _epoch(self, reply_id: str) -> int:
        epoch = self._replies.get(reply_id)
        if epoch is None:
            raise ClientError(failures.INVALID_VALUE, "'reply_id' names no reply of this session", "reply_id")
        return epoch

    # -- to the client --------------------------------------------------------------------------

    def render(self, event: Event, timestamp: float) -> list[str]:
        return [_ENCODER.encode(message).decode() for message in self._messages(event, round(timestamp, 3))]

    def _messages(self, event: Event, at: float) -> list[ServerEvent]:
        match event:
            case events.SessionReady():
                return self._ready(event, at)
            case events.SessionUpdated():
                return [self._updated(event, at)]
            case events.ResumedFrom():
                return self._resumed_from(event, at)
            case events.SessionEnded():
                lasted, heard = round(event.duration_s, 3), round(event.input_s, 3)
                return [
                    server.SessionEnded(timestamp=at, session_duration_seconds=lasted, audio_duration_seconds=heard)
                ]
            case events.Failed():
                return [_failed(event, at)]
            case events.SpeechStarted():
                return [server.SpeechStarted(timestamp=at)]
            case events.SpeechStopped():
                return [server.SpeechStopped(timestamp=at)]
            case events.UserPartial():
                return [server.UserDelta(timestamp=at, item_id=self._user_item(event.turn), text=event.text)]
            case events.UserFinal():
                return [server.UserTranscript(timestamp=at, item_id=self._user_item(event.turn), text=event.text)]
            case events.TurnDecided() | events.TurnMeasured():
                return self._about_turn(event, at)
            case _:
                return self._about_reply(event, at)

    def _about_reply(self, event: Event, at: float) -> list[ServerEvent]:
        match event:
            case events.ReplyBegan():
                reply, item = self._reply(event.epoch)
                return [server.ReplyStarted(timestamp=at, reply_id=reply, item_id=item)]
            case events.ReplyAudio():
                data = base64.b64encode(event.data).decode("ascii")
                return [server.ReplyAudio(timestamp=at, reply_id=self._reply(event.epoch)[0], data=data)]
            case events.AgentWord():
                return [self._word(event, at)]
            case events.ReplyOver():
                return self._over(event, at)
            case events.ToolWanted():
                return [self._call(event, at)]
            case events.ReplyFailed():
                return [
                    server.ReplyError(
                        timestamp=at,
                        reply_id=self._reply(event.epoch)[0],
                        code="llm_provider_error",
                        message=event.message,
                        retryable=event.retryable,
                    )
                ]
            case events.AgentHeld() if extensions.AGENT_HOLD in self._extensions:
                return [server.AgentHeld(timestamp=at, reply_id=self._reply(event.epoch)[0])]
            case events.AgentResumed() if extensions.AGENT_HOLD in self._extensions:
                return [server.AgentResumed(timestamp=at, reply_id=self._reply(event.epoch)[0])]
            case _:
                return []

    def _about_turn(self, event: events.TurnDecided | events.TurnMeasured, at: float) -> list[ServerEvent]:
        item = self._user_item(event.turn)
        if isinstance(event, events.TurnDecided) and extensions.TURN_DECISION in self._extensions:
            return [
                server.TurnDecision(
                    timestamp=at,
                    item_id=item,
                    decision=event.decision,
                    rule=event.rule,
                    reason=event.reason,
                    text=event.text,
                    silence_ms=event.silence_ms,
                    needed_ms=event.needed_ms,
                    probability=event.probability,
                    evidence=event.evidence,
                    presets=event.presets,
                )
            ]
        if isinstance(event, events.TurnMeasured) and extensions.TURN_METRICS in self._extensions:
            return [
                server.TurnMetrics(
                    timestamp=at,
                    item_id=item,
                    reply_id=self._reply(event.epoch)[0],
                    total_ms=event.total_ms,
                    steps=[server.MeasuredStep(step.name, step.owner, step.ms) for step in event.steps],
                    unaccounted_ms=event.unaccounted_ms,
                    speculations=event.speculations,
                    ahead_ms=event.ahead_ms,
                )
            ]
        return []

    def _ready(self, event: events.SessionReady, at: float) -> list[ServerEvent]:
        self._session = event.session
        self._extensions = frozenset(event.settings.extensions)
        for epoch in range(max(1, event.last_epoch - KNOWN_REPLIES), event.last_epoch + 1):
            self._reply(epoch)
        ready = server.SessionReady(
            timestamp=at,
            session_id=event.session,
            expires_at=event.expires_at,
            resume_token=event.resume_token,
            config=echo(event.settings, event.session),
        )
        if event.resumed:
            return [ready]
        return [self._updated(events.SessionUpdated(event.session, event.settings, 1, 1), at), ready]

    def _updated(self, event: events.SessionUpdated, at: float) -> ServerEvent:
        self._extensions = frozenset(event.settings.extensions)
        versioned = extensions.SESSION_VERSION in self._extensions
        return server.SessionUpdated(
            timestamp=at,
            config=echo(event.settings, event.session),
            version=event.version if versioned else UNSET,
            effective_from_turn=event.from_turn if versioned else UNSET,
        )

    def _resumed_from(self, event: events.ResumedFrom, at: float) -> list[ServerEvent]:
        if extensions.SESSION_RESUMED_FROM not in self._extensions:
            return []
        return [
            server.SessionResumedFrom(
                timestamp=at,
                input_sample=event.input_sample,
                reply_id=self._reply(event.epoch)[0] if event.epoch else None,
                reply_ms=event.reply_ms if event.epoch else None,
                items=[self._item(entry) for entry in event.items],
            )
        ]

    def _item(self, entry: events.Remembered) -> server.ResumedItem:
        item = self._user_item(entry.turn) if entry.turn else self._reply(entry.epoch)[1]
        return server.ResumedItem(
            item_id=item, role="user" if entry.turn else "agent", text=entry.text, interrupted=entry.interrupted
        )

    def _word(self, event: events.AgentWord, at: float) -> ServerEvent:
        reply, item = self._reply(event.epoch)
        return server.AgentDelta(
            timestamp=at,
            reply_id=reply,
            item_id=item,
            delta=event.text,
            start_ms=event.start_ms,
            end_ms=event.end_ms,
        )

    def _over(self, event: events.ReplyOver, at: float) -> list[ServerEvent]:
        reply, item = self._reply(event.epoch)
        interrupted = event.outcome is not Outcome.COMPLETED
        done = server.ReplyDone(timestamp=at, reply_id=reply, status="interrupted" if interrupted else "completed")
        if not event.text and not interrupted:
            return [done]
        said = server.AgentTranscript(
            timestamp=at, reply_id=reply, item_id=item, text=event.text, interrupted=interrupted
        )
        return [said, done]

    def _call(self, event: events.ToolWanted, at: float) -> ServerEvent:
        keyed = event.side_effects and extensions.TOOL_IDEMPOTENCY in self._extensions
        return server.ToolCall(
            timestamp=at,
            call_id=event.call,
            name=event.name,
            arguments=event.arguments,
            args=event.arguments if self._manners.args else UNSET,
            idempotency_key=self._id("key", f"call.{event.call}") if keyed else UNSET,
        )

    # -- names ----------------------------------------------------------------------------------

    def _reply(self, epoch: int) -> tuple[str, str]:
        """Return the reply's id and its item's."""
        reply = self._id("resp", f"reply.{epoch}")
        if reply not in self._replies:
            self._replies[reply] = epoch
            if len(self._replies) > 2 * KNOWN_REPLIES:
                del self._replies[next(iter(self._replies))]
        return reply, self._id("msg", f"reply.{epoch}")

    def _user_item(self, turn: int) -> str:
        return self._id("msg", f"turn.{turn}")

    def _id(self, prefix: str, what: str) -> str:
        """Made of the session and the coordinates, so that any gateway gives a thing the same id."""
        digest = hashlib.blake2s(f"{self._session}.{what}".encode(), digest_size=16)
        return f"{prefix}_{digest.hexdigest()}"


def _failed(event: events.Failed, at: float) -> ServerEvent:
    return server.SessionError(
        timestamp=at,
        code=event.code,  # type: ignore[arg-type]  # the words of failures.py; a test compares them
        message=event.message,
        param=event.param,
        session_id=event.session,
    )


def _kind(text: str) -> tuple[str, str]:
    """Return the type of a message, and the message in a form that can be decoded."""
    try:
        kind = _TAG.decode(text).type
    except msgspec.ValidationError:
        raise ClientError(failures.INVALID_FORMAT, "Invalid JSON format: expected an object with a 'type'.") from None
    except (msgspec.DecodeError, RecursionError):
        text = _mended(text)
        kind = _TAG.decode(text).type
    if kind not in _DECODERS:
        raise _unknown(kind[:64])
    return kind, text


def _mended(text: str) -> str:
    """Return JSON that holds halves of surrogate pairs, as JavaScript writes them, with U+FFFD in their place."""
    try:
        whole = json.dumps(json.loads(text, parse_constant=_refuse_constant), ensure_ascii=False)
        mended = whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        _TAG.decode(mended)
    except (ValueError, RecursionError):
        raise ClientError(failures.INVALID_FORMAT, "Invalid JSON format.") from None
    return mended


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _unknown(kind: str) -> ClientError:
    return ClientError(failures.INVALID_FORMAT, f"Unknown message type: {kind}")


def _wrong_shape(kind: str) -> ClientError:
    return ClientError(failures.INVALID_FORMAT, f"Invalid message format for type '{kind}'")


def _refuse_agent(code: str, message: str, *, fatal: bool = False) -> NoReturn:
    raise ClientError(code, message, "agent_id", fatal=fatal)


def _audio(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ClientError(failures.INVALID_AUDIO, "Invalid audio data") from None
