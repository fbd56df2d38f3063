"""What a player does with the agent's audio: a queue that plays at real time and can be dropped.

Pure: time passes by :meth:`Player.play`, in samples. A loudspeaker's callback (on a thread of its own)
drives it as well as a file or a benchmark, and all three hear the same.
"""

from __future__ import annotations

import threading
from array import array
from collections import deque
from dataclasses import dataclass
from typing import Final

AUDIBLE: Final = 328
"""A sample beyond 1 % of full scale (-40 dB) can be heard."""


@dataclass(slots=True)
class Played:
    """How one reply was played. Positions are samples since the player started.

    Attributes:
        first: where its first sample was played; None while nothing was.
        audible: where its first audible sample was played.
        last: the position after its last sample.
        samples: how many of its samples were played.
        dropped: how many were thrown away unplayed.
        gaps: how often it ran dry between two of its samples.
    """

    first: int | None = None
    audible: int | None = None
    last: int | None = None
    samples: int = 0
    dropped: int = 0
    gaps: int = 0


class Player:
    """Plays 16-bit mono audio at 1x.

    Args:
        record: keep everything that was played, silence included, for :attr:`recording`.
    """

    def __init__(self, record: bool = True) -> None:
        self.position = 0
        """Samples played so far, silence included."""
        self.replies: dict[str, Played] = {}
        """By reply id, in the order of arrival."""
        self._queue: deque[tuple[str, bytes]] = deque()
        self._record = record
        self._recording = bytearray()
        self._lock = threading.Lock()

    @property
    def queued(self) -> int:
        """Samples that wait to be played."""
        with self._lock:
            return sum(len(pcm) for _, pcm in self._queue) // 2

    @property
    def recording(self) -> bytes:
        """All that was played since the start, silence included."""
        return bytes(self._recording)

    def push(self, reply: str, pcm: bytes) -> None:
        """Queue a piece of ``reply``, little-endian 16-bit samples."""
        with self._lock:
            self.replies.setdefault(reply, Played())
            if pcm:
                self._queue.append((reply, pcm))

    def flush(self) -> None:
        """Throw away what waits: the user speaks."""
        with self._lock:
            for reply, pcm in self._queue:
                self.replies[reply].dropped += len(pcm) // 2
            self._queue.clear()

    def play(self, samples: int) -> bytes:
        """Let ``samples`` go by; return what was heard: queued audio, then silence."""
        with self._lock:
            return self._play(samples)

    def play_until(self, position: int) -> bytes:
        """Let time go by until ``position``; nothing happens if that is past."""
        return self.play(max(0, position - self.position))

    def _play(self, samples: int) -> bytes:
        heard = bytearray()
        while len(heard) < 2 * samples and self._queue:
            reply, pcm = self._queue.popleft()
            room = 2 * samples - len(heard)
            if len(pcm) > room:
                self._queue.appendleft((reply, pcm[room:]))
                pcm = pcm[:room]
            self._note(self.replies[reply], self.position + len(heard) // 2, pcm)
            heard += pcm
        heard += bytes(2 * samples - len(heard))
        self.position += samples
        if self._record:
            self._recording += heard
        return bytes(heard)

    def _note(self, played: Played, at: int, pcm: bytes) -> None:
        if played.first is None:
            played.first = at
        elif played.last != at:
            played.gaps += 1
        if played.audible is None:
            loud = first_audible(pcm)
            played.audible = None if loud is None else at + loud
        played.samples += len(pcm) // 2
        played.last = at + len(pcm) // 2


def first_audible(pcm: bytes) -> int | None:
    """Return the index of the first audible sample, or None."""
    samples = array("h", pcm)
    return next((index for index, value in enumerate(samples) if abs(value) >= AUDIBLE), None)
