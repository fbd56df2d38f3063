"""Telephone numbers: digit by digit, with a pause between the groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from natter_tts.normalize.language import Language
from natter_tts.normalize.patterns import any_of
from natter_tts.normalize.pieces import Piece
from natter_tts.normalize.words import digits

_GAP: Final = r"[ .‐-‑-]"


@lru_cache(maxsize=8)
def _numbers(language: Language) -> re.Pattern[str]:
    shapes = "|".join((rf"\+\d{{1,3}}(?:{_GAP}?\(?\d{{1,4}}\)?){{2,6}}", *language.phone_shapes))  # +44 20 7946 0958
    return re.compile(rf"(?<![\w.,$€£+-])(?:{shapes})(?![\w-])(?!\.\d)")


@lru_cache(maxsize=8)
def _short(language: Language) -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:{any_of(language.call)})(?: \w+)?[ :]+({any_of(language.emergency)})(?!\w)(?!{_GAP}\d)", re.IGNORECASE
    )


def phones(text: str, language: Language) -> Iterator[Piece]:
    """Find telephone numbers and, after a word of calling, short ones such as 911."""
    for match in _numbers(language).finditer(text):
        if sum(character.isdigit() for character in match[0]) < 7:
            continue
        said = ", ".join(digits(group, language) for group in re.findall(r"\d+", match[0]))
        yield Piece(match.start(), match.end(), f"{language.plus} {said}" if match[0].startswith("+") else said)
    for match in _short(language).finditer(text):
        yield Piece(match.start(1), match.end(1), digits(match[1], language))
