"""Which word is it? Sound that comes back from a bot, found in what its voice is known to have made. Pure.

A bot cuts, holds and throws away sound as it likes, but does not change it. So each piece that arrives is
looked for at the place behind the last one, and else in everything the voice has made in this call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from benchmarks.bench.player import RATE
from benchmarks.bench.record import Word
from benchmarks.bench.replies import number_of

LEAST: Final = 64
"""Bytes of sound by which a place is known."""


@dataclass
class Made:
    """All that the voice made for one reply."""

    pcm: bytearray = field(default_factory=bytearray)
    text: str = ""


@dataclass(frozen=True)
class Found:
    """A piece of a reply with its first sample there; without a reply: silence, or nothing the voice made."""

    pcm: bytes
    reply: str = ""
    first: int = 0


class Matcher:
    """The voice's work in one call, and how far it has come back."""

    def __init__(self) -> None:
        self.made: dict[str, Made] = {}
        self.lost = 0
        """Bytes of sound that the voice did not make."""
        self._open = ""
        self._at: tuple[str, int] = ("", 0)

    def voice(self, pcm: bytes, text: str, words: Sequence[tuple[str, float, float]] = ()) -> tuple[str, list[Word]]:
        """Take note of what the voice made of a text; return its reply, and its words in that reply's time.

        Args:
            text: one that tells its reply's number begins that reply; others belong to the one before.
            words: with milliseconds from the text's first sample.
        """
        number = number_of(text)
        self._open = self._open if number is None else f"reply-{number}"
        made = self.made.setdefault(self._open, Made())
        begun = len(made.pcm) // 2 * 1000 / RATE
        made.pcm += pcm
        made.text += f" {text}"
        return self._open, [
            Word(f" {word}", round(begun + start, 1), round(begun + end, 1)) for word, start, end in words
        ]

    def find(self, pcm: bytes) -> list[Found]:
        """Return what ``pcm`` is made of, in its order."""
        found: list[Found] = []
        while pcm:
            piece = self._next(pcm)
            found.append(piece)
            pcm = pcm[len(piece.pcm) :]
        return found

    def _next(self, pcm: bytes) -> Found:
        """Return what the beginning of ``pcm`` is."""
        reply, at = self._at
        made = self.made.get(reply)
        same = _shared(pcm, made.pcm[at : at + len(pcm)]) if made is not None else 0
        if same == len(pcm) or same >= LEAST:
            return self._found(reply, at, pcm[:same])
        quiet = len(pcm) - len(pcm.lstrip(b"\x00"))
        quiet -= quiet % 2
        if quiet:
            return Found(pcm[:quiet])
        for name in reversed(self.made):
            place = _find(self.made[name].pcm, pcm[:LEAST])
            if place is not None:
                return self._found(name, place, pcm[: _shared(pcm, self.made[name].pcm[place : place + len(pcm)])])
        self.lost += min(len(pcm), LEAST)
        return Found(pcm[:LEAST])

    def _found(self, reply: str, at: int, pcm: bytes) -> Found:
        self._at = (reply, at + len(pcm))
        return Found(pcm, reply, at // 2)

    def whole(self, reply: str) -> bool:
        """Whether all that the voice has made of ``reply`` so far has come back."""
        name, at = self._at
        return name == reply and at >= len(self.made[reply].pcm)


def _find(haystack: bytearray, needle: bytes) -> int | None:
    """Return where ``needle`` lies, at a whole sample."""
    place = haystack.find(needle)
    while place >= 0 and place % 2:
        place = haystack.find(needle, place + 1)
    return None if place < 0 else place


def _shared(one: bytes, other: bytes | bytearray) -> int:
    """Return how many bytes at the beginning are the same, in whole samples."""
    size = min(len(one), len(other)) // 2 * 2
    differing = np.flatnonzero(np.frombuffer(one[:size], "<i2") != np.frombuffer(bytes(other[:size]), "<i2"))
    return 2 * int(differing[0]) if len(differing) else size
