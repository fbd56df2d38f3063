"""What a call cost, by a table of prices that the operator keeps.

::

    currency = "USD"
    session_hour = 0.60
    audio_in_minute = 0.004
    audio_out_minute = 0.0
    tts_million_characters = 15.0
    tool_call = 0.0

    [llm."anthropic/claude-haiku-4-5"]
    input_million = 1.0
    output_million = 5.0
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from natter_gateway.records.usage import Usage
from natter_runtime.errors import UsageError

MILLION: Final = 1_000_000
_RATES: Final = ("session_hour", "audio_in_minute", "audio_out_minute", "tts_million_characters", "tool_call")
_MODEL: Final = ("input_million", "output_million")


@dataclass(frozen=True, slots=True)
class Prices:
    """The table. ``llm``: by the name of a model, as facts have it, the price of a million tokens in and out."""

    currency: str
    session_hour: float = 0.0
    audio_in_minute: float = 0.0
    audio_out_minute: float = 0.0
    tts_million_characters: float = 0.0
    tool_call: float = 0.0
    llm: dict[str, tuple[float, float]] = field(default_factory=dict)


def cost_of(usage: Usage, prices: Prices) -> dict[str, Any]:
    """Return what ``usage`` cost: currency, total, its parts, and the models that no price is known of."""
    known = [(tokens, prices.llm[tokens.model]) for tokens in usage.llm if tokens.model in prices.llm]
    parts = {
        "session": usage.session_seconds / 3600 * prices.session_hour,
        "audio_in": usage.audio_in_seconds / 60 * prices.audio_in_minute,
        "audio_out": usage.audio_out_seconds / 60 * prices.audio_out_minute,
        "tts": usage.tts_characters / MILLION * prices.tts_million_characters,
        "llm": sum((t.input_tokens * price[0] + t.output_tokens * price[1]) / MILLION for t, price in known),
        "tools": usage.tool_calls * prices.tool_call,
    }
    return {
        "currency": prices.currency,
        "total": round(sum(parts.values()), 6),
        "parts": {name: round(part, 6) for name, part in parts.items()},
        "unpriced_models": [tokens.model for tokens in usage.llm if tokens.model not in prices.llm],
    }


def load(path: Path | None) -> Prices | None:
    """Return the table in ``path``; None without one.

    Raises:
        UsageError: it cannot be read, or holds something that is no price.
    """
    if path is None:
        return None
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"NATTER_PRICES={path}: {error}") from error
    unknown = sorted(set(table) - {"currency", "llm", *_RATES})
    if unknown:
        raise UsageError(f"NATTER_PRICES={path}: {unknown[0]}: expected one of currency, llm, {', '.join(_RATES)}")
    currency, models = table.get("currency"), table.get("llm", {})
    if not isinstance(currency, str) or not currency:
        raise UsageError(f"NATTER_PRICES={path}: currency: expected a name such as USD")
    if not isinstance(models, dict):
        raise UsageError(f"NATTER_PRICES={path}: llm: expected a table for each model")
    rates = {name: _price(path, name, table[name]) for name in _RATES if name in table}
    return Prices(currency, **rates, llm={name: _model(path, name, row) for name, row in models.items()})


def _model(path: Path, name: str, row: Any) -> tuple[float, float]:
    if not isinstance(row, dict) or set(row) != set(_MODEL):
        raise UsageError(f"NATTER_PRICES={path}: llm.{name}: expected {' and '.join(_MODEL)}")
    return _price(path, name, row["input_million"]), _price(path, name, row["output_million"])


def _price(path: Path, name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MILLION:
        raise UsageError(f"NATTER_PRICES={path}: {name}: expected a price of 0 or more, got {value!r}")
    return float(value)
