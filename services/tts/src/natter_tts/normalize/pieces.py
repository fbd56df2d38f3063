"""The values that normalising works with: a written token with its spoken form, and what a rule finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from natter_tts.normalize.language import Language

CLAIMED: Final = "\ufffc"
"""Stands for a character that an earlier rule has already dealt with."""


@dataclass(frozen=True, slots=True)
class Token:
    """A written word with the white space that follows it, and what is said for it.

    ``spoken`` keeps the punctuation that a voice needs for its melody; it is empty for what is not
    spoken at all, such as a bullet or an emoji.
    """

    written: str
    spoken: str

    @property
    def voiced(self) -> bool:
        """Whether anything of it can be heard."""
        return any(character.isalnum() for character in self.spoken)


@dataclass(frozen=True, slots=True)
class Piece:
    """``text[start:end]`` is said as ``spoken``. ``start == end`` puts something in, a pause for example."""

    start: int
    end: int
    spoken: str


Rule = Callable[[str, Language], Iterable[Piece]]
"""Finds what it knows how to say, the most certain first: of pieces that overlap, the first one counts.

It sees :data:`CLAIMED` where an earlier rule was faster.
"""


def apply(rules: Iterable[Rule], text: str, language: Language, found: Iterable[Piece]) -> list[Piece]:
    """Run ``rules`` in order over what ``found`` and the rules before have left; return all pieces in order."""
    claims = _Claims(text)
    claims.take(found)
    for rule in rules:
        claims.take(list(rule(claims.masked, language)))
    return sorted(claims.pieces, key=lambda piece: (piece.start, piece.end))


class _Claims:
    """Which characters of a text have been dealt with, and how."""

    def __init__(self, text: str) -> None:
        self._characters = list(text)
        self._taken = bytearray(len(text) + 1)
        self.pieces: list[Piece] = []

    @property
    def masked(self) -> str:
        """The text, with what is claimed made unreadable, but for its line ends."""
        return "".join(self._characters)

    def take(self, pieces: Iterable[Piece]) -> None:
        """Add those of ``pieces`` that overlap nothing that was there before."""
        for piece in pieces:
            start, end = piece.start, piece.end
            if any(self._taken[start:end]) or (
                start == end and start and self._taken[start - 1] and self._taken[start]
            ):
                continue
            self._taken[start:end] = b"\1" * (end - start)
            self._characters[start:end] = ["\n" if c == "\n" else CLAIMED for c in self._characters[start:end]]
            self.pieces.append(piece)


_NEXT_WORD: Final = re.compile(r"""[ \t]*(?:$|\n|[\s"'“‘(*_]+([A-Za-z]+['’]?[a-z]*))""")


def ends_sentence(text: str, end: int, language: Language) -> bool:
    """Whether the full stop of an abbreviation at ``end`` also ends the sentence.

    It does if nothing follows, or a word that sentences begin with. A capital alone says too
    little: "the U.S. Army".
    """
    match = _NEXT_WORD.match(text, end)
    return match is not None and (match[1] is None or match[1] in language.starters)


_WORD_OR_SPACE: Final = re.compile(r"\s+|\S+")


def tokens(text: str, pieces: list[Piece]) -> list[Token]:
    """Cut ``text`` at its white space, except inside a piece, and put the spoken forms together.

    The ``written`` parts, joined, are ``text``. White space in front of the first word goes with it.
    """
    result: list[Token] = []
    written, spoken, replaced = "", "", False
    closed = False
    for part, said, is_piece in _atoms(text, pieces):
        if not is_piece and part.isspace():
            written += part
            closed = bool(written.strip()) or closed
            continue
        if closed and written:
            result.append(Token(written, clean(spoken)))
            written, spoken, replaced, closed = "", "", False, False
        spoken = _glued(spoken, said, replaced or is_piece)
        written += part
        replaced = is_piece
    if written:
        result.append(Token(written, clean(spoken)))
    return result


def _atoms(text: str, pieces: list[Piece]) -> Iterator[tuple[str, str, bool]]:
    """Yield (written, spoken, whether it is a piece): pieces, and the words and gaps between them."""
    position = 0
    for piece in pieces:
        for match in _WORD_OR_SPACE.finditer(text, position, piece.start):
            yield match[0], match[0], False
        yield text[piece.start : piece.end], piece.spoken, True
        position = piece.end
    for match in _WORD_OR_SPACE.finditer(text, position):
        yield match[0], match[0], False


def _glued(left: str, right: str, replaced: bool) -> str:
    """Join two spoken parts of one written word; two words made of one get a space between."""
    if replaced and left and right and left[-1].isalnum() and right[0].isalnum():
        return f"{left} {right}"
    return left + right


_SPACES: Final = re.compile(r"\s+")
_BEFORE_MARK: Final = re.compile(r"\s+(?=[,.;:!?])")
_MARKS: Final = re.compile(r"[,.;:!?]{2,}")
_STRENGTH: Final = ",:;.!?"


def clean(spoken: str) -> str:
    """Return ``spoken`` with single spaces and at most one mark of punctuation at a time."""
    text = _BEFORE_MARK.sub("", _SPACES.sub(" ", spoken).strip())
    return _MARKS.sub(lambda run: max(run[0], key=_STRENGTH.index), text)
