"""German."""

from __future__ import annotations

from typing import Final

from natter_llm.language.data import Phrases

GERMAN: Final = Phrases(
    code="de",
    filler="Einen Moment, bitte.",
    apology="Entschuldigung, mir ist gerade keine Antwort gelungen. Bitte versuchen Sie es noch einmal.",
)
