"""The order of the rules, and the one function that the service calls."""

from __future__ import annotations

from typing import Final

from natter_tts.normalize import pieces
from natter_tts.normalize.abbreviations import abbreviations
from natter_tts.normalize.codes import codes
from natter_tts.normalize.dates import dates
from natter_tts.normalize.language import Language
from natter_tts.normalize.markdown import FENCE, code_blocks, marks
from natter_tts.normalize.money import money, rates
from natter_tts.normalize.numbers import numbers
from natter_tts.normalize.phones import phones
from natter_tts.normalize.pieces import Piece, Rule, Token
from natter_tts.normalize.symbols import line_ends, phrases, symbols
from natter_tts.normalize.times import times
from natter_tts.normalize.units import units
from natter_tts.normalize.web import addresses

RULES: Final[tuple[Rule, ...]] = (
    marks,
    phrases,
    addresses,
    phones,
    dates,
    times,
    money,
    units,
    rates,
    codes,
    numbers,
    abbreviations,
    line_ends,
    symbols,
)
"""From the most particular to the most general: what an earlier rule takes, a later one does not see."""


def fenced(before: str) -> bool:
    """Whether text that follows ``before`` is inside a block of code."""
    return len(FENCE.findall(before)) % 2 == 1


def spoken_pieces(text: str, language: Language, *, in_code: bool = False) -> list[Piece]:
    """Return all that is said otherwise than it is written, in order and without overlaps."""
    return pieces.apply(RULES, text, language, list(code_blocks(text, in_code)))


def normalize(text: str, language: Language, *, in_code: bool = False) -> list[Token]:
    """Return the words of ``text`` with what is said for each.

    Args:
        text: a piece of a reply, of any length.
        language: whose words and formats.
        in_code: ``text`` begins inside a block of code (see :func:`fenced`).

    Returns:
        tokens whose ``written`` parts, joined, are ``text``.
    """
    return pieces.tokens(text, spoken_pieces(text, language, in_code=in_code))
