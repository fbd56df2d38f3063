"""What is found on a machine."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from natter_cli import natsd, probes
from natter_runtime.clock import SystemClock
from tests.support.cli_http import serving


def test_versions() -> None:
    check = probes.versions()
    assert check.ok is None
    assert check.data["natter-cli"]
    assert check.data["python"] == sys.version.split()[0]


def test_settings_without_secrets() -> None:
    env = {"NATTER_API_KEYS": "secret", "NATTER_STT_THREADS": "3", "NATTER_PORT": ""}
    check = probes.settings(env)
    assert check.ok
    assert check.detail == "NATTER_API_KEYS=(set), NATTER_STT_THREADS=3"
    assert probes.settings({}).detail == "all defaults"


def test_a_wrong_setting() -> None:
    check = probes.settings({"NATTER_STT_THREADS": "many"})
    assert check.ok is False
    assert "NATTER_STT_THREADS='many'" in check.detail


def test_models(tmp_path: Path) -> None:
    checks = {check.name: check for check in probes.model_files({"NATTER_MODELS": str(tmp_path)})}
    assert checks["model silero-v6"].ok
    missing = checks["model moonshine-tiny-en"]
    assert missing.ok is False
    assert missing.hint == "natter models fetch"
    env = {"NATTER_MODELS": str(tmp_path), "NATTER_STT_ENGINE": "faster_whisper"}
    unused = {check.name: check for check in probes.model_files(env)}["model moonshine-tiny-en"]
    assert unused.ok is None


def test_engines(tmp_path: Path) -> None:
    env = {"NATTER_MODELS": str(tmp_path), "NATTER_TTS_ENGINE": "tone"}
    checks = {check.name: check for check in probes.engines(env)}
    assert checks["engine tts"].detail == "tone: as configured"
    assert checks["engine llm"].ok
    assert checks["engine stt"].ok is False
    assert "natter models fetch" in checks["engine stt"].detail


def test_nats(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "those servers" in probes.nats({"NATTER_NATS_URL": "nats://x"}).detail
    monkeypatch.setattr(natsd, "find", lambda: None)
    check = probes.nats({})
    assert check.ok is None
    assert "in one process" in check.detail
    monkeypatch.setattr(natsd, "find", lambda: sys.executable)
    assert probes.nats({}).detail.startswith("Python 3.")


def test_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number = taken.getsockname()[1]
        assert probes.port({"NATTER_PORT": str(number)}).ok is False
    assert probes.port({"NATTER_PORT": str(number)}).ok
    with serving({"/healthz": b"{}"}) as site:
        check = probes.port({"NATTER_PORT": site.url.rpartition(":")[2]})
    assert check.ok
    assert check.detail.endswith("a gateway is running there")


def test_audio_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", SimpleNamespace(query_devices=lambda: [{"name": "Headset"}]))
    assert probes.audio_devices().detail == "Headset"
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert probes.audio_devices().detail.startswith("none")


def test_speech_libraries() -> None:
    assert set(probes.speech_libraries().data) == {"rhvoice", "flite", "espeak-ng", "espeakng-loader"}


async def test_loop_lag() -> None:
    check = await probes.loop_lag(SystemClock(), 0.05)
    assert 0 <= check.data["p99_ms"] <= check.data["max_ms"]
