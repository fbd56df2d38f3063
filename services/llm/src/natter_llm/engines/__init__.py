"""Which engine answers: the choice, which is pure, and the lazy factory.

A library is imported only in the branch that uses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from natter_llm.config import LlmConfig
from natter_llm.engine import Engine
from natter_runtime.clock import Clock
from natter_runtime.errors import UsageError


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine by name, and why it was chosen, in words for a person."""

    engine: str
    reason: str


def choose(config: LlmConfig) -> Choice:
    """Return which engine ``config`` asks for.

    Raises:
        UsageError: the engine that was asked for lacks a setting.
    """
    if config.engine == "litellm" and not config.model:
        raise UsageError("NATTER_LLM_ENGINE=litellm needs NATTER_LLM_MODEL, such as openai/gpt-4.1-mini")
    if config.engine == "openai_compatible" and not config.base_url:
        raise UsageError("NATTER_LLM_ENGINE=openai_compatible needs NATTER_LLM_BASE_URL")
    if config.engine != "auto":
        return Choice(config.engine, f"NATTER_LLM_ENGINE={config.engine}")
    if config.base_url:
        return Choice("openai_compatible", "NATTER_LLM_BASE_URL is set")
    if config.model:
        return Choice("litellm", "NATTER_LLM_MODEL is set")
    return Choice("demo", "neither NATTER_LLM_MODEL nor NATTER_LLM_BASE_URL is set")


def create(config: LlmConfig, clock: Clock) -> Engine:
    """Return the engine that ``config`` asks for, not yet warm.

    Raises:
        UsageError: a setting is missing or wrong, or the engine's library is not installed.
    """
    name = choose(config).engine
    if name == "openai_compatible":
        try:
            from natter_llm.engines.openai_compatible import OpenAiCompatible
        except ImportError as error:
            raise UsageError(f"{name} is not installed: install natter-llm[openai-compatible]") from error
        return OpenAiCompatible(config)
    if name == "litellm":
        from natter_llm.engines.litellm import LiteLlm

        return LiteLlm(config)
    if name == "scripted":
        from natter_llm.engines.scripted import Scripted, parse

        replies = None if config.script is None else parse(_text(config.script))
        return Scripted(clock, replies, first_s=config.script_first_ms / 1000, token_s=config.script_token_ms / 1000)
    from natter_llm.engines.demo import Demo

    return Demo.load(config.demo_knowledge, clock)


def _text(script: Path) -> str:
    try:
        return script.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"NATTER_LLM_SCRIPT={script}: {error}") from error
