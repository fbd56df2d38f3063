"""Which engine hears, and how it is loaded. A library is imported only in the branch that uses it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from natter_runtime.errors import UsageError
from natter_runtime.models import locate
from natter_stt.config import SttConfig
from natter_stt.engine import Engine

DEFAULT_MODELS: Final = {"moonshine": "moonshine-tiny-en", "faster_whisper": "base", "scripted": ""}
"""What each engine loads if ``NATTER_STT_MODEL`` says nothing."""
LIBRARIES: Final = {"moonshine": "onnxruntime", "faster_whisper": "faster_whisper"}
"""What must be installed for an engine: the import name."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine, its model, and why these."""

    engine: str
    model: str
    reason: str


def installed(library: str) -> bool:
    """Whether ``library`` could be imported; imports nothing."""
    return importlib.util.find_spec(library) is not None


def choose(config: SttConfig, is_installed: Callable[[str], bool] = installed) -> Choice:
    """Return what ``config`` amounts to. Pure but for ``is_installed``.

    Raises:
        UsageError: the engine's library is not installed, or it needs a model to be named.
    """
    library = LIBRARIES.get(config.engine)
    if library is not None and not is_installed(library):
        extra = config.engine.replace("_", "-")
        raise UsageError(f"NATTER_STT_ENGINE={config.engine}: install natter-stt[{extra}]")
    model = config.model or DEFAULT_MODELS[config.engine]
    if not model:
        raise UsageError(f"NATTER_STT_ENGINE={config.engine}: NATTER_STT_MODEL must name a file")
    stated = config.engine != SttConfig().engine
    reason = f"NATTER_STT_ENGINE={config.engine} with its default" if stated else "default"
    return Choice(config.engine, model, "NATTER_STT_MODEL" if config.model else reason)


def load(config: SttConfig, models: Path) -> Engine:
    """Return the engine that ``config`` asks for, loaded. Blocks.

    Args:
        config: the service's settings.
        models: ``$NATTER_MODELS``.

    Raises:
        UsageError: as :func:`choose`.
        EngineError: the model is missing or cannot be loaded.
    """
    choice = choose(config)
    match choice.engine:
        case "moonshine":
            from natter_stt.engines.moonshine import Moonshine

            return Moonshine(locate("stt", choice.model, models), choice.model)
        case "faster_whisper":
            from natter_stt.engines import faster_whisper

            folder = faster_whisper.find(choice.model, models, config.hub_timeout_s)
            return faster_whisper.FasterWhisper(folder, choice.model, config.device, config.window_s)
        case "scripted":
            from natter_stt.engines import scripted

            return scripted.Scripted(scripted.read(locate("stt", choice.model, models)), choice.model)
        case _:
            raise UsageError(f"NATTER_STT_ENGINE={choice.engine!r}: expected one of {', '.join(DEFAULT_MODELS)}")
