"""Single characters: quotes, dashes, brackets, emoji, operators; and the pauses that line ends make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from natter_tts.normalize.language import Language
from natter_tts.normalize.patterns import any_of
from natter_tts.normalize.pieces import CLAIMED, Piece

_EMOJI: Final = re.compile(
    "[\U0001f000-\U0001faff\U0001fb00-\U0001fbff☀-➿⬀-⯿⌀-⏿■-◿"
    "\u200d\u20e3\ufe00-\ufe0f\U000e0020-\U000e007f‼⁉ℹ™®©↔-↪⤴⤵〰〽㊗㊙]+"
)
_SMILEY: Final = re.compile(r"(?<!\S)(?:[:;=8]['\-^]?[()DPpOo/|*3]|<3|\^\^|xD)(?!\S)")
_QUOTES: Final = re.compile(r"[\"“”„«»‹›]|(?<!\w)['‘’‚]|['‘’‚](?!\w)")
_APOSTROPHE: Final = re.compile(r"(?<=\w)[’‘](?=\w)")
_DASH: Final = re.compile(r"[—–―]+|(?<=\s)-+(?=\s)")
_ELLIPSIS: Final = re.compile(r"…|\.{2,}")
_REPEATED: Final = re.compile(r"(?<=[!?])[!?]+")
_OPEN: Final = re.compile(r"[(\[{]")
_CLOSE: Final = re.compile(r"[)\]}]")
_SLASH: Final = re.compile(r"(?<=[\w\ufffc])\s?/\s?(?=[\w\ufffc])")
_COMPARED: Final = re.compile(r"(?<=[^\s]\s)[<>](?=\s\S)")
_COLON: Final = re.compile(r"(?<=[\w\ufffc]):(?=[\w\ufffc])")
_TAG: Final = re.compile(r"(?<!\w)([#@])(?=[A-Za-z]\w)")
_UNSPOKEN: Final = re.compile(
    r"(?!\s)[\x00-\x08\x0b-\x1f\x7f-\x9f$€£*_`~^|\\<>{}#†‡¶•·◦▪\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffd]"
)
_LINE_END: Final = re.compile(r"(?<=[^\s.,;:!?…\-—–|])[*_`~\"”')\]]*(?=[ \t]*(\n+))")


@lru_cache(maxsize=8)
def _phrases(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w./])(?:{any_of(language.phrases)})(?![\w/]|\.\w)", re.IGNORECASE)


@lru_cache(maxsize=8)
def _operators(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(?<=[\d\ufffc)])\s?([{re.escape(''.join(language.operators))}])\s?(?=[\d\ufffc(])")


@lru_cache(maxsize=8)
def _symbols(language: Language) -> re.Pattern[str]:
    return re.compile(any_of(language.symbols))


def phrases(text: str, language: Language) -> Iterator[Piece]:
    """Find smileys, and what is not said as its parts would be. An early rule: digits are among the parts."""
    for match in _SMILEY.finditer(text):
        yield Piece(match.start(), match.end(), "")
    for match in _phrases(language).finditer(text):
        yield Piece(match.start(), match.end(), language.phrases[match[0].lower()])


def symbols(text: str, language: Language) -> Iterator[Piece]:
    """Find everything that is not a letter, a digit or plain punctuation."""
    for pattern, spoken in ((_EMOJI, ""), (_APOSTROPHE, "'"), (_QUOTES, ""), (_REPEATED, "")):
        for match in pattern.finditer(text):
            yield Piece(match.start(), match.end(), spoken)
    for match in _TAG.finditer(text):
        yield Piece(match.start(), match.end(), f"{language.hashtag if match[1] == '#' else language.at} ")
    for match in _operators(language).finditer(text):
        yield Piece(match.start(1), match.end(1), f" {language.operators[match[1]]} ")
    for match in _COMPARED.finditer(text):
        yield Piece(match.start(), match.end(), language.operators[match[0]])
    for match in _COLON.finditer(text):
        yield Piece(match.start(), match.end(), ", ")
    for match in _ELLIPSIS.finditer(text):
        yield Piece(match.start(), match.end(), "." if not text[match.end() :].strip() else ",")
    for match in _DASH.finditer(text):
        yield Piece(match.start(), match.end(), ", ")
    for match in _SLASH.finditer(text):
        yield Piece(match.start(), match.end(), f" {language.slash} ")
    yield from _brackets(text)
    for match in _symbols(language).finditer(text):
        yield Piece(match.start(), match.end(), f" {language.symbols[match[0]]} ")
    for match in _UNSPOKEN.finditer(text):
        inside = re.match(r"\w", text[match.end() :]) and re.search(r"\w$", text[: match.start()])
        yield Piece(match.start(), match.end(), " " if inside else "")


def _brackets(text: str) -> Iterator[Piece]:
    """A parenthesis is set apart by a short pause on either side."""
    for match in _OPEN.finditer(text):
        yield Piece(match.start(), match.end(), "")
        before = text[: match.start()].rstrip()
        if before and (before[-1].isalnum() or before[-1] == CLAIMED) and len(before) < match.start():
            yield Piece(len(before), len(before), ",")
    for match in _CLOSE.finditer(text):
        follows = re.match(r"\s+\w", text[match.end() :])
        yield Piece(match.start(), match.end(), "," if follows else "")


def line_ends(text: str, language: Language) -> Iterator[Piece]:
    """Put a pause where a line ends without punctuation: a full stop before a list or an empty line."""
    for match in _LINE_END.finditer(text):
        rest = text[match.end(1) :]
        strong = len(match[1]) > 1 or re.match(r"\s*(?:[-*+•\ufffc]|\d{1,3}[.)]\s|#)", rest) or not rest.strip()
        yield Piece(match.end(), match.end(), "." if strong else ",")
