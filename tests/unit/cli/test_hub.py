"""Models of the hub: where they are, and how their absence is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from natter_cli import hub
from natter_runtime.errors import EngineError, UsageError
from tests.support.cli_http import serving


@pytest.mark.parametrize(
    ("name", "repo"),
    [
        ("small.en", "Systran/faster-whisper-small.en"),
        ("large-v3", "Systran/faster-whisper-large-v3"),
        ("turbo", "mobiuslabsgmbh/faster-whisper-large-v3-turbo"),
        ("distil-large-v3", "Systran/faster-distil-whisper-large-v3"),
        ("someone/own-model", "someone/own-model"),
    ],
)
def test_whisper_names(name: str, repo: str) -> None:
    assert hub.locate_on_hub("stt", "faster-whisper", name).repo == repo


def test_every_name_of_faster_whisper_is_understood() -> None:
    from faster_whisper.utils import _MODELS

    assert {name: hub.whisper(name).repo for name in _MODELS} == _MODELS


def test_piper_voice() -> None:
    voice = hub.locate_on_hub("tts", "piper", "en_US-lessac-medium")
    assert voice.repo == "rhasspy/piper-voices"
    assert voice.patterns == tuple(f"en/en_US/lessac/medium/en_US-lessac-medium.onnx{end}" for end in ("", ".json"))
    with pytest.raises(UsageError, match="expected language_REGION-speaker-quality"):
        hub.piper("lessac")


def test_an_engine_without_models_on_the_hub() -> None:
    with pytest.raises(UsageError, match="there are some for: stt faster_whisper, tts piper"):
        hub.locate_on_hub("stt", "moonshine", "tiny")


def test_a_hub_out_of_reach_fails_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(EngineError, match=r"Systran/faster-whisper-tiny is not to be had .*refused.*HF_ENDPOINT"):
        hub.fetch_from_hub(hub.whisper("tiny"), tmp_path / "stt" / "tiny")
    assert not (tmp_path / "stt" / "tiny").exists()


def test_files_come_to_the_top_and_nothing_else_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = hub.piper("en_US-lessac-medium")

    def snapshot(repo: str, *, local_dir: Path, **options: Any) -> None:
        folder = local_dir / voice.strip
        folder.mkdir(parents=True)
        for pattern in voice.patterns:
            (local_dir / pattern).write_text(repo)

    with serving({}) as site:
        monkeypatch.setattr(constants, "ENDPOINT", site.url)
        hub.fetch_from_hub(voice, tmp_path / "voice", snapshot)
    files = sorted(path.name for path in (tmp_path / "voice").iterdir() if path.is_file())
    assert files == ["en_US-lessac-medium.onnx", "en_US-lessac-medium.onnx.json"]


def test_a_repository_without_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving({}) as site:
        monkeypatch.setattr(constants, "ENDPOINT", site.url)
        with pytest.raises(EngineError, match="has none of"):
            hub.fetch_from_hub(hub.whisper("tiny"), tmp_path / "tiny", lambda repo, **options: None)
    assert not (tmp_path / "tiny").exists()
