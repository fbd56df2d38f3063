"""What a client can ask of its session, whatever dialect it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from natter_protocol.settings import SessionSettings


@dataclass(frozen=True, slots=True)
class Configure:
    """Open the session with these settings, or change to them. They are complete, not a difference."""

    settings: SessionSettings


@dataclass(frozen=True, slots=True)
class OpenAgent:
    """Open the session with the settings of a stored agent."""

    agent: str
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resume:
    """Come back to a session whose connection was lost."""

    session: str


@dataclass(frozen=True, slots=True)
class AppendAudio:
    """More input audio, in the client's own format."""

    data: bytes


@dataclass(frozen=True, slots=True)
class ReturnTool:
    """The result of a tool that the client ran."""

    call: str
    result: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class CreateReply:
    """Let the agent speak now."""

    instructions: str


@dataclass(frozen=True, slots=True)
class CancelReply:
    """Stop a reply."""

    epoch: int


@dataclass(frozen=True, slots=True)
class AddMessage:
    """Add something to the conversation, without a reply."""

    role: Literal["user", "system"]
    text: str


@dataclass(frozen=True, slots=True)
class AckPlayback:
    """So much of a reply has come out of the loudspeaker."""

    epoch: int
    ms: float


@dataclass(frozen=True, slots=True)
class EndSession:
    """The client is done."""


Command = (
    Configure
    | OpenAgent
    | Resume
    | AppendAudio
    | ReturnTool
    | CreateReply
    | CancelReply
    | AddMessage
    | AckPlayback
    | EndSession
)
