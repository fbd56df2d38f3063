"""What the agent says by itself, in the language of the call; one data file per language. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from natter_llm.language.data import Phrases
from natter_llm.language.de import GERMAN
from natter_llm.language.en import ENGLISH
from natter_llm.language.es import SPANISH
from natter_llm.language.fr import FRENCH
from natter_llm.language.it import ITALIAN
from natter_llm.language.pt import PORTUGUESE

LANGUAGES: Final = {phrases.code: phrases for phrases in (ENGLISH, SPANISH, FRENCH, GERMAN, ITALIAN, PORTUGUESE)}
"""By ISO 639-1 code."""

__all__ = ["ENGLISH", "LANGUAGES", "Phrases", "phrases_for"]


def phrases_for(codes: Sequence[str]) -> Phrases:
    """Return the phrases of the first of ``codes`` (such as ``pt-BR``); of English where there are none of it."""
    short = codes[0].replace("_", "-").split("-")[0].lower() if codes else ""
    return LANGUAGES.get(short, ENGLISH)
