"""English."""

from __future__ import annotations

from typing import Final

from natter_llm.language.data import Phrases

ENGLISH: Final = Phrases(
    code="en",
    filler="One moment, please.",
    apology="Sorry, I could not come up with an answer just now. Please try again.",
)
