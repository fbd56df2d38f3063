"""Which engine answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from natter_llm.config import LlmConfig
from natter_llm.engines import choose, create
from natter_runtime.clock import ManualClock
from natter_runtime.errors import UsageError


@pytest.mark.parametrize(
    ("config", "engine", "reason"),
    [
        (LlmConfig(), "demo", "neither"),
        (LlmConfig(model="openai/m"), "litellm", "NATTER_LLM_MODEL"),
        (LlmConfig(base_url="http://x/v1"), "openai_compatible", "NATTER_LLM_BASE_URL"),
        (LlmConfig(base_url="http://x/v1", model="m"), "openai_compatible", "NATTER_LLM_BASE_URL"),
        (LlmConfig(engine="litellm", base_url="http://x/v1", model="m"), "litellm", "NATTER_LLM_ENGINE=litellm"),
        (LlmConfig(engine="demo", model="m"), "demo", "NATTER_LLM_ENGINE=demo"),
        (LlmConfig(engine="scripted"), "scripted", "NATTER_LLM_ENGINE=scripted"),
    ],
)
def test_choice(config: LlmConfig, engine: str, reason: str) -> None:
    choice = choose(config)
    assert choice.engine == engine
    assert reason in choice.reason
    assert create(config, ManualClock()).info.name == engine


@pytest.mark.parametrize(
    ("engine", "words"), [("litellm", "needs NATTER_LLM_MODEL"), ("openai_compatible", "needs NATTER_LLM_BASE_URL")]
)
def test_a_missing_setting_is_named(engine: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        choose(LlmConfig(engine=engine))


def test_a_script_is_read(tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text("One.\n\nTwo.")
    assert create(LlmConfig(engine="scripted", script=script), ManualClock()).info.model == "scripted"


@pytest.mark.parametrize("field", ["script", "demo_knowledge"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, field: str) -> None:
    engine = "scripted" if field == "script" else "demo"
    config = LlmConfig(engine=engine, **{field: tmp_path / "none"})  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="none"):
        create(config, ManualClock())


def test_libraries_are_imported_only_where_they_are_used() -> None:
    code = (
        "import sys; from natter_llm.config import LlmConfig; from natter_llm.engines import create;"
        "from natter_runtime.clock import ManualClock; create(LlmConfig(), ManualClock());"
        "assert not {'litellm', 'httpx', 'openai'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
