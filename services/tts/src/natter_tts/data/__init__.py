"""Languages, as data; one file each."""

from __future__ import annotations

from typing import Final

from natter_tts.data.de import DE
from natter_tts.data.en import EN
from natter_tts.data.es import ES
from natter_tts.data.fr import FR
from natter_tts.data.it import IT
from natter_tts.data.pt import PT
from natter_tts.normalize.language import Language

__all__ = ["DE", "EN", "ES", "FR", "IT", "LANGUAGES", "PT"]

LANGUAGES: Final[dict[str, Language]] = {language.code: language for language in (EN, ES, FR, DE, IT, PT)}
"""By ISO 639-1 code."""
