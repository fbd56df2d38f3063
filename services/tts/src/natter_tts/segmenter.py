"""Cuts the growing text of a reply into pieces that can be spoken. Pure.

The first piece is short, because somebody is waiting for it: a clause, or some eight words. Later
pieces are whole sentences, several at a time if they are there, because a voice has a better melody
the more it sees. A boundary is never inside a number, an abbreviation, an address, or anything else
that the normaliser treats as one; where the end of the text leaves that open, the piece waits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from natter_tts.normalize import fenced, spoken_pieces
from natter_tts.normalize.language import Language
from natter_tts.normalize.pieces import ends_sentence

FIRST_WORDS: Final = 3
"""A clause of so many words may go first."""
HURRY_WORDS: Final = 8
"""Where there is no boundary, a piece that is waited for ends after so many words ..."""
SEEN_WORDS: Final = 2
"""... once so many more have come."""
HURRY_CHARS: Final = 120
"""A piece that is waited for is not longer than this."""
LONG_CHARS: Final = 200
"""Whole sentences are put together up to this length, and longer ones are cut."""
HARD_CHARS: Final = 600
"""Without any boundary at all, a piece ends here."""


class Kind(IntEnum):
    """How good a boundary is."""

    WORD = 0
    CLAUSE = 1
    SENTENCE = 2


@dataclass(frozen=True, slots=True)
class Boundary:
    """A place where the text may be cut: after the white space at ``position``."""

    position: int
    kind: Kind


_MAYBE_SENTENCE: Final = re.compile(r"[.!?…\n]")
_GAP: Final = re.compile(r"\s+")
_CLOSERS: Final = "\"'”’»)]*_~`"
_CLAUSE_MARKS: Final = ",;:—–"
_WHOLE: Final = re.compile(r"\[[^\]\n]*\]\([^)\s]*\)|`[^`\n]+`")
"""Markdown that the normaliser takes apart and that is not cut all the same: links and code."""
_OPEN_TAIL: Final = re.compile(
    r"(?:\[[^\]\n]{0,160}(?:\](?:\([^)\s]{0,300})?)?|(?<!`)`[^`\n]{0,160}|<[A-Za-z/][^<>\n]{0,160})\Z"
)
_LIST_MARK: Final = re.compile(r"(?:\A|\n)[ \t]*(?:\d{1,3}[.)]|[-*+•>]|#{1,6})\Z")
_INITIAL: Final = re.compile(r"(?<![\w.])[A-Z]\.\Z")
_LAST_WORD: Final = re.compile(r"\S+\Z")
_NEXT_WORD: Final = re.compile(r"\S+")


class Segmenter:
    """Takes the whole text so far, again and again, and gives it out in pieces.

    Args:
        language: decides what an abbreviation or a number is.
        heard: words at the start that need not be spoken any more.
    """

    def __init__(self, language: Language, heard: str = "") -> None:
        self._language = language
        self._text = ""
        self._complete = False
        self._heard = heard.strip()
        self.taken = 0
        """How many characters of the text have been given out."""

    def feed(self, text: str, *, complete: bool = False) -> None:
        """Learn the whole text so far; a shorter one than known is out of date and ignored."""
        if complete or (not self._complete and len(text) > len(self._text)):
            self._text = text
        self._complete = self._complete or complete
        if self._heard:
            self.taken = behind(self._text, self._heard)

    @property
    def done(self) -> bool:
        """Whether the text is complete and all of it was given out."""
        return self._complete and self.taken >= len(self._text)

    @property
    def before(self) -> str:
        """The text in front of the next piece."""
        return self._text[: self.taken]

    def take(self, *, hurry: bool) -> str | None:
        """Return the next piece, or None while there is none worth speaking.

        Args:
            hurry: somebody waits for it; a clause is enough.
        """
        pending = self._text[self.taken :]
        if not pending or (not pending.strip() and not self._complete):
            return None
        cut = self._cut(pending, hurry)
        if cut is None:
            return None
        self.taken += cut
        self._heard = ""
        return pending[:cut]

    def _cut(self, pending: str, hurry: bool) -> int | None:
        """Return how many characters of ``pending`` make the next piece."""
        limit = HURRY_CHARS if hurry else LONG_CHARS
        if not (hurry or self._complete or len(pending) > limit or _MAYBE_SENTENCE.search(pending)):
            return None
        window = pending[: 2 * HARD_CHARS]
        boundaries = list(self._boundaries(window))
        cut = self._chosen(pending, boundaries, limit, hurry)
        if any(boundary.position == cut for boundary in boundaries):
            whole = self._whole(window)
            allowed = [b for b in boundaries if not any(start < b.position < end for start, end in whole)]
            if len(allowed) < len(boundaries):
                cut = self._chosen(pending, allowed, limit, hurry)
        if cut is not None and self._complete and not pending[cut:].strip():
            return len(pending)
        return cut

    def _chosen(self, pending: str, boundaries: list[Boundary], limit: int, hurry: bool) -> int | None:
        """Return the best of ``boundaries``, or the end of what may be taken without one."""
        cut = _early(pending, boundaries) if hurry else _full(boundaries)
        if cut is None and self._complete and len(pending) <= limit:
            return len(pending)
        if cut is None and hurry:
            cut = _after_words(pending, boundaries, self._language)
        if cut is None and len(pending) > limit:
            cut = _forced(pending, boundaries, limit, self._language)
        if cut is None and len(pending) > HARD_CHARS:
            cut = HARD_CHARS
        if cut is None and self._complete:
            return len(pending)
        return cut

    def _whole(self, text: str) -> list[tuple[int, int]]:
        """Return the spans that must not be cut: what is said as one, links, code."""
        pieces = spoken_pieces(text, self._language, in_code=fenced(self.before))
        return [(piece.start, piece.end) for piece in pieces] + [match.span() for match in _WHOLE.finditer(text)]

    def _boundaries(self, text: str) -> Iterator[Boundary]:
        """Yield the places where ``text`` may be cut as far as the words around them tell, in order."""
        tail = None if self._complete else _OPEN_TAIL.search(text)
        end = tail.start() if tail else len(text)
        for gap in _GAP.finditer(text):
            if gap.start() > 0 and gap.end() <= end:
                kind = self._kind(text, gap)
                if kind is not None:
                    yield Boundary(gap.end(), kind)

    def _kind(self, text: str, gap: re.Match[str]) -> Kind | None:
        """Return how good a place ``gap`` is, or None if the text must not be cut there (yet)."""
        before, after = text[: gap.start()], text[gap.end() :]
        if _LIST_MARK.search(before):
            return None
        if "\n" in gap[0]:
            return None if not after and not self._complete else Kind.SENTENCE
        bare = before.rstrip(_CLOSERS)
        mark = bare[-1:]
        if mark in "!?…" and mark:
            return Kind.SENTENCE
        if mark == ".":
            return self._after_stop(bare, text, gap)
        if mark and mark in _CLAUSE_MARKS:
            return self._after_clause(bare, after)
        return self._between_words(before, after)

    def _after_clause(self, bare: str, after: str) -> Kind | None:
        """A comma: not between numbers, which may be a date or a list."""
        if bare[-2:-1].isdigit() and (after[:1].isdigit() or not (after or self._complete)):
            return None
        return Kind.CLAUSE

    def _after_stop(self, bare: str, text: str, gap: re.Match[str]) -> Kind | None:
        """A full stop: the end of a sentence, or of an abbreviation, which only what follows can tell."""
        after = text[gap.end() :]
        if not after and not self._complete:
            return None
        word = _LAST_WORD.search(bare)
        short = word[0].rstrip(".").lstrip("(\"'“‘[*_") if word else ""
        if short in self._language.titles or short in self._language.before_number:
            return None
        known = short in self._language.abbreviations or "." in short or _INITIAL.search(bare) is not None
        if known:
            following = _NEXT_WORD.match(after)
            if not self._complete and following and following.end() == len(after):
                return None
            return Kind.SENTENCE if ends_sentence(text, len(bare), self._language) else None
        return None if after[:1].islower() else Kind.SENTENCE

    def _between_words(self, before: str, after: str) -> Kind | None:
        """Between two words: not beside digits or symbols, which may belong together."""
        left, right = _LAST_WORD.search(before), _NEXT_WORD.match(after)
        if not left or not right or not right.end() < len(after):
            return None
        plain = re.fullmatch(r"[\w'’]+", left[0]) and re.fullmatch(r"[\w'’]+[,.;:!?]*", right[0])
        digits = any(character.isdigit() for character in left[0] + right[0])
        return Kind.WORD if plain and not digits and left[0] not in self._language.titles else None


def behind(text: str, heard: str) -> int:
    """Return where in ``text`` the word after ``heard`` begins; the end of ``text`` if it has not come yet.

    ``heard`` is the beginning of ``text`` but for white space around it.
    """
    position = len(text) - len(text.lstrip()) + len(heard)
    while 0 < position < len(text) and not text[position - 1].isspace():
        position += 1
    while position < len(text) and text[position].isspace():
        position += 1
    return min(position, len(text))


def _early(text: str, boundaries: list[Boundary]) -> int | None:
    """Return the first boundary worth taking when somebody waits."""
    for boundary in boundaries:
        if boundary.position > HURRY_CHARS:
            return None
        if boundary.kind is Kind.SENTENCE:
            return boundary.position
        if boundary.kind is Kind.CLAUSE and len(text[: boundary.position].split()) >= FIRST_WORDS:
            return boundary.position
    return None


def _full(boundaries: list[Boundary]) -> int | None:
    """Return the last end of a sentence within :data:`LONG_CHARS`."""
    ends = [boundary.position for boundary in boundaries if boundary.kind is Kind.SENTENCE]
    return max((end for end in ends if end <= LONG_CHARS), default=None)


def _after_words(text: str, boundaries: list[Boundary], language: Language) -> int | None:
    """Return a place after about :data:`HURRY_WORDS` words, once more text has come."""
    if len(text.split()) < HURRY_WORDS + SEEN_WORDS:
        return None
    counted = [(boundary.position, len(text[: boundary.position].split())) for boundary in boundaries]
    return _best_gap(text, [position for position, count in counted if FIRST_WORDS < count <= HURRY_WORDS], language)


def _forced(text: str, boundaries: list[Boundary], limit: int, language: Language) -> int | None:
    """Return the best place within ``limit``: the last clause, if it is not too short, else between words."""
    within = [boundary for boundary in boundaries if boundary.position <= limit]
    clauses = [
        boundary.position for boundary in within if boundary.kind >= Kind.CLAUSE and boundary.position > limit // 4
    ]
    gaps = [boundary.position for boundary in within]
    return clauses[-1] if clauses else _best_gap(text, gaps[len(gaps) // 2 :], language)


def _best_gap(text: str, positions: list[int], language: Language) -> int | None:
    """Return the last of ``positions`` before a word that begins a phrase, else the last."""
    for position in reversed(positions):
        following = _NEXT_WORD.match(text, position)
        if following and following[0].lower() in language.split_before:
            return position
    return positions[-1] if positions else None
