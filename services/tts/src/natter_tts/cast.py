"""Who speaks: which engine with which voice, in which language. Pure.

A session that names a voice of ours gets it. One that names a voice of the hosted API gets the first voice that
speaks that one's language. One that names none, or a name that says nothing about a language, is spoken to in the
first of its ``language_codes``, else in the language of the service. What no engine speaks is said with the default
voice: the words were chosen by the model, and a strange accent is better than silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from natter_tts.data import EN, LANGUAGES
from natter_tts.engine import Engine, EngineInfo
from natter_tts.normalize.language import Language

BORROWED: Final[Mapping[str, str]] = {
    "lola": "es",
    "estelle": "fr",
    "juergen": "de",
    "giovanni": "it",
    "rafael": "pt",
}
"""Voices of the hosted API that speak another language than English."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a reply is spoken with."""

    engine: Engine
    voice: str
    language: Language
    """Whose numbers and dates are spoken."""


class Cast:
    """The engines of the process.

    Args:
        engines: the first one's default voice is the default of all.
        language: ISO 639-1, spoken where nothing else is wished for; empty for that of the default voice.
    """

    def __init__(self, engines: Sequence[Engine], language: str = "") -> None:
        self._engines = tuple(engines)
        self._language = language

    @property
    def details(self) -> dict[str, Any]:
        """What the service declares: the first engine, with the voices and languages of all."""
        infos = [engine.info for engine in self._engines]
        spoken = {voice: _language(info, voice) for info in reversed(infos) for voice in info.voices}
        return asdict(infos[0]) | {
            "voice": self.role(None, ()).voice,
            "voices": list(dict.fromkeys(voice for info in infos for voice in info.voices)),
            "languages": list(dict.fromkeys(language for info in infos for language in info.languages)),
            "voice_languages": spoken,
        }

    def role(self, wanted: str | None, codes: Sequence[str]) -> Role:
        """Return who speaks in a session.

        Args:
            wanted: the name of a voice, in any case, or None.
            codes: the languages of the session, such as ``pt-BR``; the first one counts.
        """
        name = (wanted or "").lower()
        for engine in self._engines:
            for voice in engine.info.voices:
                if voice.lower() == name:
                    return _role(engine, voice)
        wishes = (BORROWED.get(name, ""), *codes[:1], self._language)
        found = (role for wish in wishes if wish for role in self._speakers(wish))
        first = self._engines[0]
        return next(found, _role(first, first.info.voice))

    def _speakers(self, code: str) -> Iterator[Role]:
        """Yield who speaks ``code``, best first: a voice of just this name, an engine's default, any other."""
        code = code.replace("_", "-").lower()
        short = code.split("-")[0]
        for engine in self._engines:
            info = engine.info
            fitting = [voice for voice in (info.voice, *info.voices) if _language(info, voice) == short]
            exact = [voice for voice in fitting if voice.lower() == code != short]
            yield from (_role(engine, voice) for voice in (*exact, *fitting))


def _language(info: EngineInfo, voice: str) -> str:
    return info.voice_languages.get(voice, info.languages[0])


def _role(engine: Engine, voice: str) -> Role:
    return Role(engine, voice, LANGUAGES.get(_language(engine.info, voice), EN))
