"""A nats-server of our own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from natter_cli import natsd
from natter_cli.supervisor import Keeper
from natter_runtime.clock import SystemClock
from natter_runtime.errors import BusError


def test_of_its_log_only_what_matters_is_shown(tmp_path: Path) -> None:
    part = natsd.part("/usr/bin/nats-server", 4333, tmp_path, {})
    assert part.command == ("/usr/bin/nats-server", "-js", "-a", "127.0.0.1", "-p", "4333", "-sd", str(tmp_path))
    assert not part.shown("[1] 2026/01/01 00:00:00.000000 [INF] Server is ready")
    assert part.shown("[1] 2026/01/01 00:00:00.000000 [ERR] no space left")
    assert part.shown("nats-server: unknown option")


@pytest.mark.nats
async def test_it_starts_and_stops(tmp_path: Path) -> None:
    binary = natsd.find()
    if binary is None:
        pytest.skip("no nats-server on PATH")
    port, clock = natsd.free_port(), SystemClock()
    keeper = Keeper(natsd.part(binary, port, tmp_path, {}), lambda name, line: None, clock, lambda problem: None)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(keeper.run())
        await natsd.wait(port, clock, 10)
        await keeper.stop()
        await running
    with pytest.raises(BusError, match=f"did not start on port {port} in 0.1 s"):
        await natsd.wait(port, clock, 0.1)


def test_where_a_running_one_is_can_be_looked_up(tmp_path: Path) -> None:
    natsd.store_of(tmp_path, 8080).mkdir(parents=True)
    assert natsd.recall(tmp_path, 8080) == ""
    natsd.remember(tmp_path, 8080, "nats://127.0.0.1:4333")
    assert natsd.recall(tmp_path, 8080) == "nats://127.0.0.1:4333"
    natsd.forget(tmp_path, 8080)
    natsd.forget(tmp_path, 8080)
    assert natsd.recall(tmp_path, 8080) == ""
