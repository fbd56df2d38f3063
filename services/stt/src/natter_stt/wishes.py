"""What a session's settings ask of the recogniser, as far as the engine can do it. Pure."""

from __future__ import annotations

from typing import Final

from natter_protocol.settings import InputSettings
from natter_stt.engine import EngineInfo, StreamOptions

MORE: Final = (
    "NATTER_STT_ENGINE=faster_whisper with NATTER_STT_MODEL=small (from the hub at its first start, or a folder) "
    "hears a hundred languages"
)
"""The engine and model for languages that others do not hear."""


def options_for(wishes: InputSettings, info: EngineInfo) -> tuple[StreamOptions, tuple[str, ...]]:
    """Return the stream options, and the wished languages that the engine does not know.

    Languages are compared by their first part: an engine that knows ``en`` is good for ``en-GB``. If
    none is left the choice is the engine's own.
    """
    wanted = {language: language.replace("_", "-").split("-")[0].lower() for language in wishes.languages}
    known = tuple(dict.fromkeys(short for short in wanted.values() if short in info.languages))
    unknown = tuple(language for language, short in wanted.items() if short not in info.languages)
    return StreamOptions(known, wishes.prompt or "", wishes.keyterms), unknown


def refusal(unknown: tuple[str, ...], info: EngineInfo) -> str:
    """Return what to tell a client whose languages the engine does not know, and what would know them."""
    heard, wished = ", ".join(info.languages), ", ".join(unknown)
    return f"{info.name} ({info.model}) hears {heard}, not {wished}: {MORE}"
