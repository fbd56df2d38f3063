"""Languages, as data; one file each."""

from __future__ import annotations

from natter_tts.data.en import EN
from natter_tts.normalize.language import Language

__all__ = ["EN", "LANGUAGES"]

LANGUAGES: dict[str, Language] = {EN.code: EN}
"""By ISO 639-1 code."""
