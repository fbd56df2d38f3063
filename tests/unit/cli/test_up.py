"""``natter up`` with small stand-ins for the services, on a real nats-server."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from natter_cli import control, natsd, up
from natter_cli.control import Wish
from natter_cli.up import Plan, Stack
from natter_runtime.clock import SystemClock
from natter_runtime.config import RuntimeConfig
from natter_runtime.errors import EngineError, UsageError
from tests.support.cli_wait import until

PART = Path(__file__).resolve().parents[2] / "support" / "cli_part.py"


@pytest.fixture
def nats_binary() -> str:
    binary = natsd.find()
    if binary is None:
        pytest.skip("no nats-server on PATH")
    return binary


class Run:
    """One stack in a temporary folder."""

    def __init__(self, folder: Path, binary: str, failing: str = "", nats_url: str = "") -> None:
        self.log = folder / "log"
        self.log.touch()
        self.state = folder / "state"
        self.port = natsd.free_port()
        env = os.environ | {"CLI_PART_LOG": str(self.log), "NATTER_DRAIN_S": "1", "NATTER_HOST": "127.0.0.1"}
        env |= {"NATTER_PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        self.lines: list[tuple[str, str]] = []

        def command(name: str) -> tuple[str, ...]:
            return (sys.executable, str(PART), name, *(["fail"] if name == failing else []))

        plan = Plan("127.0.0.1", self.port, nats_url, binary, dict(env), command)
        say = lambda name, line: self.lines.append((name, line))  # noqa: E731
        self.stack = Stack(plan, self.state, RuntimeConfig(), say, SystemClock())

    def written(self) -> list[list[str]]:
        return [line.split() for line in self.log.read_text().splitlines()]

    async def ready(self, capsys: pytest.CaptureFixture[str]) -> str:
        out: list[str] = []

        def told() -> bool:
            out.append(capsys.readouterr().out)
            return "ready" in "".join(out)

        await until(told)
        return "".join(out)


@pytest.mark.nats
async def test_ready_then_one_dies_then_stopped_in_order(
    tmp_path: Path, nats_binary: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(tmp_path, nats_binary)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(run.stack.run())
        out = await run.ready(capsys)
        assert out.count("\n") == 1
        assert f"ws://127.0.0.1:{run.port}/v1/ws" in out
        assert "stt: stt-engine" in out
        assert natsd.recall(run.state, run.port).startswith("nats://127.0.0.1:")
        (pid,) = [int(line[2]) for line in run.written() if line[:2] == ["ready", "llm"]]
        os.kill(pid, signal.SIGKILL)
        await until(lambda: [line[:2] for line in run.written()].count(["ready", "llm"]) == 2)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await running == 0
    assert ("gateway", "hello from gateway") in run.lines
    assert ("natter", "llm is gone (signal 9); starting it again in 1 s") in run.lines
    stopped = [line[1] for line in run.written() if line[0] == "stopped"]
    assert stopped[0] == "gateway"
    assert sorted(stopped[1:]) == ["llm", "stt", "tts", "turn"]
    assert natsd.recall(run.state, run.port) == ""


def swapped(port: int, model: str) -> list[str]:
    wish = Wish("stt", {"CLI_PART_MODEL": model})
    return list(control.ask(control.path_of(port), wish, 20.0))


@pytest.mark.nats
async def test_one_service_gets_another_model_while_the_old_one_runs(
    tmp_path: Path, nats_binary: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(tmp_path, nats_binary)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(run.stack.run())
        await run.ready(capsys)
        with pytest.raises(EngineError, match="that does not work"):
            await asyncio.to_thread(swapped, run.port, "broken")
        assert [line[:2] for line in run.written() if line[1] == "stt"] == [["ready", "stt"]], "nothing has changed"
        news = await asyncio.to_thread(swapped, run.port, "better")
        assert "stt-engine better is ready" in news[-1]
        await until(lambda: ["stopped", "stt"] in [line[:2] for line in run.written()])
        what = [line[0] for line in run.written() if line[1] == "stt"]
        assert what == ["ready", "ready", "stopped"]
        new = [int(line[2]) for line in run.written() if line[:2] == ["ready", "stt"]][-1]
        os.kill(new, signal.SIGKILL)
        await until(lambda: len([line for line in run.written() if line[:2] == ["ready", "stt"]]) == 3)
        wrong = Wish("gateway", {})
        with pytest.raises(EngineError, match="gateway: expected one of turn, stt, llm, tts"):
            await asyncio.to_thread(lambda: list(control.ask(control.path_of(run.port), wrong, 5.0)))
        os.kill(os.getpid(), signal.SIGTERM)
        assert await running == 0


@pytest.mark.nats
async def test_stopped_before_it_is_ready(tmp_path: Path, nats_binary: str) -> None:
    run = Run(tmp_path, nats_binary, failing="stt")
    async with asyncio.TaskGroup() as group:
        running = group.create_task(run.stack.run())
        await until(lambda: any("stt is gone (exit code 3)" in line for _, line in run.lines))
        os.kill(os.getpid(), signal.SIGINT)
        assert await running == 0


async def test_no_server_where_one_should_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "CONNECT_S", 0.3)
    run = Run(tmp_path, "", nats_url="nats://127.0.0.1:9")
    assert await run.stack.run() == 1
    assert "natter: no NATS server at nats://127.0.0.1:9" in capsys.readouterr().err
    assert run.written() == []


@pytest.mark.nats
async def test_a_problem_stops_everything(
    tmp_path: Path, nats_binary: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "READY_S", 1.0)
    run = Run(tmp_path, nats_binary, failing="tts")
    assert await run.stack.run() == 1
    assert "not ready after 1 s:" in capsys.readouterr().err


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} on 127.0.0.1 is in use .*--port or NATTER_PORT"):
            up.check_port("127.0.0.1", port)
    up.check_port("127.0.0.1", port)


def test_an_address_that_is_not_of_this_machine() -> None:
    with pytest.raises(UsageError, match=r"cannot listen on 192\.0\.2\.1 port 8080"):
        up.check_port("192.0.2.1", 8080)


def test_every_service_is_a_module() -> None:
    assert up.module_of("stt") == (sys.executable, "-m", "natter_stt")
