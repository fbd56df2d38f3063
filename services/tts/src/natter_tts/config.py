"""The settings of the tts service."""

from __future__ import annotations

from dataclasses import dataclass

from natter_runtime.config import setting
from natter_tts.data import LANGUAGES
from natter_tts.engines import ENGINES


@dataclass(frozen=True, slots=True)
class TtsConfig:
    """See each field."""

    engine: str = setting(
        "auto",
        "NATTER_TTS_ENGINE",
        "what speaks; auto takes the best speech library that is installed",
        choices=("auto", *ENGINES),
    )
    model: str = setting(
        "",
        "NATTER_TTS_MODEL",
        "piper: names or paths of voices, separated by commas; rhvoice: folder of its data; empty is the default",
    )
    voice: str = setting("", "NATTER_TTS_VOICE", "voice for sessions that ask for none, or for one there is not")
    language: str = setting(
        "en",
        "NATTER_TTS_LANGUAGE",
        "spoken where a session names neither a voice nor a language, and NATTER_TTS_VOICE none",
        choices=tuple(LANGUAGES),
    )
    threads: int = setting(
        2, "NATTER_TTS_THREADS", "segments that may be synthesised at the same time", unit="threads", low=1, high=64
    )
    patience_s: float = setting(
        5.0, "NATTER_TTS_PATIENCE_S", "longest wait for the engine's next audio", unit="seconds", low=0.1, high=120
    )
