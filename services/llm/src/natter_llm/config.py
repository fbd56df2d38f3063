"""The settings of the llm service; the only file that names its environment variables."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from natter_runtime.config import setting

ENGINES: Final = ("auto", "litellm", "openai_compatible", "demo", "scripted")
"""What ``NATTER_LLM_ENGINE`` may be."""


@dataclass(frozen=True, slots=True)
class LlmConfig:
    """Which model answers, and how long it may take."""

    engine: str = setting(
        "auto",
        "NATTER_LLM_ENGINE",
        "who answers; auto is openai_compatible with a base URL, litellm with a model, else demo",
        choices=ENGINES,
    )
    model: str = setting(
        "", "NATTER_LLM_MODEL", "model, such as openai/gpt-4.1-mini or ollama_chat/llama3.2 for litellm"
    )
    base_url: str = setting("", "NATTER_LLM_BASE_URL", "OpenAI-compatible server, such as http://127.0.0.1:11434/v1")
    api_key: str = setting("", "NATTER_LLM_API_KEY", "key for that server", secret=True)
    secret: str = setting(
        "", "NATTER_SECRET", "opens what stored agents entrust to the platform, as on the gateways", secret=True
    )
    http_tools_private: bool = setting(
        False,
        "NATTER_HTTP_TOOLS_PRIVATE",
        "whether HTTP tools and models of stored agents may use http and private hosts",
    )
    mcp: Path | None = setting(
        None, "NATTER_LLM_MCP", "JSON file of servers of the Model Context Protocol whose tools all calls have"
    )
    temperature: float | None = setting(
        None, "NATTER_LLM_TEMPERATURE", "sampling; unset is the model's own", low=0, high=2
    )
    max_tokens: int | None = setting(
        None, "NATTER_LLM_MAX_TOKENS", "longest reply; unset is the model's own", unit="tokens", low=1
    )
    connect_s: float = setting(5.0, "NATTER_LLM_CONNECT_S", "longest wait for a connection", unit="seconds", low=0.01)
    first_token_s: float = setting(
        12.0, "NATTER_LLM_FIRST_TOKEN_S", "longest wait for a reply to begin", unit="seconds", low=0.01
    )
    next_token_s: float = setting(
        10.0, "NATTER_LLM_NEXT_TOKEN_S", "longest pause inside a reply", unit="seconds", low=0.01
    )
    total_s: float = setting(90.0, "NATTER_LLM_TOTAL_S", "longest generation of one reply", unit="seconds", low=0.1)
    max_history: int = setting(
        200, "NATTER_LLM_MAX_HISTORY", "messages of the conversation that the model is told", unit="messages", low=2
    )
    max_tool_steps: int = setting(
        6, "NATTER_LLM_MAX_TOOL_STEPS", "replies in a row that may call tools without the user speaking", low=0, high=50
    )
    filler_s: float = setting(
        4.0,
        "NATTER_LLM_FILLER_S",
        "a tool that runs longer than this is bridged by a phrase; 0 is never",
        unit="seconds",
        low=0,
    )
    filler: str = setting("", "NATTER_LLM_FILLER", "that phrase; empty is one in the language of the call")
    spoken_style: bool = setting(
        True, "NATTER_LLM_SPOKEN_STYLE", "tell the model that its words are spoken: short sentences, no Markdown"
    )
    apology: str = setting(
        "",
        "NATTER_LLM_APOLOGY",
        "said when the model failed before its first word; empty is a sentence in the language of the call",
    )
    demo_knowledge: Path | None = setting(
        None, "NATTER_DEMO_KNOWLEDGE", "Markdown file that the demo engine answers from; unset is the one about Natter"
    )
    script: Path | None = setting(None, "NATTER_LLM_SCRIPT", "replies of the scripted engine, separated by blank lines")
    script_first_ms: float = setting(
        0.0, "NATTER_LLM_SCRIPT_FIRST_MS", "delay of the scripted engine's first token", unit="milliseconds", low=0
    )
    script_token_ms: float = setting(
        0.0, "NATTER_LLM_SCRIPT_TOKEN_MS", "delay of each further token", unit="milliseconds", low=0
    )


def keep_litellm_offline() -> None:
    """Make litellm use the price table it ships; otherwise it downloads one while it is imported."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
