"""A loudspeaker: queues what arrives, plays it at 1x, and remembers what was heard when. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

RATE: Final = 24_000
AUDIBLE: Final = 328
"""A sample beyond 1 % of full scale (-40 dB) can be heard."""
UNKNOWN: Final = "-"
"""The name of what belongs to no reply: silence that a system sends, or sound that is not its voice's."""
SILENCE: Final = RATE // 10
"""Quiet that is shorter lies between sounds, and belongs to them."""


@dataclass(slots=True)
class Piece:
    """Sound of one reply that was played without a gap: ``samples`` from player position ``at`` on."""

    at: int
    first: int
    """Which sample of the reply's own sound."""
    samples: int


@dataclass(slots=True)
class Track:
    """One reply at the player. Positions are samples since the player began."""

    received: int = 0
    late: int = 0
    """Samples that came after it was to be dropped."""
    dropped: bool = False
    pieces: list[Piece] = field(default_factory=list)
    audible: list[tuple[int, int]] = field(default_factory=list)

    @property
    def first_audible(self) -> int | None:
        """Where its first audible sample was played."""
        return self.audible[0][0] if self.audible else None

    @property
    def last_audible(self) -> int | None:
        """The position after its last audible sample."""
        return self.audible[-1][1] if self.audible else None


class Player:
    """Plays 16-bit mono sound at 24 kHz."""

    def __init__(self) -> None:
        self.position = 0
        self.tracks: dict[str, Track] = {}
        """By reply, in the order of arrival."""
        self._queue: deque[tuple[str, int, bytes]] = deque()

    @property
    def audible(self) -> list[str]:
        """The replies that have been audible, in the order in which they were."""
        heard = [
            (track.audible[0][0], name) for name, track in self.tracks.items() if track.audible and name != UNKNOWN
        ]
        return [name for _, name in sorted(heard)]

    def waiting(self, reply: str) -> bool:
        """Whether sound of ``reply`` is still to be played."""
        return any(name == reply for name, _, _ in self._queue)

    def push(self, reply: str, pcm: bytes, first: int | None = None) -> None:
        """Queue a piece of ``reply``, little-endian samples. Sound of a dropped reply is played too: nobody knows.

        Args:
            first: which sample of the reply's own sound it begins with; None: the one after what came before.
        """
        track = self.tracks.setdefault(reply, Track())
        if pcm:
            self._queue.append((reply, track.received if first is None else first, pcm))
            track.received += len(pcm) // 2
            if track.dropped:
                track.late += len(pcm) // 2

    def drop(self) -> None:
        """Throw away what waits, and count what still comes of the replies so far as late."""
        self._queue.clear()
        for track in self.tracks.values():
            track.dropped = True

    def play(self, samples: int) -> bytes:
        """Let ``samples`` go by; return what was heard: queued sound, then silence."""
        heard = bytearray()
        while len(heard) < 2 * samples and self._queue:
            reply, first, pcm = self._queue.popleft()
            room = 2 * samples - len(heard)
            if len(pcm) > room:
                self._queue.appendleft((reply, first + room // 2, pcm[room:]))
                pcm = pcm[:room]
            _note(self.tracks[reply], self.position + len(heard) // 2, first, pcm)
            heard += pcm
        self.position += samples
        return bytes(heard) + bytes(2 * samples - len(heard))


def _note(track: Track, at: int, first: int, pcm: bytes) -> None:
    samples = len(pcm) // 2
    last = track.pieces[-1] if track.pieces else None
    if last is not None and last.at + last.samples == at and last.first + last.samples == first:
        last.samples += samples
    else:
        track.pieces.append(Piece(at, first, samples))
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(np.int32)) >= AUDIBLE)
    if not len(loud):
        return
    begin, end = at + int(loud[0]), at + int(loud[-1]) + 1
    if track.audible and begin - track.audible[-1][1] < SILENCE:
        track.audible[-1] = (track.audible[-1][0], end)
    else:
        track.audible.append((begin, end))
