"""Processes are waited for, stopped, and what cannot run says why."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from benchmarks.bench.presets import PRESETS
from benchmarks.bench.systems import Unavailable, peers, process, registry
from benchmarks.bench.systems.registry import Setup, peer


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


async def test_a_process_is_there_when_it_says_so_and_gone_afterwards(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import os, time; print(os.getpid(), 'is ready', flush=True); time.sleep(60)"
    async with process(python(code), os.environ, log, "is ready"):
        pid = int(log.read_text().split()[0])
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_process_that_ends_tells_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="it ended with 3: no such voice"):
        async with process(
            python("print('no such voice'); raise SystemExit(3)"), os.environ, tmp_path / "log", "ready"
        ):
            pass


async def test_packages_that_cannot_be_had_make_a_system_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "moshi.txt").write_text("moshi\n")
    monkeypatch.setattr(peers, "SOURCES", tmp_path)
    monkeypatch.setattr(peers, "FOLDER", tmp_path / "made")
    monkeypatch.setattr(peers, "_uv", lambda: None)
    monkeypatch.setattr(peers.sys, "executable", "/bin/sh")  # knows no -m venv
    with pytest.raises(Unavailable, match="/bin/sh"):
        await peers.environment("moshi")


async def test_an_environment_is_made_once_for_a_list_of_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "moshi.txt").write_text("# nothing\n")
    monkeypatch.setattr(peers, "SOURCES", tmp_path)
    monkeypatch.setattr(peers, "FOLDER", tmp_path / "made")
    ran: list[str] = []

    async def note(*command: str) -> None:
        ran.append(command[1])
        (tmp_path / "made" / "moshi" / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / "made" / "moshi" / "bin" / "python").touch()

    monkeypatch.setattr(peers, "_run", note)
    await peers.environment("moshi")
    assert len(ran) == 2
    await peers.environment("moshi")
    assert len(ran) == 2
    (tmp_path / "moshi.txt").write_text("# something else\n")
    await peers.environment("moshi")
    assert len(ran) == 4


async def test_a_peer_cannot_be_measured_with_the_demo(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="Natter's own"):
        async with peer("pipecat")(Setup("", PRESETS, tmp_path, 1)):
            pass


def test_every_peer_has_its_packages_and_its_bot() -> None:
    for name in registry.SYSTEMS:
        if name != "natter":
            assert (peers.SOURCES / f"{name}.txt").is_file()
            assert (peers.SOURCES / f"{name}_bot.py").is_file()
