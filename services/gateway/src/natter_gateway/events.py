"""What a session tells its client, whatever dialect it speaks.

Turns and replies are named by their numbers; a dialect makes its own ids of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from natter_protocol.reply import Outcome, Step
from natter_protocol.settings import SessionSettings


@dataclass(frozen=True, slots=True)
class SessionReady:
    """The session can be talked to. ``expires_at`` is wall clock, seconds since the epoch."""

    session: str
    expires_at: int
    settings: SessionSettings


@dataclass(frozen=True, slots=True)
class SessionUpdated:
    """The settings are now these."""

    session: str
    settings: SessionSettings


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session is over, in good order."""

    duration_s: float
    input_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Something went wrong. ``fatal`` means that the connection is closed after it.

    ``code`` is a word of the session's vocabulary (:mod:`natter_gateway.failures`).
    """

    code: str
    message: str
    param: str | None = None
    session: str | None = None
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The user speaks (while the agent spoke: has interrupted it)."""

    turn: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The user's turn is over."""

    turn: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class UserPartial:
    """The whole text of the open turn so far."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class UserFinal:
    """What the user said in a turn."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class ReplyBegan:
    """The agent begins to speak, or to call tools."""

    epoch: int


@dataclass(frozen=True, slots=True)
class ReplyAudio:
    """Audio of a reply, in the client's format."""

    epoch: int
    data: bytes


@dataclass(frozen=True, slots=True)
class AgentWord:
    """A word of the agent, with its place in the reply's audio."""

    epoch: int
    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class ReplyOver:
    """A reply that had begun is over; ``text`` is what was heard of it."""

    epoch: int
    text: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ToolWanted:
    """The client is to run a tool."""

    epoch: int
    call: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReplyFailed:
    """A model or a provider failed while it made a reply."""

    epoch: int
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class TurnMetrics:
    """The latency ledger of a turn, for a client that asked for it: milliseconds, step by step."""

    turn: int
    epoch: int
    total_ms: float
    steps: tuple[Step, ...]
    unaccounted_ms: float


Event = (
    SessionReady
    | SessionUpdated
    | SessionEnded
    | Failed
    | SpeechStarted
    | SpeechStopped
    | UserPartial
    | UserFinal
    | ReplyBegan
    | ReplyAudio
    | AgentWord
    | ReplyOver
    | ToolWanted
    | ReplyFailed
    | TurnMetrics
)
