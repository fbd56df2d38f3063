"""What a rule says: these words are written like this. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from natter_stt.written.line import Line


@dataclass(frozen=True, slots=True)
class Piece:
    """The words up to ``end`` (an index) are written as ``text``; the punctuation around them stays."""

    end: int
    text: str


Rule = Callable[[Line, int], Piece | None]
"""Looks at a line from one word on; None where the rule has nothing to say. At least one word is taken."""
