"""Spanish."""

from __future__ import annotations

from typing import Final

from natter_llm.language.data import Phrases

SPANISH: Final = Phrases(
    code="es",
    filler="Un momento, por favor.",
    apology="Lo siento, ahora mismo no he podido dar con una respuesta. Inténtelo de nuevo, por favor.",
)
