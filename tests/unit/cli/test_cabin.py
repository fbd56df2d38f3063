"""Services in one process: apart from each other, started again, stopped in order."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from dataclasses import dataclass
from typing import Any

import pytest

from natter_cli import cabin, natsd
from natter_cli.cabin import Cabin, Member
from natter_cli.ready import WORKERS
from natter_runtime.app import Runtime, Service, serve_sessions
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import ManualClock, SystemClock
from natter_runtime.config import RuntimeConfig, setting
from natter_runtime.errors import EngineError, UsageError
from natter_runtime.seat import Hearing, Seat
from tests.support.cli_wait import until


@dataclass(frozen=True)
class Settings:
    """Of a stand-in."""

    number: int = setting(7, "NATTER_TEST_NUMBER", "a number")


class Fake:
    """A service that fails as often as it is told to, and notes what happens to it."""

    def __init__(self, name: str, events: list[str], failures: int = 0) -> None:
        self.service = Service(name, Settings, self.serve)
        self.runs: list[Runtime] = []
        self.settings: Any = None
        self._events = events
        self._failures = failures

    async def serve(self, settings: Settings, runtime: Runtime) -> None:
        self.settings = settings
        self.runs.append(runtime)
        logging.getLogger("natter_test").warning("hello")
        if len(self.runs) <= self._failures:
            raise ValueError("broken")
        if self.service.name == "gateway":
            await self._gateway(runtime)
        else:
            await serve_sessions(runtime, Hearing(), _attend, engine=f"{self.service.name}-engine")
        self._events.append(f"stopped {self.service.name}")

    async def _gateway(self, runtime: Runtime) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", self.settings.number):
            await runtime.stopping.wait()


async def _attend(seat: Seat) -> None:
    """Serve nobody."""


def fakes(events: list[str], failing: str = "") -> list[Fake]:
    return [Fake(name, events, 1 if name == failing else 0) for name in ("gateway", *WORKERS)]


async def test_all_are_ready_and_stopped_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    events: list[str] = []
    port = natsd.free_port()
    services = fakes(events)
    env = {"NATTER_TEST_NUMBER": str(port)}
    inside = Cabin([fake.service for fake in services], RuntimeConfig(health_port=9), env, SystemClock())
    async with asyncio.TaskGroup() as group:
        running = group.create_task(inside.run("127.0.0.1", port))
        out: list[str] = []
        await until(lambda: out.append(capsys.readouterr().out) or "ready" in "".join(out))
        assert "stt: stt-engine" in "".join(out)
        os.kill(os.getpid(), signal.SIGINT)
        assert await running == 0
    assert events[0] == "stopped gateway"
    assert sorted(events[1:]) == sorted(f"stopped {name}" for name in WORKERS)
    runtimes = [fake.runs[0] for fake in services]
    assert len({id(runtime.metrics) for runtime in runtimes}) == 5
    assert len({id(runtime.bus) for runtime in runtimes}) == 5
    assert {runtime.config.health_port for runtime in runtimes} == {0}
    assert services[0].settings.number == port


async def test_one_that_fails_is_started_again_and_the_others_stay() -> None:
    events: list[str] = []
    services = fakes(events, failing="stt")[1:]
    broker, problems = MemoryBroker(), []
    members = [Member(fake.service, RuntimeConfig(), {}, broker, SystemClock(), problems.append) for fake in services]
    async with asyncio.TaskGroup() as group:
        for member in members:
            group.create_task(member.run())
        await until(
            lambda: sum(len(fake.runs) for fake in services) == 5 and all(f.runs[-1].ready.is_set() for f in services)
        )
        assert [len(fake.runs) for fake in services] == [1, 2, 1, 1]
        for member in members:
            await member.stop()
    assert problems == []
    assert len(events) == 4


async def test_given_up_after_five_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, problems = Fake("stt", [], failures=99), []
    member = Member(fake.service, RuntimeConfig(), {}, MemoryBroker(), ManualClock(), problems.append)
    timeout = asyncio.timeout
    monkeypatch.setattr(cabin.asyncio, "timeout", lambda delay: timeout(0))  # no wait between two starts
    await member.run()
    assert problems == ["stt failed 5 times within 60 s (last: ValueError: broken)"]
    assert len(fake.runs) == 5


async def test_a_service_that_leaves_the_process_leaves_only_itself() -> None:
    problems: list[str] = []

    async def serve(settings: Settings, runtime: Runtime) -> None:
        raise SystemExit(1)

    member = Member(
        Service("stt", Settings, serve), RuntimeConfig(), {}, MemoryBroker(), SystemClock(), problems.append
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(member.run())
        await asyncio.sleep(0.05)
        await member.stop()
    assert problems == []


async def test_a_missing_model_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async def serve(settings: Settings, runtime: Runtime) -> None:
        raise EngineError("stt model x is missing: run `natter models fetch`")

    service = Service("stt", Settings, serve)
    member = Member(service, RuntimeConfig(), {}, MemoryBroker(), SystemClock(), lambda problem: None)
    async with asyncio.TaskGroup() as group:
        group.create_task(member.run())
        await until(lambda: caplog.records)
        await member.stop()
    (record,) = caplog.records
    assert "stt is gone (stt model x is missing: run `natter models fetch`)" in record.getMessage()
    assert record.exc_info is None


async def test_a_setting_that_only_the_engine_finds_wrong_is_not_tried_again() -> None:
    async def serve(settings: Settings, runtime: Runtime) -> None:
        raise UsageError("NATTER_STT_ENGINE=x needs NATTER_STT_MODEL")

    problems: list[str] = []
    service = Service("stt", Settings, serve)
    await Member(service, RuntimeConfig(), {}, MemoryBroker(), ManualClock(), problems.append).run()
    assert problems == ["stt cannot start: NATTER_STT_ENGINE=x needs NATTER_STT_MODEL"]


def test_a_wrong_setting_is_told_before_anything_runs() -> None:
    with pytest.raises(UsageError, match="NATTER_TEST_NUMBER='x'"):
        Member(
            Fake("stt", []).service,
            RuntimeConfig(),
            {"NATTER_TEST_NUMBER": "x"},
            MemoryBroker(),
            SystemClock(),
            lambda problem: None,
        )


async def test_each_line_of_the_log_has_its_service(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    lines: list[tuple[str, str]] = []
    cabin.log_to(lambda name, line: lines.append((name, line)), RuntimeConfig())
    member = Member(Fake("tts", []).service, RuntimeConfig(), {}, MemoryBroker(), SystemClock(), lambda problem: None)
    async with asyncio.TaskGroup() as group:
        group.create_task(member.run())
        await until(lambda: any("ready" in line for _, line in lines))
        await member.stop()
    logging.getLogger("natter_test").info("one\ntwo")
    assert lines[0][0] == "tts"
    assert lines[0][1].endswith("hello")
    assert [name for name, _ in lines[-2:]] == ["natter", "natter"]
    assert lines[-1] == ("natter", "two")
