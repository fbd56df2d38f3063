"""French."""

from __future__ import annotations

from typing import Final

from natter_llm.language.data import Phrases

FRENCH: Final = Phrases(
    code="fr",
    filler="Un instant, s'il vous plaît.",
    apology="Désolé, je n'ai pas trouvé de réponse pour l'instant. Veuillez réessayer.",
)
