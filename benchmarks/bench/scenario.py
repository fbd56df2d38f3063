"""What happens to one call: what the user's microphone carries, and when. Data, built by :mod:`.kinds`.

Time is counted in seconds of the call's microphone. What the microphone carries may depend on what the
player plays: a cue waits for a moment of it ("1.2 s after the first reply became audible"), and an echo
is the player's own sound, heard again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from benchmarks.bench.sound import RATE, Audio

HALVES = ("tuned", "held_out")
"""No threshold was tuned on the second; they share no speaker, voice or text."""


class Kind(StrEnum):
    """What an item asks of the agent."""

    PAUSE = "pause"
    """The user pauses inside a sentence: wait."""
    TURN = "turn"
    """The user has said all: answer, and soon."""
    INTERRUPTION = "interruption"
    """The user speaks over the reply and means it: stop, and answer."""
    BACKCHANNEL = "backchannel"
    """The user says "mm-hm" over the reply: go on."""
    SIDE_TALK = "side_talk"
    """Somebody speaks to somebody else, or behind the user: not meant for the agent."""
    NOISE = "noise"
    """A sound that is no speech, or many voices at once: nothing."""
    ECHO = "echo"
    """The microphone hears the reply itself: nothing."""
    DOUBLE_TALK = "double_talk"
    """An interruption while the microphone also hears the reply: stop, and answer."""


class Moment(StrEnum):
    """What a cue's time is counted from."""

    START = "start"
    AUDIBLE = "audible"
    """The reply became audible at the player."""
    ENDED = "ended"
    """The reply has been played to its end."""


@dataclass(frozen=True)
class When:
    """A moment of the call: ``after_s`` after ``moment`` of the ``reply``-th reply that was audible."""

    moment: Moment = Moment.START
    reply: int = 0
    after_s: float = 0.0


@dataclass(frozen=True, eq=False)
class Cue:
    """A sound that reaches the microphone.

    Attributes:
        role: what it is to the judge: ``opening``, ``speech``, ``side``, ``noise``; the last cue of a role
            that is not ``opening`` is the one that is judged.
        audio: mono float32 at 16 kHz, cut hard at both ends.
        when: its first sample.
        text: what is said in it.
        hole: where the user pauses inside it, in samples, if they do.
    """

    role: str
    audio: Audio
    when: When
    text: str = ""
    hole: tuple[int, int] | None = None


@dataclass(frozen=True)
class Echo:
    """The player's sound in the microphone.

    Attributes:
        db: against how it is played.
        delay_s: from loudspeaker to microphone.
        room_s: how long the room answers.
    """

    db: float
    delay_s: float
    room_s: float
    seed: int


@dataclass(frozen=True)
class Finish:
    """When the call has shown what it had to.

    Attributes:
        replies: it may end when so many replies have been audible.
        hold_s: and that one has been audible for so long; None: has been played to its end.
        window_s: else so long after the last cue.
        after_s: how long is listened on after the reply of ``replies`` has ended.
    """

    replies: int
    window_s: float
    hold_s: float | None = None
    after_s: float = 0.6


@dataclass(frozen=True)
class Scenario:
    """One item.

    Attributes:
        id: unique in a run, such as ``pause-h-017``.
        variant: finer than the kind, such as ``filler``.
        synthetic: whether a synthetic voice plays the user (or the sound is made).
        plan: what the scripted model answers, turn by turn; the last entry is used again.
    """

    id: str
    kind: Kind
    variant: str
    half: str
    synthetic: bool
    speaker: str
    cues: tuple[Cue, ...]
    plan: tuple[str, ...]
    finish: Finish
    echo: Echo | None = None
    details: dict[str, float | str] = field(default_factory=dict)

    @property
    def judged(self) -> Cue | None:
        """The cue that the item is about; None: the reply alone (an echo)."""
        return next((cue for cue in reversed(self.cues) if cue.role not in ("opening", "bed")), None)

    @property
    def digest(self) -> str:
        """Changes whenever anything of the item does."""
        told = hashlib.sha256(repr((self.id, self.variant, self.plan, self.finish, self.echo)).encode())
        for cue in self.cues:
            told.update(repr((cue.role, cue.when, cue.text, cue.hole)).encode())
            told.update(np.ascontiguousarray(cue.audio).tobytes())
        return told.hexdigest()[:16]

    def seconds(self, cue: Cue) -> float:
        """Return how long ``cue`` is."""
        return len(cue.audio) / RATE
