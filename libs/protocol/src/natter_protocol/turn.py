"""Whose turn it is: the only place where replies get their numbers (rule R2)."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from natter_protocol.base import Lane, Message
from natter_protocol.evidence import EndEvidence, OverlapEvidence, Part, Wait


class Cause(StrEnum):
    """What a reply is an answer to."""

    USER = "user"
    GREETING = "greeting"
    REPLY_CREATE = "reply_create"
    TOOL_RESULT = "tool_result"
    FILLER = "filler"
    IDLE = "idle"


class Scope(StrEnum):
    """Which epochs a cancel is about."""

    ONLY = "only"
    """That epoch: a dead speculation."""
    THROUGH = "through"
    """Everything up to that epoch: an interruption."""


class TurnFact(Message, frozen=True, kw_only=True):
    """Base of the facts about turns. Each repeats what is void, and so repairs a lost cancel."""

    lane: ClassVar[Lane] = Lane.EVT

    void_through: int = 0
    """Every epoch up to this one is over."""
    void_only: tuple[int, ...] = ()
    """Single epochs above it that are over."""


class TurnStarted(TurnFact, tag="turn.started", frozen=True, kw_only=True):
    """The user has begun to speak. ``start_sample`` is the first sample of speech."""

    start_sample: int
    over_epoch: int = 0
    """The reply that was being spoken, if the user speaks over one."""


class TurnProbability(Message, tag="turn.probability", frozen=True, kw_only=True):
    """How the open turn looks right now."""

    lane: ClassVar[Lane] = Lane.LIVE

    at_sample: int
    speech: float
    """Probability that the newest window is speech."""
    silence_ms: int
    """Silence since the last speech of this turn."""
    last_speech_sample: int
    complete: float | None = None
    """Probability that the turn is over, once it was weighed."""


class TurnEager(TurnFact, tag="turn.eager", frozen=True, kw_only=True):
    """The turn is likely over: ``llm`` and ``tts`` may start; the gateway holds what they make."""

    text: str
    end_sample: int
    decided_ms: float = 0.0
    """From when the end of speech was heard until this was said, measured where it happened."""


class TurnCommitted(TurnFact, tag="turn.committed", frozen=True, kw_only=True):
    """The turn is over. The only event that puts the user's words into the history."""

    text: str
    start_sample: int
    end_sample: int
    rule: str = ""
    """Name of the rule that decided."""
    silence_ms: int = 0
    """Silence that had passed when it was committed."""
    decided_ms: float = 0.0
    """From when the end of speech was heard until this was said, measured where it happened."""
    final_wait_ms: float = 0.0
    """Of this, how long it was already decided and only the recogniser's last word was waited for."""
    speculations: int = 0
    """How many answers were begun for this turn before it was surely over."""
    ahead_ms: float = 0.0
    """How long before this the answer was begun that is adopted now; 0 if none is."""
    probability: float | None = None


class TurnReopened(TurnFact, tag="turn.reopened", frozen=True, kw_only=True):
    """The user went on before anything of the answer was heard: the last commit does not count."""

    start_sample: int
    """First sample of what was said after the premature end."""


class TurnEmpty(TurnFact, tag="turn.empty", frozen=True, kw_only=True):
    """A turn that came to nothing: a noise, a back-channel, speech without words."""

    reason: str
    end_sample: int


class TurnGranted(TurnFact, tag="turn.granted", frozen=True, kw_only=True):
    """The floor is given to a reply that nobody's words asked for."""

    cause: Cause
    request: str = ""
    """Id of the ``reply.wanted`` that this answers."""
    instructions: str = ""


class Step(StrEnum):
    """What a decision led to."""

    WEIGHED = "weighed"
    """The evidence of a pause is complete: so long it will be waited."""
    WENT_ON = "went_on"
    """It was right to wait: the user went on."""
    BEGAN = "began"
    """The answer was begun before the turn was surely over."""
    COMMITTED = "committed"
    REOPENED = "reopened"
    """It had been wrong to end the turn: the user went on before the answer was heard."""
    DROPPED = "dropped"
    """The turn came to nothing."""
    HELD = "held"
    """The user made a sound while the agent spoke."""
    INTERRUPTED = "interrupted"
    RESUMED = "resumed"


class TurnDecided(Message, tag="turn.decided", frozen=True, kw_only=True):
    """A decision about whose turn it is, with what it was made on. For explaining and for replaying."""

    lane: ClassVar[Lane] = Lane.EVT

    step: Step
    rule: str
    """Name of the rule that decided."""
    at_sample: int = 0
    silence_ms: int = 0
    """Silence since the last speech; for ``went_on`` and ``reopened``, how long the pause was."""
    needed_ms: int = 0
    """Silence that the evidence called for."""
    probability: float | None = None
    """That the turn was over."""
    parts: tuple[Part, ...] = ()
    """What each piece of evidence added to the log-odds of that."""
    waits: tuple[Wait, ...] = ()
    """What the presets would have waited for."""
    end: EndEvidence | None = None
    overlap: OverlapEvidence | None = None


class TurnCancel(Message, tag="turn.cancel", frozen=True, kw_only=True):
    """Stop ``epoch``, or everything through it. Heard by all five services."""

    lane: ClassVar[Lane] = Lane.CTL

    scope: Scope
    reason: str
    start_sample: int = 0
    """First sample of the speech that interrupts; ``turn`` names the turn it begins."""


class TurnHold(Message, tag="turn.hold", frozen=True, kw_only=True):
    """Pause playback within one frame while an overlap is looked at.

    Ends by ``turn.resume``, by ``turn.cancel``, or by itself after ``ttl_ms`` as a resume.
    """

    lane: ClassVar[Lane] = Lane.CTL

    hold: int
    ttl_ms: int


class TurnResume(Message, tag="turn.resume", frozen=True, kw_only=True):
    """The overlap was nothing: play on from the very sample."""

    lane: ClassVar[Lane] = Lane.CTL

    hold: int
