"""What a session tells its client, whatever dialect it speaks.

Turns and replies are named by their numbers; a dialect makes its own ids of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from natter_protocol.reply import Outcome, Step
from natter_protocol.settings import SessionSettings


@dataclass(frozen=True, slots=True)
class SessionReady:
    """The session can be talked to; again, if ``resumed``. ``expires_at`` is wall clock, seconds since the epoch."""

    session: str
    expires_at: int
    settings: SessionSettings
    resume_token: str = ""
    resumed: bool = False
    last_epoch: int = 0
    """The newest reply there was before."""


@dataclass(frozen=True, slots=True)
class SessionUpdated:
    """The settings are now these. ``from_turn`` is the user's first turn that they hold for."""

    session: str
    settings: SessionSettings
    version: int
    from_turn: int


@dataclass(frozen=True, slots=True)
class Remembered:
    """One entry of the conversation: a turn of the user, or (without ``turn``) what was heard of a reply."""

    turn: int
    epoch: int
    text: str
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class ResumedFrom:
    """Where a resumed session goes on. ``input_sample`` counts what the client has sent, at its own rate."""

    input_sample: int
    epoch: int
    """The reply that goes on, or 0."""
    reply_ms: int
    items: tuple[Remembered, ...]


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session is over, in good order."""

    duration_s: float
    input_s: float


@dataclass(frozen=True, slots=True)
class HandedOver:
    """This gateway stops; the session waits for its client at another one."""


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
    start_ms: int | None = None
    end_ms: int | None = None
    """None in a session without audio."""


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
    side_effects: bool = False


@dataclass(frozen=True, slots=True)
class ReplyFailed:
    """A model or a provider failed while it made a reply."""

    epoch: int
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class AgentHeld:
    """The agent has paused while an overlap is looked at."""

    epoch: int


@dataclass(frozen=True, slots=True)
class AgentResumed:
    """The overlap was nothing: the agent goes on."""

    epoch: int


@dataclass(frozen=True, slots=True)
class TurnDecided:
    """What was decided about a turn, and why."""

    turn: int
    decision: Literal["wait", "go_on", "begin", "commit", "reopen", "drop", "hold", "resume", "interrupt"]
    rule: str
    reason: str
    """The same in a sentence."""
    text: str = ""
    """What had been heard of the turn."""
    silence_ms: int | None = None
    needed_ms: int | None = None
    probability: float | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    presets: dict[str, int] = field(default_factory=dict)
    """Silence that each preset would have called for, in milliseconds."""


@dataclass(frozen=True, slots=True)
class TurnMeasured:
    """Where the time between the user's last word and the agent's first went, in milliseconds."""

    turn: int
    epoch: int
    total_ms: float
    steps: tuple[Step, ...]
    unaccounted_ms: float
    speculations: int = 0
    """How many answers were begun for the turn before it was surely over."""
    ahead_ms: float = 0.0
    """How long before the turn was over this answer had been begun; 0 if it was not."""


Event = (
    SessionReady
    | SessionUpdated
    | ResumedFrom
    | SessionEnded
    | HandedOver
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
    | AgentHeld
    | AgentResumed
    | TurnDecided
    | TurnMeasured
)
