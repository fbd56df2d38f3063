"""Engines of the turn service, loaded by name; a library is imported only where it is used."""

from __future__ import annotations

from pathlib import Path

from natter_runtime.errors import UsageError
from natter_turn.config import TurnConfig
from natter_turn.engine import DetectorFactory, Judge, Models


def load(config: TurnConfig, root: Path) -> Models:
    """Return the models that ``config`` names; blocks while they load.

    Raises:
        UsageError: there is no such engine.
        EngineError: a model is missing or cannot be loaded.
    """
    return Models(_detectors(config, root), _judge(config, root))


def _detectors(config: TurnConfig, root: Path) -> DetectorFactory:
    match config.vad_engine:
        case "silero":
            from natter_turn.engines.silero import Silero

            return Silero(config.vad_model, root)
        case "energy":
            from natter_turn.engines.energy import Energy

            return Energy()
        case other:
            raise UsageError(f"NATTER_TURN_VAD={other!r}: expected silero or energy")


def _judge(config: TurnConfig, root: Path) -> Judge | None:
    match config.engine:
        case "smart_turn":
            from natter_turn.engines.smart_turn import SmartTurn

            return SmartTurn(config.model, root)
        case "none":
            return None
        case other:
            raise UsageError(f"NATTER_TURN_ENGINE={other!r}: expected smart_turn or none")
