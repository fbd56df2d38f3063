"""Which engines judge turns, and how they are found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from natter_runtime.errors import EngineError, UsageError
from natter_turn.config import TurnConfig
from natter_turn.engines import Choice, choose, load
from natter_turn.engines.energy import Energy

WITHOUT_MODELS = Choice("energy", "", "none", "")


@pytest.mark.parametrize(
    ("config", "engine", "model"),
    [
        (TurnConfig(), "silero+smart_turn", "silero-v6+smart-turn-v3.2"),
        (TurnConfig(vad_engine="energy"), "energy+smart_turn", "smart-turn-v3.2"),
        (TurnConfig(engine="none", vad_model="mine"), "silero+none", "mine"),
        (TurnConfig(engine="none", vad_engine="energy"), "energy+none", ""),
    ],
)
def test_what_is_chosen(config: TurnConfig, engine: str, model: str) -> None:
    choice = choose(config)
    assert (choice.engine, choice.model) == (engine, model)


def test_nothing_needs_to_be_there_for_engines_without_models(tmp_path: Path) -> None:
    models = load(WITHOUT_MODELS, tmp_path)
    assert isinstance(models.detectors, Energy)
    assert models.judge is None


@pytest.mark.parametrize(
    ("choice", "missing"),
    [
        (Choice("silero", "silero-nowhere", "none", ""), "vad model silero-nowhere"),
        (Choice("energy", "", "smart_turn", "smart-turn-nowhere"), "turn model smart-turn-nowhere"),
    ],
)
def test_a_model_that_is_missing_is_named(tmp_path: Path, choice: Choice, missing: str) -> None:
    with pytest.raises(EngineError, match=missing):
        load(choice, tmp_path)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice("ears", "", "none", ""), "NATTER_TURN_VAD='ears': expected silero or energy"),
        (Choice("energy", "", "brain", ""), "NATTER_TURN_ENGINE='brain': expected smart_turn or none"),
    ],
)
def test_an_engine_that_does_not_exist_is_a_wrong_setting(tmp_path: Path, choice: Choice, expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        load(choice, tmp_path)


def test_no_library_is_imported_before_its_engine_is_chosen() -> None:
    code = "import natter_turn.main, sys; print([name for name in ('onnxruntime',) if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "[]"
