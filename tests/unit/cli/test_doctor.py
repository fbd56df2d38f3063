"""``natter doctor``: all of it, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from natter_cli import doctor, natsd, probes
from natter_cli.probes import Check


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes.loop_lag, "__defaults__", (0.05,))
    monkeypatch.setenv("NATTER_PORT", str(natsd.free_port()))
    monkeypatch.setenv("NATTER_TTS_ENGINE", "tone")


@pytest.mark.models
def test_a_machine_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.run(as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["works"] is True
    checks = {check["name"]: check for check in found["checks"]}
    assert checks["engine stt"]["data"]["engine"] == "moonshine"
    assert checks["event loop"]["data"]["max_ms"] >= 0


def test_a_machine_without_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NATTER_MODELS", str(tmp_path))
    assert doctor.run(as_json=False) == 1
    out = capsys.readouterr().out
    assert "BAD model moonshine-tiny-en" in out
    assert "-> natter models fetch" in out
    assert out.splitlines()[-1].startswith("A call would not work here")


def test_a_wrong_setting(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("NATTER_STT_THREADS", "many")
    assert doctor.run(as_json=True) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["works"] is False
    assert [check["name"] for check in found["checks"] if check["ok"] is False] == ["settings"]


def test_lines() -> None:
    assert doctor.line(Check("port", True, "free")) == "ok  port                     free"
    assert doctor.line(Check("nats", None, "none", "install it")) == "-   nats                     none -> install it"
    assert doctor.line(Check("x", False, "y"), colour=True).startswith("\x1b[31mBAD\x1b[0m x")
