"""The pieces of text that Moonshine writes, from its ``tokenizer.bin``. Pure.

The pieces are those of a byte-pair encoding; where two of them can be joined, the one that was learned
first (the lower number) is.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from natter_runtime.errors import EngineError

SPECIAL: Final = 3
"""The first tokens are no text: unknown, start and end."""
SPACE: Final = "\u2581"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a hypothesis.

    Attributes:
        text: without the space before it.
        start: its first token.
        end: behind its last token, punctuation left out.
    """

    text: str
    start: int
    end: int


class Tokenizer:
    """Tokens to text and back.

    Args:
        data: a sequence of byte strings, each behind its length: one byte below 128, else two,
            ``low + 128 * high - 128``.

    Raises:
        EngineError: ``data`` ends in the middle of a piece.
    """

    def __init__(self, data: bytes) -> None:
        self._pieces: list[bytes] = []
        at = 0
        while at < len(data):
            length, at = data[at], at + 1
            if length >= 128:
                length, at = int.from_bytes(data[at : at + 1]) * 128 + length - 128, at + 1
            self._pieces.append(data[at : at + length])
            at += length
        if at > len(data):
            raise EngineError("moonshine: tokenizer.bin ends in the middle of a piece")
        self._tokens = {piece: token for token, piece in enumerate(self._pieces)}

    def __len__(self) -> int:
        return len(self._pieces)

    def text(self, tokens: Sequence[int]) -> str:
        """Return the text of ``tokens``, with single spaces between words."""
        pieces = b"".join(self._pieces[token] for token in tokens if token >= SPECIAL)
        return " ".join(pieces.decode("utf-8", "replace").replace(SPACE, " ").split())

    def tokens(self, text: str) -> list[int]:
        """Return ``text`` as tokens, as a word or words behind others."""
        parts = [character.encode() for character in SPACE + SPACE.join(text.split())]
        parts = [piece for part in parts for piece in ([part] if part in self._tokens else _bytes(part))]
        while (best := self._first_learned(parts)) is not None:
            parts[best : best + 2] = [parts[best] + parts[best + 1]]
        return [self._tokens[part] for part in parts]

    def matching(self, pattern: re.Pattern[str]) -> npt.NDArray[np.int64]:
        """Return the tokens whose whole text fits ``pattern``."""
        return np.array([token for token in range(len(self)) if pattern.fullmatch(self.text([token]))], np.int64)

    def words(self, tokens: Sequence[int], punctuation: frozenset[int]) -> list[Word]:
        """Return the words that ``tokens`` are."""
        starts = [at for at, token in enumerate(tokens) if not at or self._pieces[token].startswith(SPACE.encode())]
        words = []
        for start, end in itertools.pairwise([*starts, len(tokens)]):
            while end > start and tokens[end - 1] in punctuation:
                end -= 1
            if end > start:
                words.append(Word(self.text(tokens[start:end]), start, end))
        return words

    def _first_learned(self, parts: Sequence[bytes]) -> int | None:
        joined = [
            (token, at)
            for at in range(len(parts) - 1)
            if (token := self._tokens.get(parts[at] + parts[at + 1])) is not None
        ]
        return min(joined)[1] if joined else None


def _bytes(part: bytes) -> list[bytes]:
    return [bytes([value]) for value in part]
