"""Natter as its users run it: ``natter up`` with a nats-server of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.bench import model
from benchmarks.bench.systems import process
from benchmarks.bench.voices import AGENT
from natter_cli.config import socket_url
from natter_cli.natsd import free_port

KEPT = ("NATTER_MODELS",)
"""Of the environment's own settings; all others are the benchmark's, so that a run means the same everywhere."""


@asynccontextmanager
async def stack(model_url: str, log: Path, *, in_process: bool = False) -> AsyncIterator[str]:
    """Run the five services while the block runs; yields the URL of the WebSocket.

    Args:
        model_url: of the language model; empty for the embedded demo.

    Raises:
        Unavailable: they do not start.
    """
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("NATTER_", "OTEL_"))}
    env |= {name: os.environ[name] for name in KEPT if name in os.environ}
    env |= {
        "NATTER_PORT": str(port),
        "NATTER_STATE": str(log.parent / f"{log.stem}-state"),
        "NATTER_TTS_ENGINE": "flite",
        "NATTER_TTS_VOICE": AGENT,
        "NATTER_DRAIN_S": "1",
        "NO_COLOR": "1",
    }
    env |= (
        {"NATTER_LLM_ENGINE": "openai_compatible", "NATTER_LLM_BASE_URL": model_url, "NATTER_LLM_MODEL": model.NAME}
        if model_url
        else {"NATTER_LLM_ENGINE": "demo"}
    )
    command = [sys.executable, "-m", "natter_cli", "up", *(["--in-process"] if in_process else [])]
    async with process(command, env, log, "Natter is ready"):
        yield socket_url("127.0.0.1", port)
