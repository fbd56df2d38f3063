"""What a client can ask of its session, whatever dialect it speaks."""

from __future__ import annotations

from dataclasses import dataclass

from natter_protocol.settings import SessionSettings


@dataclass(frozen=True, slots=True)
class Configure:
    """Open the session with these settings, or change to them. They are complete, not a difference."""

    settings: SessionSettings


@dataclass(frozen=True, slots=True)
class OpenAgent:
    """Open the session with the settings of a stored agent."""

    agent: str


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
class EndSession:
    """The client is done."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Understood, and nothing to be done."""


Command = Configure | OpenAgent | AppendAudio | ReturnTool | CreateReply | EndSession | Nothing
