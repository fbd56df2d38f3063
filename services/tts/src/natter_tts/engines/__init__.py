"""Which engine speaks: a pure choice, and the factory that imports only what was chosen."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from natter_runtime.errors import EngineError
from natter_tts.engine import Engine

log = logging.getLogger(__name__)

ENGINES: Final = ("rhvoice", "flite", "espeak", "piper", "tone")
"""All there are."""
ALONE: Final = ("espeak", "tone")
"""Those beside which no other engine is needed for what they do not speak."""
BEST_FIRST: Final = ("rhvoice", "flite", "espeak")
"""What ``auto`` picks from: speech libraries that need no model of their own, the best understood first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine, and what there is to be said about it in one line."""

    engine: str
    why: str


def choose(wanted: str, present: Set[str]) -> Choice:
    """Return the engine to use. Pure.

    Args:
        wanted: ``auto`` or one of :data:`ENGINES`.
        present: those whose library is installed.

    Raises:
        EngineError: nothing fits.
    """
    if wanted != "auto":
        if wanted not in present:
            raise EngineError(f"speech engine {wanted} is not installed: {how_to_get(wanted)}")
        return Choice(wanted, "as configured")
    for index, name in enumerate(BEST_FIRST):
        if name in present:
            better = BEST_FIRST[0]
            hint = f"; better: {better}, {how_to_get(better)}" if index else ""
            return Choice(name, f"the best that is installed{hint}")
    options = "; ".join(f"{name}: {how_to_get(name)}" for name in BEST_FIRST[1:])
    raise EngineError(f"no speech library is installed ({options})")


def how_to_get(name: str) -> str:
    """Return what to install for an engine."""
    if name == "piper":
        return "install natter-tts[piper]"
    from natter_tts.engines import espeak, flite, rhvoice

    return {"rhvoice": rhvoice.HOW_TO_GET, "flite": flite.HOW_TO_GET, "espeak": espeak.HOW_TO_GET}.get(name, "")


def present() -> frozenset[str]:
    """Return the engines whose library is installed. Imports none of them but the C ones."""
    from natter_tts.engines import espeak, flite, rhvoice

    found = {"tone"}
    found |= {
        name for name, module in (("rhvoice", rhvoice), ("flite", flite), ("espeak", espeak)) if module.available()
    }
    if importlib.util.find_spec("piper") and importlib.util.find_spec("onnxruntime"):
        found.add("piper")
    return frozenset(found)


def load(wanted: str, model: str, voice: str, models: Path) -> tuple[Engine, ...]:
    """Return the engines, loaded and warm: the one that is wanted, and those that speak what it does not. Blocking.

    Args:
        wanted: ``auto`` or one of :data:`ENGINES`.
        model: the engine's model; empty for its default. Several of piper's, separated by commas, are several voices.
        voice: name of the default voice; empty for the engine's.
        models: ``$NATTER_MODELS``.

    Raises:
        EngineError: it cannot be loaded; the message says what to do.
    """
    there = present()
    choice = choose(wanted, there)
    names = [name.strip() for name in model.split(",")] if choice.engine == "piper" else [model]
    engines = [_made(choice.engine, name, voice, models) for name in names]
    log.info("speech engine %s, voice %s: %s", choice.engine, engines[0].info.voice, choice.why)
    if "espeak" in there and choice.engine not in ALONE:
        from natter_tts.engines.espeak import VOICES, Espeak

        spoken = {language for engine in engines for language in engine.info.languages}
        if missing := VOICES.keys() - spoken:
            engines.append(Espeak(without=spoken))
            log.info("espeak speaks %s", ", ".join(sorted(missing)))
    for engine in engines:
        for _ in engine.synthesize("Ready.", engine.info.voice, lambda: False):
            pass
    return tuple(engines)


def _made(name: str, model: str, voice: str, models: Path) -> Engine:
    if name == "rhvoice":
        from natter_tts.engines import rhvoice

        return rhvoice.RHVoice(rhvoice.find_data(model, models), voice)
    if name == "flite":
        from natter_tts.engines.flite import Flite

        return Flite(voice)
    if name == "espeak":
        from natter_tts.engines.espeak import Espeak

        return Espeak(voice)
    if name == "piper":
        from natter_tts.engines import piper

        return piper.Piper(piper.find_voice(model, models), voice)
    from natter_tts.engines.tone import Tone

    return Tone()
