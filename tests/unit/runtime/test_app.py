"""How a service runs."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from natter_protocol import codec, subjects
from natter_protocol.svc import SvcClaim, SvcOffer, SvcPing, SvcPong
from natter_runtime import app, bus_nats
from natter_runtime.app import Runtime, Service, new_instance, run, serve_sessions, settings_for
from natter_runtime.bus import Delivery
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.config import RuntimeConfig, setting
from natter_runtime.errors import BusError, EngineError, UsageError
from natter_runtime.metrics import Metrics
from natter_runtime.seat import Hearing, Seat
from natter_runtime.tasks import spawn, stop
from tests.support.nats_server import free_port
from tests.support.runtime_ear import until

Serve = Callable[[Any, Runtime], Awaitable[None]]

PROCESS = """
import asyncio, dataclasses
from natter_runtime import app
from natter_runtime.config import setting
from natter_runtime.errors import EngineError
from natter_runtime.seat import Hearing

@dataclasses.dataclass(frozen=True)
class Config:
    size: int = setting(1, "TOY_SIZE", "how big", low=1)

async def attend(seat):
    async for item in seat.inbox:
        pass

async def serve(config, runtime):
    if config.size == 7:
        raise EngineError("seven is broken")
    await app.serve_sessions(runtime, Hearing(), attend, engine="toy", model=str(config.size))

app.main(app.Service(name="stt", config=Config, serve=serve))
"""


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of a service under test."""

    size: int = setting(1, "TOY_SIZE", "how big", low=1)


def service(serve: Serve) -> Service:
    return Service(name="stt", config=Config, serve=serve)


@pytest.fixture
def runtime() -> Runtime:
    bus = MemoryBroker().bus()
    return Runtime("stt", "stt-1", replace(RuntimeConfig(), drain_s=0.0), bus, Metrics("stt"))


@pytest.fixture
def thawed() -> Iterator[None]:
    """What a service freezes for its whole life is only frozen for a test."""
    yield
    gc.unfreeze()


async def attend(seat: Seat) -> None:
    async for _ in seat.inbox:
        pass


# -- within a process ---------------------------------------------------------------------------


async def test_it_runs_until_it_has_served(runtime: Runtime) -> None:
    served: list[int] = []

    async def serve(config: Config, runtime: Runtime) -> None:
        served.append(config.size)

    await run(service(serve), runtime, Config(3))
    assert served == [3]


async def test_it_is_ready_when_a_claim_is_heard_and_ends_when_told(runtime: Runtime, thawed: None) -> None:
    async def serve(config: Config, runtime: Runtime) -> None:
        await serve_sessions(runtime, Hearing(), attend, engine="toy", model="one")

    other = runtime.bus
    async with asyncio.TaskGroup() as group:
        running = spawn(group, run(service(serve), runtime, Config()), "run")
        await runtime.ready.wait()
        claim = codec.encode(SvcClaim(session="sess_1", gateway="g"))
        offer = await other.request(subjects.svc("stt", "claim"), claim, timeout=1.0)
        assert codec.decode(offer.data) == SvcOffer(instance="stt-1")
        pong = codec.decode(
            (await other.request(subjects.svc("stt", "info"), codec.encode(SvcPing()), timeout=1.0)).data
        )
        assert isinstance(pong, SvcPong)
        assert (pong.engine, pong.model, pong.capacity) == ("toy", "one", 32)
        runtime.stopping.set()
        async with asyncio.timeout(2.0):
            await running


@pytest.mark.parametrize("depth", [0, 1, 3])
async def test_what_operators_can_act_on_comes_out_as_it_is(runtime: Runtime, depth: int) -> None:
    """However many task groups it was raised in."""

    async def fail(levels: int) -> None:
        if not levels:
            raise EngineError("the model is missing")
        async with asyncio.TaskGroup() as group:
            spawn(group, fail(levels - 1), "deeper")

    with pytest.raises(EngineError, match="the model is missing"):
        await run(service(lambda config, runtime: fail(depth)), runtime, Config())


async def test_a_defect_is_not_hidden_behind_a_foreseen_error(runtime: Runtime) -> None:
    async def serve(config: Config, runtime: Runtime) -> None:
        raise ExceptionGroup("both", [BusError("no bus"), KeyError("defect")])

    with pytest.raises(ExceptionGroup) as raised:
        await run(service(serve), runtime, Config())
    assert raised.group_contains(KeyError)


async def test_its_health_can_be_asked(runtime: Runtime) -> None:
    port = free_port()
    runtime.config = replace(runtime.config, health_port=port)
    leave = asyncio.Event()

    async def serve(config: Config, runtime: Runtime) -> None:
        await leave.wait()

    def status(path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1.0) as response:
                assert json.loads(response.read())["alive"] is True
                return int(response.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    async with asyncio.TaskGroup() as group:
        running = spawn(group, run(service(serve), runtime, Config()), "run")
        await asyncio.sleep(0)
        assert await asyncio.to_thread(status, "/healthz") == 200
        assert await asyncio.to_thread(status, "/readyz") == 503
        runtime.ready.set()
        assert await asyncio.to_thread(status, "/readyz") == 200
        runtime.stopping.set()
        assert await asyncio.to_thread(status, "/readyz") == 503
        leave.set()
        await running
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(status, "/healthz")


async def test_a_health_port_is_closed_when_the_service_fails(runtime: Runtime) -> None:
    runtime.config = replace(runtime.config, health_port=free_port())

    async def serve(config: Config, runtime: Runtime) -> None:
        raise UsageError("no")

    for _ in range(2):  # the second one could not bind otherwise
        with pytest.raises(UsageError):
            await run(service(serve), runtime, Config())


async def test_a_cancelled_service_cleans_up(runtime: Runtime, thawed: None) -> None:
    async def serve(config: Config, runtime: Runtime) -> None:
        await serve_sessions(runtime, Hearing(), attend)

    async with asyncio.TaskGroup() as group:
        running = spawn(group, run(service(serve), runtime, Config()), "run")
        await runtime.ready.wait()
        await stop(running)


def test_settings_come_from_what_is_given() -> None:
    assert settings_for(service(lambda config, runtime: asyncio.sleep(0)), {"TOY_SIZE": "4"}) == Config(4)


def test_instances_have_names_of_their_own() -> None:
    names = {new_instance("stt-a") for _ in range(100)}
    assert len(names) == 100
    assert all(subjects.svc("stt", "ping", name) for name in names)


# -- as a process -------------------------------------------------------------------------------


def start(**environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS], env=os.environ | environ, stderr=subprocess.PIPE, text=True
    )


def test_a_wrong_setting_is_told_in_one_line() -> None:
    process = start(TOY_SIZE="none")
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (2, "natter-stt: TOY_SIZE='none': expected a whole number\n")


@pytest.mark.nats
def test_a_failure_is_told_in_one_line(nats_url: str) -> None:
    process = start(TOY_SIZE="7", NATTER_NATS_URL=nats_url)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said.splitlines()[-1]) == (1, "natter-stt: seven is broken")


@pytest.mark.nats
async def test_a_signal_ends_it_in_order(nats_url: str) -> None:
    process = start(NATTER_NATS_URL=nats_url, NATTER_LOG_LEVEL="info")
    bus = await bus_nats.connect(nats_url, name="test")
    try:
        answers: list[Delivery] = []

        async def ask() -> None:
            while not answers:
                try:
                    answers.append(await bus.request(subjects.svc("stt", "info"), b"", timeout=0.2))
                except BusError:
                    await asyncio.sleep(0.02)

        async with asyncio.timeout(15.0):
            await ask()
        process.send_signal(signal.SIGTERM)
        await until(lambda: process.poll() is not None, timeout=10.0)
    finally:
        process.kill()
        await bus.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    assert process.returncode == 0, said
    assert "info stt ready engine=toy model=1 capacity=32" in said


@pytest.mark.parametrize("asked_to_stop", [True, False])
async def test_without_a_bus_it_waits_so_long_or_until_it_is_stopped(
    monkeypatch: pytest.MonkeyPatch, asked_to_stop: bool
) -> None:
    monkeypatch.setattr(app, "CONNECT_TRY_S", 0.1)
    monkeypatch.setattr(app, "CONNECT_PATIENCE_S", 0.0)
    config, stopping = replace(RuntimeConfig(), nats_url=f"nats://127.0.0.1:{free_port()}"), asyncio.Event()
    if asked_to_stop:
        stopping.set()
        assert await app._connect(config, "stt", "stt-1", stopping) is None
    else:
        with pytest.raises(BusError, match="no NATS server"):
            await app._connect(config, "stt", "stt-1", stopping)
