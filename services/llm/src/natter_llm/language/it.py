"""Italian."""

from __future__ import annotations

from typing import Final

from natter_llm.language.data import Phrases

ITALIAN: Final = Phrases(
    code="it",
    filler="Un momento, per favore.",
    apology="Mi dispiace, in questo momento non riesco a rispondere. Riprovi, per favore.",
)
