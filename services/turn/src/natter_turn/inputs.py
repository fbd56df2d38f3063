"""What the turn machine is told. Small frozen values; positions are samples of the input axis."""

from __future__ import annotations

from dataclasses import dataclass

from natter_protocol.reply import Outcome
from natter_protocol.turn import Cause
from natter_turn.language import ENGLISH, LanguageData
from natter_turn.policy import Policy
from natter_turn.values import Expected


@dataclass(frozen=True, slots=True)
class Window:
    """One window of the user's audio was judged."""

    end_sample: int
    speech: float
    """Probability that it is speech."""
    level_db: float | None = None
    """Its level, dB below full scale."""
    brightness_db: float | None = None
    """Of what lies above 2 kHz, against the whole."""
    echo: float = 0.0
    """How far what is heard is explained by what the agent is saying, 0-1."""
    echoes: bool = False
    """Whether the agent's own voice is known to come back through the microphone."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The recogniser's text of the open turn."""

    turn: int
    rev: int
    text: str
    end_sample: int
    """Input up to here is in it."""
    final: bool = False
    ends_sentence: float | None = None
    confidence: float | None = None
    reads_complete: float | None = None
    backchannel: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer to an :class:`~natter_turn.actions.Ask`: is the turn complete, by its sound?"""

    turn: int
    rev: int
    last_speech_sample: int
    probability: float


@dataclass(frozen=True, slots=True)
class Audible:
    """The client is hearing a reply."""

    epoch: int


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """A reply is over for the ear."""

    epoch: int
    outcome: Outcome
    text: str = ""
    """What was heard of it."""


@dataclass(frozen=True, slots=True)
class ReplyTold:
    """What a reply says, as far as it is known: what the user answers to."""

    epoch: int
    text: str


@dataclass(frozen=True, slots=True)
class ReplyNearEnd:
    """The last words of a reply are being heard."""

    epoch: int


@dataclass(frozen=True, slots=True)
class ToolRan:
    """A tool of this reply was dispatched: what it did cannot be taken back."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Unwanted:
    """The client wants no more of a reply."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody wants the agent to speak."""

    request: str
    cause: Cause
    instructions: str


@dataclass(frozen=True, slots=True)
class Changed:
    """The policy is now this, and so is what else the settings say about listening."""

    policy: Policy
    language: LanguageData = ENGLISH
    wanted: tuple[Expected, ...] = ()
    """Values that the tools of the session ask for."""


@dataclass(frozen=True, slots=True)
class Woken:
    """The moment that :meth:`Machine.next_deadline` named has come."""


AboutReply = Audible | ReplyEnded | ReplyTold | ReplyNearEnd | ToolRan | Unwanted
Input = Window | Heard | Judged | AboutReply | Wanted | Changed | Woken
