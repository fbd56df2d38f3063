"""The Voice Agent dialect of ``/v1/ws``: JSON text frames, audio in base64."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any, Final

from natter_gateway import failures
from natter_gateway.commands import AppendAudio, Command, Configure, CreateReply, EndSession, ReturnTool
from natter_gateway.dialects.voice_agent_config import echo, updated
from natter_gateway.events import (
    AgentWord,
    Event,
    Failed,
    ReplyAudio,
    ReplyBegan,
    ReplyFailed,
    ReplyOver,
    SessionEnded,
    SessionReady,
    SessionUpdated,
    SpeechStarted,
    SpeechStopped,
    ToolWanted,
    TurnMetrics,
    UserFinal,
    UserPartial,
)
from natter_gateway.failures import ClientError
from natter_protocol.reply import Outcome
from natter_protocol.settings import SessionSettings

_KNOWN: Final[dict[str, dict[str, type]]] = {
    "session.update": {"session": dict},
    "input.audio": {"audio": str},
    "tool.result": {"call_id": str, "result": str},
    "reply.create": {},
    "session.end": {},
}
"""Client messages and the fields each must have."""


class VoiceAgent:
    """See the module."""

    name = "voice_agent"

    def __init__(self) -> None:
        self._session = ""

    # -- from the client ------------------------------------------------------------------------

    def parse(self, text: str, settings: SessionSettings | None) -> Command:
        message = _message(text)
        kind = message["type"]
        if kind == "session.update":
            return Configure(updated(message["session"], settings))
        if kind == "input.audio":
            return AppendAudio(_audio(message["audio"]))
        if kind == "tool.result":
            return ReturnTool(message["call_id"], message["result"], message.get("is_error") is True)
        if kind == "reply.create":
            instructions = message.get("instructions") or ""
            if not isinstance(instructions, str):
                raise _wrong_shape(kind)
            return CreateReply(instructions)
        return EndSession()

    # -- to the client --------------------------------------------------------------------------

    def render(self, event: Event, timestamp: float) -> list[str]:
        return [
            json.dumps({**body, "timestamp": round(timestamp, 3)}, separators=(",", ":"))
            for body in self._bodies(event)
        ]

    def _bodies(self, event: Event) -> list[dict[str, Any]]:
        match event:
            case SessionReady():
                return self._ready(event)
            case SessionUpdated():
                return [{"type": "session.updated", "config": echo(event.settings, event.session)}]
            case SessionEnded():
                return [
                    {
                        "type": "session.ended",
                        "session_duration_seconds": round(event.duration_s, 3),
                        "audio_duration_seconds": round(event.input_s, 3),
                    }
                ]
            case Failed():
                return [
                    {
                        "type": "session.error",
                        "code": event.code,
                        "message": event.message,
                        "param": event.param,
                        "session_id": event.session,
                    }
                ]
            case SpeechStarted():
                return [{"type": "input.speech.started"}]
            case SpeechStopped():
                return [{"type": "input.speech.stopped"}]
            case UserPartial():
                return [{"type": "transcript.user.delta", "item_id": self._user_item(event.turn), "text": event.text}]
            case UserFinal():
                return [{"type": "transcript.user", "item_id": self._user_item(event.turn), "text": event.text}]
            case _:
                return self._reply_bodies(event)

    def _reply_bodies(self, event: Event) -> list[dict[str, Any]]:
        match event:
            case ReplyBegan():
                return [{"type": "reply.started", **self._reply(event.epoch)}]
            case ReplyAudio():
                data = base64.b64encode(event.data).decode("ascii")
                return [{"type": "reply.audio", "reply_id": self._reply_id(event.epoch), "data": data}]
            case AgentWord():
                times = {"start_ms": event.start_ms, "end_ms": event.end_ms}
                return [{"type": "transcript.agent.delta", **self._reply(event.epoch), "delta": event.text, **times}]
            case ReplyOver():
                return self._over(event)
            case ToolWanted():
                return [{"type": "tool.call", "call_id": event.call, "name": event.name, "arguments": event.arguments}]
            case ReplyFailed():
                return [
                    {
                        "type": "reply.error",
                        "reply_id": self._reply_id(event.epoch),
                        "code": "llm_provider_error",
                        "message": event.message,
                        "retryable": event.retryable,
                        "status_code": None,
                        "provider_code": None,
                        "provider_param": None,
                    }
                ]
            case TurnMetrics():
                return [self._metrics(event)]
            case _:
                return []

    def _metrics(self, event: TurnMetrics) -> dict[str, Any]:
        return {
            "type": "turn.metrics",
            "item_id": self._user_item(event.turn),
            "reply_id": self._reply_id(event.epoch),
            "turn": event.turn,
            "total_ms": event.total_ms,
            "steps": [{"name": step.name, "owner": step.owner, "ms": step.ms} for step in event.steps],
            "unaccounted_ms": event.unaccounted_ms,
        }

    def _ready(self, event: SessionReady) -> list[dict[str, Any]]:
        self._session = event.session
        config = echo(event.settings, event.session)
        return [
            {"type": "session.updated", "config": config},
            {
                "type": "session.ready",
                "session_id": event.session,
                "expires_at": event.expires_at,
                "resume_token": "",
                "config": config,
            },
        ]

    def _over(self, event: ReplyOver) -> list[dict[str, Any]]:
        reply = self._reply(event.epoch)
        interrupted = event.outcome is not Outcome.COMPLETED
        bodies: list[dict[str, Any]] = []
        if event.text or interrupted:
            bodies.append({"type": "transcript.agent", **reply, "text": event.text, "interrupted": interrupted})
        status = "interrupted" if interrupted else "completed"
        bodies.append({"type": "reply.done", "reply_id": reply["reply_id"], "status": status})
        return bodies

    def _reply(self, epoch: int) -> dict[str, str]:
        return {"reply_id": self._reply_id(epoch), "item_id": self._id("msg", f"reply.{epoch}")}

    def _reply_id(self, epoch: int) -> str:
        return self._id("resp", f"reply.{epoch}")

    def _user_item(self, turn: int) -> str:
        return self._id("msg", f"turn.{turn}")

    def _id(self, prefix: str, what: str) -> str:
        """Made of the session and the coordinates, so that any gateway gives a thing the same id."""
        digest = hashlib.blake2s(f"{self._session}.{what}".encode(), digest_size=16)
        return f"{prefix}_{digest.hexdigest()}"


def _message(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise ClientError(failures.INVALID_FORMAT, "Invalid JSON format.") from None
    kind = message.get("type") if isinstance(message, dict) else None
    if not isinstance(kind, str):
        raise ClientError(failures.INVALID_FORMAT, "Invalid JSON format: expected an object with a 'type'.")
    if kind not in _KNOWN:
        raise ClientError(failures.INVALID_FORMAT, f"Unknown message type: {kind[:64]}")
    for field, wanted in _KNOWN[kind].items():
        if not isinstance(message.get(field), wanted):
            raise _wrong_shape(kind)
    assert isinstance(message, dict)
    return message


def _wrong_shape(kind: str) -> ClientError:
    return ClientError(failures.INVALID_FORMAT, f"Invalid message format for type '{kind}'")


def _audio(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ClientError(failures.INVALID_AUDIO, "Invalid audio data") from None
