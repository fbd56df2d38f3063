from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from natter_runtime.app import Runtime, run
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.config import RuntimeConfig
from natter_runtime.errors import EngineError
from natter_runtime.metrics import Metrics
from natter_runtime.tasks import spawn
from natter_tts import main
from natter_tts.config import TtsConfig


def runtime() -> Runtime:
    """Return what the service stands on, without NATS."""
    return Runtime("tts", "tts-1", RuntimeConfig(), MemoryBroker().bus(), Metrics("tts"))


async def test_it_gets_ready_and_stops() -> None:
    it = runtime()
    async with asyncio.TaskGroup() as group:
        spawn(group, run(main.service, it, TtsConfig(engine="tone")), "service")
        async with asyncio.timeout(10):
            await it.ready.wait()
        it.stopping.set()


async def test_a_voice_that_is_not_there_is_told_before_it_is_ready(tmp_path: Path) -> None:
    pytest.importorskip("piper")
    it = runtime()
    with pytest.raises(EngineError, match=r"nowhere\.onnx"):
        await run(main.service, it, TtsConfig(engine="piper", model=str(tmp_path / "nowhere.onnx")))
    assert not it.ready.is_set()


def test_importing_the_service_loads_no_engine() -> None:
    heavy = ("piper", "onnxruntime", "espeakng_loader")
    code = f"import sys, natter_tts.main; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == "[]"
