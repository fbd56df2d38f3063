"""What turn-taking knows of each language: words that end a thought, or cannot; one data file per language. Pure.

A language that has no file is taken by its sound and its silences alone (:data:`NONE`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from natter_turn.language.data import NONE, LanguageData, Value
from natter_turn.language.de import GERMAN
from natter_turn.language.en import ENGLISH
from natter_turn.language.es import SPANISH
from natter_turn.language.fr import FRENCH
from natter_turn.language.it import ITALIAN
from natter_turn.language.pt import PORTUGUESE

LANGUAGES: Final = {data.code: data for data in (ENGLISH, SPANISH, FRENCH, GERMAN, ITALIAN, PORTUGUESE)}
"""By ISO 639-1 code."""

__all__ = ["ENGLISH", "LANGUAGES", "NONE", "LanguageData", "Value", "language_for", "spoken"]


def language_for(codes: Sequence[str]) -> LanguageData:
    """Return what is known of the first of ``codes`` (such as ``en-GB``); of English if there are none."""
    return LANGUAGES.get(_short(codes[0]), NONE) if codes else ENGLISH


def spoken(codes: Sequence[str], heard: str) -> tuple[str, ...]:
    """Return ``codes`` with the language that was heard first, if it is one of them or there are none."""
    if not heard or (codes and heard not in map(_short, codes)):
        return tuple(codes)
    return (heard, *codes)


def _short(code: str) -> str:
    return code.replace("_", "-").split("-")[0].lower()
