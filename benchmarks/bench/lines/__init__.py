"""How a call is made to one system: audio out, and what comes back in one vocabulary for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from benchmarks.bench.model import Script
from benchmarks.bench.record import Word


class LineError(Exception):
    """The call could not be made, or was ended by the system."""


@dataclass(frozen=True, slots=True)
class Began:
    """A reply was announced."""

    reply: str


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of a reply: PCM16 at 24 kHz; ``first`` is its first sample in the reply, where that is known."""

    reply: str
    pcm: bytes
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words of a reply, in milliseconds of its own sound."""

    reply: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """No more sound of a reply will come; what has come is played, unless a :class:`Drop` says otherwise."""

    reply: str
    completed: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """The player is to throw away what waits."""


@dataclass(frozen=True, slots=True)
class Told:
    """Anything else the system said."""

    what: str
    detail: str = ""


Event = Began | Sound | Spoken | Over | Drop | Told


class Line(Protocol):
    """One call."""

    rate: int
    """Samples per second that the system wants of the microphone."""

    async def send(self, pcm: bytes) -> None:
        """Send 20 ms of the microphone, PCM16 at :attr:`rate`.

        Raises:
            LineError: the system hung up.
        """
        ...

    def events(self) -> AsyncIterator[Event]:
        """Yield what comes back, until the call is over.

        Raises:
            LineError: the system reports a failure.
        """
        ...


class System(Protocol):
    """A voice agent that can be called. Started by the one who runs the benchmark."""

    name: str

    def dial(self, call: str, script: Script) -> AbstractAsyncContextManager[Line]:
        """Open a call with the id ``call``, which the scripted model answers by ``script``.

        Raises:
            LineError: it cannot be reached, or refuses.
        """
        ...
