"""The arguments, and what becomes of errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from natter_cli import keys, models, swap, talk, tap, up
from natter_cli import main as cli
from natter_runtime.errors import UsageError


def exit_code(*argv: str) -> int | str | None:
    with pytest.raises(SystemExit) as raised:
        cli.main(argv)
    return raised.value.code


def test_up(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(up, "run", lambda **options: given.update(options) or 3)
    assert exit_code("up", "--port", "9000", "--in-process", "--no-fetch", "--nats", "nats://x") == 3
    assert given == {"host": "", "port": 9000, "nats": "nats://x", "in_process": True, "fetch": False}


def test_talk(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(talk, "run", lambda **options: given.update(options) or 0)
    assert exit_code("talk", "--wav", "a.wav", "--tool", "a=1", "--tool", "b", "--deadline", "3") == 0
    assert given["wav_path"] == Path("a.wav")
    assert given["tools"] == ["a=1", "b"]
    assert given["deadline_s"] == 3.0
    assert given["as_json"] is False


def test_tap(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(tap, "run", lambda **options: given.update(options) or 0)
    assert exit_code("tap", "sess_1", "--log") == 0
    assert given == {"session": "sess_1", "from_log": True, "nats": ""}


def test_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "run_fetch", lambda wanted: len(wanted))
    monkeypatch.setattr(models, "run_list", lambda as_json: 7 if as_json else 8)
    assert exit_code("models", "fetch", "stt", "faster_whisper", "small.en") == 3
    assert exit_code("models", "list", "--json") == 7
    monkeypatch.setattr(models, "run_configured", lambda: 9)
    assert exit_code("models", "fetch", "--configured") == 9


def test_swap(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(swap, "run", lambda **options: given.update(options) or 4)
    assert (
        exit_code("swap", "stt", "--engine", "faster_whisper", "--set", "A=1", "-p", "mine", "-f", "a", "-f", "b") == 4
    )
    assert given == {
        "service": "stt",
        "engine": "faster_whisper",
        "model": "",
        "settings": ["A=1"],
        "deadline_s": 120.0,
        "project": "mine",
        "files": ["a", "b"],
    }
    assert exit_code("swap", "gateway", "--engine", "x") == 2


def test_init(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "run", lambda folder: len(folder.parts))
    assert exit_code("init", "some/folder") == 2


def test_errors_are_one_line_and_exit_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(**options: Any) -> int:
        raise UsageError("NATTER_PORT='x': expected a whole number")

    monkeypatch.setattr(tap, "run", wrong)
    assert exit_code("tap") == 1
    assert capsys.readouterr().err == "natter: NATTER_PORT='x': expected a whole number\n"


def test_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(**options: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(talk, "run", interrupt)
    assert exit_code("talk") == 130


def test_a_command_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code() == 2
    assert "COMMAND" in capsys.readouterr().err


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--version") == 0
    assert capsys.readouterr().out.startswith("natter 0.")
    for command in ("up", "talk", "tap", "doctor", "models"):
        assert exit_code(command, "--help") == 0
        assert len(capsys.readouterr().out) > 200


def test_help_imports_no_command() -> None:
    code = "import natter_cli.main, sys; sys.exit(any(m in sys.modules for m in ('numpy', 'nats', 'httpx', 'rich')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
