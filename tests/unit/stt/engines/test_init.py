from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from natter_runtime.errors import EngineError, UsageError
from natter_stt.config import SttConfig
from natter_stt.engines import choose, installed, load


@pytest.mark.parametrize(
    ("engine", "model", "loaded", "reason"),
    [
        ("moonshine", "", "moonshine-tiny-en", "default"),
        ("faster_whisper", "", "base", "NATTER_STT_ENGINE=faster_whisper with its default"),
        ("faster_whisper", "small.en", "small.en", "NATTER_STT_MODEL"),
        ("scripted", "/call.json", "/call.json", "NATTER_STT_MODEL"),
    ],
)
def test_what_is_loaded_and_why(engine: str, model: str, loaded: str, reason: str) -> None:
    choice = choose(SttConfig(engine=engine, model=model), lambda library: True)
    assert (choice.engine, choice.model, choice.reason) == (engine, loaded, reason)


@pytest.mark.parametrize(("engine", "extra"), [("moonshine", "moonshine"), ("faster_whisper", "faster-whisper")])
def test_a_missing_library_is_named_by_its_extra(engine: str, extra: str) -> None:
    with pytest.raises(UsageError, match=rf"natter-stt\[{extra}\]"):
        choose(SttConfig(engine=engine), lambda library: False)


def test_a_script_must_be_named() -> None:
    with pytest.raises(UsageError, match="NATTER_STT_MODEL"):
        choose(SttConfig(engine="scripted"))


def test_installed_asks_without_importing() -> None:
    assert installed("json")
    assert not installed("no_such_library_at_all")


def test_a_script_is_loaded_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "call.json"
    path.write_text('{"lines": []}')
    engine = load(SttConfig(engine="scripted", model=str(path)), tmp_path)
    assert (engine.info.name, engine.info.model) == ("scripted", str(path))


def test_a_model_that_is_nowhere_is_an_engine_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        load(SttConfig(engine="scripted", model="missing"), tmp_path)


def test_no_engine_is_imported_before_it_is_chosen() -> None:
    code = (
        "import natter_stt.main, sys;"
        "print([name for name in ('onnxruntime', 'faster_whisper', 'ctranslate2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "[]"
