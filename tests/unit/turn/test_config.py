"""The settings of the turn service."""

from __future__ import annotations

import pytest

from natter_runtime.config import load
from natter_runtime.errors import UsageError
from natter_turn.config import TurnConfig


def test_the_defaults_are_the_embedded_models() -> None:
    config = load(TurnConfig, {})
    assert (config.engine, config.vad_engine, config.model, config.vad_model) == ("smart_turn", "silero", "", "")


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("NATTER_TURN_ENGINE", "clever", "expected one of smart_turn, none"),
        ("NATTER_TURN_VAD", "ears", "expected one of silero, energy"),
        ("NATTER_TURN_THREADS", "0", "expected 1 to 32"),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_expected(variable: str, value: str, expected: str) -> None:
    with pytest.raises(UsageError, match=f"{variable}='{value}': {expected}"):
        load(TurnConfig, {variable: value})
