"""Engines of the turn service, loaded by name; a library is imported only where it is used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from natter_runtime.errors import UsageError
from natter_runtime.models import locate
from natter_turn.config import TurnConfig
from natter_turn.engine import DetectorFactory, Judge, Models

DEFAULT_MODELS: Final = {"silero": "silero-v6", "energy": "", "smart_turn": "smart-turn-v3.2", "none": ""}
"""What each engine loads if no model is named; energy and none have no model."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The two engines of the turn service, and the model of each (empty: it has none)."""

    detector: str
    detector_model: str
    judge: str
    judge_model: str

    @property
    def engine(self) -> str:
        """Both engines in one word."""
        return f"{self.detector}+{self.judge}"

    @property
    def model(self) -> str:
        """Both models in one word."""
        return "+".join(model for model in (self.detector_model, self.judge_model) if model)


def choose(config: TurnConfig) -> Choice:
    """Return what ``config`` amounts to. Pure."""
    return Choice(
        config.vad_engine,
        config.vad_model or DEFAULT_MODELS[config.vad_engine],
        config.engine,
        config.model or DEFAULT_MODELS[config.engine],
    )


def load(choice: Choice, root: Path) -> Models:
    """Return the models that ``choice`` names; blocks while they load.

    Raises:
        UsageError: there is no such engine.
        EngineError: a model is missing or cannot be loaded.
    """
    return Models(_detectors(choice, root), _judge(choice, root))


def _detectors(choice: Choice, root: Path) -> DetectorFactory:
    match choice.detector:
        case "silero":
            from natter_turn.engines.silero import Silero

            return Silero(locate("vad", choice.detector_model, root))
        case "energy":
            from natter_turn.engines.energy import Energy

            return Energy()
        case other:
            raise UsageError(f"NATTER_TURN_VAD={other!r}: expected silero or energy")


def _judge(choice: Choice, root: Path) -> Judge | None:
    match choice.judge:
        case "smart_turn":
            from natter_turn.engines.smart_turn import SmartTurn

            return SmartTurn(locate("turn", choice.judge_model, root))
        case "none":
            return None
        case other:
            raise UsageError(f"NATTER_TURN_ENGINE={other!r}: expected smart_turn or none")
