"""A session's state, as the fold over its facts gives it (rule R3). Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from natter_protocol.reply import Outcome
from natter_protocol.session import CloseReason
from natter_protocol.settings import SessionSettings
from natter_protocol.tool import ToolOutcome
from natter_protocol.turn import Cause


class TurnStatus(StrEnum):
    """Where a turn of the user stands."""

    OPEN = "open"
    COMMITTED = "committed"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class TurnState:
    """One turn of the user, at its newest revision."""

    turn: int
    rev: int = 0
    status: TurnStatus = TurnStatus.OPEN
    text: str = ""
    epoch: int = 0
    """The reply that answers it, once committed."""
    start_sample: int = 0
    end_sample: int = 0
    trace: str = ""
    """Context of the turn's span."""


@dataclass(frozen=True, slots=True)
class ReplyState:
    """One reply of the agent."""

    epoch: int
    cause: Cause | None = None
    """None for a speculation that was never committed."""
    request: str = ""
    instructions: str = ""
    turn: int = 0
    void: bool = False
    generated: str | None = None
    """The whole text, once generation has finished."""
    begun: bool = False
    """Whether the client knows of it."""
    progress_sample: int = 0
    heard: str = ""
    """What is known to have been heard."""
    outcome: Outcome | None = None
    """None while it is not over."""


@dataclass(frozen=True, slots=True)
class CallState:
    """One call of a tool."""

    call: str
    name: str
    arguments: dict[str, Any]
    epoch: int
    turn: int
    result: str | None = None
    outcome: ToolOutcome | None = None
    hosted: bool = False
    """A service of ours executes it, not the client."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants the agent to speak."""

    request: str
    cause: Cause
    instructions: str


class Role(StrEnum):
    """Who an entry of the conversation is from."""

    USER = "user"
    AGENT = "agent"
    TOOL = "tool"
    SYSTEM = "system"
    """Nobody: the client has put it there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the conversation, in the order in which it is told to a model."""

    role: Role
    epoch: int
    text: str = ""
    turn: int = 0
    """0 for words of the user that were not spoken but put there by the client."""
    interrupted: bool = False
    call: CallState | None = None


@dataclass(frozen=True, slots=True)
class SessionState:
    """All that is known about a session."""

    session: str = ""
    opened: bool = False
    dialect: str = ""
    owner: str = ""
    opened_at: float = 0.0
    agent: str = ""
    """Id of the stored agent that it was opened with, or empty."""
    max_s: float = 0.0
    trace: str = ""
    version: int = 0
    settings: SessionSettings = field(default_factory=SessionSettings)
    assigned: dict[str, str] = field(default_factory=dict)
    """Service -> the instance that serves it."""
    turns: dict[int, TurnState] = field(default_factory=dict)
    replies: dict[int, ReplyState] = field(default_factory=dict)
    calls: dict[str, CallState] = field(default_factory=dict)
    wishes: tuple[Wish, ...] = ()
    """Wishes for a reply that were not granted yet."""
    conversation: tuple[Entry, ...] = ()
    last_turn: int = 0
    last_epoch: int = 0
    void_through: int = 0
    void_only: tuple[int, ...] = ()
    input_at_ms: int | None = None
    """Where on the session's media axis the client's first sample lies; None: it has sent none."""
    input_sample: int = 0
    """The input's sample axis has come so far."""
    input_received: int = 0
    """Samples of it that the client sent."""
    connected: bool = True
    closed: CloseReason | None = None

    @property
    def open_turn(self) -> TurnState | None:
        """The turn that is still open, if any."""
        turn = self.turns.get(self.last_turn)
        return turn if turn is not None and turn.status is TurnStatus.OPEN else None
