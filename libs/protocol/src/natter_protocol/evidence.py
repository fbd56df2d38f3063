"""What a decision about turns was made on: enough to make it again under another policy."""

from __future__ import annotations

import msgspec


class EndEvidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was known about a turn in its pause. ``None`` stands for what was not known."""

    text: str = ""
    sound: float | None = None
    """Probability by its sound that the turn is complete."""
    ends_sentence: float | None = None
    """Probability by the recogniser that a sentence ends there."""
    reads_complete: float | None = None
    """The same by its language model alone, without the sound."""
    asked: str = "nothing"
    """What sort of answer the agent had asked for."""
    options: tuple[str, ...] = ()
    """Words of the choices that it had named."""
    expected: str = ""
    """The kind of value that it had asked for."""
    pattern: str = ""
    """What that value looks like as a whole."""
    usual_pause_ms: int = 0
    """How long this speaker pauses within a turn; 0 if that was not known."""
    interrupts: bool = False
    """Whether it had stopped the agent."""
    language: str = "en"


class Part(msgspec.Struct, frozen=True, array_like=True):
    """What one piece of evidence added to the log-odds that a turn was over."""

    name: str
    log_odds: float


class Wait(msgspec.Struct, frozen=True, array_like=True):
    """How much silence a preset would have called for, on the same evidence."""

    preset: str
    needed_ms: int


class OverlapEvidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was known about speech over the agent."""

    voiced_ms: int = 0
    silence_ms: int = 0
    elapsed_ms: int = 0
    text: str = ""
    final: bool = False
    recognised: bool = True
    confidence: float | None = None
    backchannel: float | None = None
    """How much likelier (log-odds) than the text a back-channel was to the recogniser; ``None`` if it was not asked."""
    far: bool = False
    """Whether it came from further away than the caller's voice."""
    softer_db: float | None = None
    """Its level against the caller's voice so far; ``None`` until both are known."""
    duller_db: float | None = None
    """The same of what lies above 2 kHz."""
    crowd: bool = False
    """Whether it sounded like many voices at once."""
    echoes: bool = False
    """Whether the agent's own voice comes back through the user's microphone."""
    answering: bool = False
    """Whether the agent had just asked something."""
    said: str = ""
    """What the agent was saying."""
    language: str = "en"
