"""Portuguese."""

from __future__ import annotations

from typing import Final

from natter_llm.language.data import Phrases

PORTUGUESE: Final = Phrases(
    code="pt",
    filler="Um momento, por favor.",
    apology="Desculpe, não consegui responder agora. Tente outra vez, por favor.",
)
