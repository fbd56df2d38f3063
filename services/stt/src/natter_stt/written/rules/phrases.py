"""Fixed expressions, such as "twenty four seven". Pure."""

from __future__ import annotations

from natter_stt.written.line import Line
from natter_stt.written.piece import Piece


def phrase(line: Line, at: int) -> Piece | None:
    """Write an expression as the language's table does."""
    for words, text in line.language.phrases.items():
        end = at + len(words)
        if tuple(line.lows[at:end]) == words and line.joined(at, end):
            return Piece(end, text)
    return None
