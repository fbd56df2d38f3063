"""Markdown and HTML: marks are not spoken, code blocks are skipped, tables and lists get their pauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from natter_tts.normalize.language import Language
from natter_tts.normalize.pieces import Piece
from natter_tts.normalize.words import cardinal

FENCE: Final = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
"""The line that opens or closes a block of code."""

_BLOCK: Final = re.compile(r"^[ \t]*(```|~~~)[^\n]*(?:\n[\s\S]*?(?:^[ \t]*\1[^\n]*$|\Z)|\Z)", re.MULTILINE)
_REST_OF_BLOCK: Final = re.compile(r"\A[\s\S]*?(?:^[ \t]*(?:```|~~~)[^\n]*$|\Z)", re.MULTILINE)
_SILENT: Final = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"`+(?=[^`\n]+`)|(?<=[^`\n])`+",
        r"!?\[(?=[^\]\n]+\]\()",
        r"(?<=[^\[\n])\]\([^)\s]*(?:\s+\"[^\"\n]*\")?\)",
        r"\[\^?\d+\](?!\()",
        r"^[ \t]*(?P<line>\#{1,6})(?=[ \t]+\S)",
        r"^[ \t]*(?P<line>(?:[-*_][ \t]*){3,})$",
        r"^[ \t]*(?P<line>>(?:[ \t]?>)*)",
        r"^[ \t]*(?P<line>[-*+•◦▪])(?=[ \t]+\S)",
        r"(?<=[-*+•] )\[[ xX]\](?= )",
        r"^[ \t]*(?P<line>\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)*\|?)[ \t]*$",
        r"(?<![\w*])\*{1,3}(?=[^\s*])|(?<=[^\s*])\*{1,3}(?!\w)|~~",
        r"(?<!\w)_{1,3}(?=[^\s_])|(?<=[^\s_])_{1,3}(?!\w)",
        r"</?[A-Za-z](?!\w*:)[^<>\n]*>|<(?=https?:)|(?<=\w)>(?=\s|$)",
        r"\\(?=[\\`*_{}\[\]()#+\-.!|>~])",
    )
)
_NUMBERED: Final = re.compile(r"^[ \t]*(\d{1,3})[.)](?=[ \t]+\S)", re.MULTILINE)
_ROW: Final = re.compile(r"^[ \t]*\|[^\n]*\|[ \t]*$", re.MULTILINE)
_ENTITY: Final = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#39);")
_ENTITIES: Final = {"amp": "&", "lt": "", "gt": "", "quot": "", "apos": "'", "nbsp": " ", "#39": "'"}


def code_blocks(text: str, fenced: bool) -> Iterator[Piece]:
    """Find blocks of code, which are not spoken. ``fenced`` tells that ``text`` begins inside one."""
    start = 0
    if fenced and (rest := _REST_OF_BLOCK.match(text)):
        start = rest.end()
        yield from _silent(text, 0, start)
    for match in _BLOCK.finditer(text, start):
        yield from _silent(text, match.start(), match.end())


def _silent(text: str, start: int, end: int) -> Iterator[Piece]:
    """Yield the words of ``text[start:end]``, unspoken; so that each keeps its white space."""
    for word in re.finditer(r"\S+", text[start:end]):
        yield Piece(start + word.start(), start + word.end(), "")


def marks(text: str, language: Language) -> Iterator[Piece]:
    """Find the marks of headings, lists, emphasis, links, quotes, rules and HTML."""
    for match in _NUMBERED.finditer(text):
        yield Piece(match.start(1), match.end(), cardinal(int(match[1]), language) + ",")
    for row in _ROW.finditer(text):
        yield from _row(row[0], row.start())
    for pattern in _SILENT:
        for match in pattern.finditer(text):
            name = "line" if "line" in pattern.groupindex else 0
            if match.start(name) < match.end(name):
                yield Piece(match.start(name), match.end(name), "")
    for match in _ENTITY.finditer(text):
        sign = _ENTITIES[match[1]]
        yield Piece(match.start(), match.end(), f" {language.symbols[sign]} " if sign in language.symbols else sign)


def _row(line: str, start: int) -> Iterator[Piece]:
    """Yield the bars of a table row: pauses between cells, a full stop at the end."""
    if not re.search(r"[^\s|:-]", line):
        return  # the rule between head and body
    bars = [match.start() for match in re.finditer(r"\|", line)]
    for bar in bars:
        spoken = "" if bar == bars[0] else "." if bar == bars[-1] else ","
        yield Piece(start + bar, start + bar + 1, spoken)
