"""What a session's settings ask of the recogniser, as far as the engine can do it. Pure."""

from __future__ import annotations

from natter_protocol.settings import InputSettings
from natter_stt.engine import EngineInfo, StreamOptions


def options_for(wishes: InputSettings, info: EngineInfo) -> tuple[StreamOptions, tuple[str, ...]]:
    """Return the stream options, and the wished languages that the engine does not know.

    Languages are compared by their first part: an engine that knows ``en`` is good for ``en-GB``. If
    none is left the choice is the engine's own.
    """
    wanted = {language: language.replace("_", "-").split("-")[0].lower() for language in wishes.languages}
    known = tuple(dict.fromkeys(short for short in wanted.values() if short in info.languages))
    unknown = tuple(language for language, short in wanted.items() if short not in info.languages)
    return StreamOptions(known, wishes.prompt or "", wishes.keyterms), unknown
