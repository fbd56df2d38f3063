"""What happened in one call: all that the judge needs, and no sound. One JSON object per item.

Times are seconds of the call's clock, which begins with the first sample of the microphone; the player
runs on the same clock.
"""

from __future__ import annotations

import msgspec


class Cued(msgspec.Struct, frozen=True):
    """A cue that was heard by the microphone."""

    role: str
    text: str
    start_s: float
    end_s: float
    hole: tuple[float, float] | None = None


class Word(msgspec.Struct, frozen=True):
    """A word of a reply, in milliseconds of the reply's own sound."""

    text: str
    start_ms: float
    end_ms: float


class Stretch(msgspec.Struct, frozen=True):
    """Sound of a reply that was played in one piece: when, and from which sample of the reply."""

    start_s: float
    end_s: float
    first_ms: float
    """Where in the reply's own sound it begins."""


class Reply(msgspec.Struct):
    """One reply as it reached the player.

    Attributes:
        id: as the system names it.
        number: as the reply itself says; None if it was not heard of.
        status: ``completed``, ``interrupted``, or empty while it is open.
        began_s: when it was announced; None if it never was.
        played: what was played of it.
        audible: when it was audible (-40 dB), gaps below 100 ms closed.
        received_ms: how much sound of it came.
        late_ms: how much of that after the player had been told to drop it.
    """

    id: str
    number: int | None = None
    status: str = ""
    began_s: float | None = None
    done_s: float | None = None
    words: list[Word] = []
    played: list[Stretch] = []
    audible: list[tuple[float, float]] = []
    received_ms: float = 0.0
    late_ms: float = 0.0
    text: str = ""
    """What the system says was heard of it, where it says so."""


class Asked(msgspec.Struct):
    """A request to the language model."""

    at_s: float
    number: int
    messages: list[tuple[str, str]]
    """Role and content, without the system's."""
    said: str = ""
    """The whole reply, heard or not."""


class Happened(msgspec.Struct, frozen=True):
    """Something that the system told."""

    at_s: float
    what: str
    detail: str = ""


class Record(msgspec.Struct):
    """One item with one system.

    Attributes:
        system, preset: who, and how it was set.
        outcome: empty, or why there is nothing to judge.
        late_ms: how late the client itself was, at worst and at the 99th percentile of its ticks.
        load: the machine's average of running processes over the minute before the end; 0 where it is not told.
    """

    system: str
    preset: str
    id: str
    digest: str
    kind: str
    variant: str
    half: str
    synthetic: bool
    seconds: float
    details: dict[str, float | str] = {}
    cues: list[Cued] = []
    replies: list[Reply] = []
    asked: list[Asked] = []
    events: list[Happened] = []
    outcome: str = ""
    late_ms: tuple[float, float] = (0.0, 0.0)
    load: float = 0.0
    errors: list[str] = []

    def cue(self, *roles: str) -> Cued | None:
        """Return the last cue of these roles."""
        return next((cue for cue in reversed(self.cues) if cue.role in roles), None)
