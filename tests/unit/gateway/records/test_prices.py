"""What a call cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from natter_gateway.records import prices
from natter_gateway.records.prices import Prices, cost_of
from natter_gateway.records.usage import Tokens, Usage
from natter_runtime.errors import UsageError

TABLE = """
currency = "USD"
session_hour = 0.60
audio_in_minute = 0.004
audio_out_minute = 0.001
tts_million_characters = 15.0
tool_call = 0.01

[llm."anthropic/claude-haiku-4-5"]
input_million = 1.0
output_million = 5
"""


def load(text: str, tmp_path: Path) -> Prices:
    path = tmp_path / "prices.toml"
    path.write_text(text)
    loaded = prices.load(path)
    assert loaded is not None
    return loaded


def test_a_call_and_its_parts(tmp_path: Path) -> None:
    model = Tokens("anthropic/claude-haiku-4-5", 10_000, 2_000)
    usage = Usage(1800, 600, 300, (model, Tokens("unknown", 5, 5)), 2000, 3)
    cost = cost_of(usage, load(TABLE, tmp_path))
    assert cost == {
        "currency": "USD",
        "total": 0.425,
        "parts": {"session": 0.3, "audio_in": 0.04, "audio_out": 0.005, "tts": 0.03, "llm": 0.02, "tools": 0.03},
        "unpriced_models": ["unknown"],
    }


def test_what_has_no_price_costs_nothing(tmp_path: Path) -> None:
    assert cost_of(Usage(3600, 60, 60, (), 10, 1), load('currency = "EUR"', tmp_path))["total"] == 0


def test_without_a_table_there_are_no_prices() -> None:
    assert prices.load(None) is None


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("currency = ", "Invalid value"),
        ("session_hour = 1", "currency: expected"),
        ('currency = "USD"\nsession_day = 1', "session_day: expected one of"),
        ('currency = "USD"\nsession_hour = "1"', "session_hour: expected a price"),
        ('currency = "USD"\nsession_hour = -1', "session_hour: expected a price"),
        ('currency = "USD"\nsession_hour = true', "session_hour: expected a price"),
        ('currency = "USD"\nsession_hour = nan', "session_hour: expected a price"),
        ('currency = "USD"\nllm = 1', "llm: expected"),
        ('currency = "USD"\n[llm.x]\ninput_million = 1', "llm.x: expected"),
        ('currency = "USD"\n[llm.x]\ninput_million = 1\noutput_million = "2"', "x: expected a price"),
    ],
)
def test_a_table_that_cannot_be_used(table: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="NATTER_PRICES=") as caught:
        load(table, tmp_path)
    assert words in str(caught.value)


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="NATTER_PRICES="):
        prices.load(tmp_path / "nowhere.toml")
