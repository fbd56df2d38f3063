"""The configuration of ``deploy/kubernetes``: three servers that are one, with every fact on each of them."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
import yaml

from natter_cli import keys
from natter_protocol import subjects
from natter_protocol.base import Lane
from natter_runtime import bus_nats
from natter_runtime.bus_nats import Login, StreamLimits
from natter_runtime.errors import BusError
from tests.support.nats_server import free_ports

pytestmark = pytest.mark.nats

CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes" / "nats-config.yaml"
START_S = 25.0
ATTEMPTS = 3

T = TypeVar("T")


@dataclass
class Cluster:
    """Three running servers."""

    urls: list[str]
    servers: list[subprocess.Popen[bytes]]
    password: str
    probes: list[int]
    """Ports of their health."""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    binary = shutil.which("nats-server")
    if binary is None:
        pytest.skip("no nats-server on PATH")
    keys.make(tmp_path / "keys", own_keys=False)
    for attempt in range(ATTEMPTS):
        made = started(binary, tmp_path / "keys", tmp_path / f"attempt-{attempt}")
        try:
            if all(well(probe) for probe in made.probes):
                yield made
                return
        finally:
            for server in made.servers:
                server.kill()
                server.wait(10)
    raise AssertionError(f"no cluster in {ATTEMPTS} attempts of {START_S} s")


def started(binary: str, secrets: Path, folder: Path) -> Cluster:
    """Start three servers; a connection between them may take the port that was meant for another."""
    ports = free_ports(9)
    clients, routes, probes = ports[:3], ports[3:6], ports[6:]
    conf: str = yaml.safe_load(CONFIG.read_text())["data"]["nats.conf"]
    members = (secrets / "nats" / "cluster.conf").read_text()
    for number, port in enumerate(routes):
        members = members.replace(f"nats-{number}.nats:6222", f"127.0.0.1:{port}")
    servers = []
    for number in range(3):
        home = folder / str(number)
        shutil.copytree(secrets / "nats", home / "secrets")
        (home / "secrets" / "cluster.conf").write_text(members)
        here = conf.replace("store_dir: /data", f'store_dir: "{home}/data"')
        for public, port in (("4222", clients), ("6222", routes), ("8222", probes)):
            here = here.replace(f"0.0.0.0:{public}", f"127.0.0.1:{port[number]}")
        (home / "nats.conf").write_text(here)
        command = [binary, "-c", str(home / "nats.conf"), "-l", str(home / "log")]
        servers.append(subprocess.Popen(command, env=os.environ | {"POD_NAME": f"nats-{number}"}))
    password = (secrets / "gateway" / "nats_password").read_text()
    return Cluster([f"nats://127.0.0.1:{port}" for port in clients], servers, password, probes)


def well(port: int) -> bool:
    """Whether the server is well in time."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
            return True
        time.sleep(0.1)
    return False


async def test_a_fact_survives_the_loss_of_a_server(cluster: Cluster) -> None:
    login, limits = Login("gateway", cluster.password), StreamLimits(max_bytes=16 * 1024 * 1024, replicas=3)
    subject = subjects.build("sess_1", Lane.EVT, "session", "opened")

    async def begin() -> int:
        bus = await bus_nats.connect(cluster.urls[0], name="test", login=login, limits=limits, log_timeout=10.0)
        try:
            return await (await bus.log.append(subject, b"{}", id="gateway.1.1"))
        finally:
            await bus.close()

    number = await once_elected(begin)
    cluster.servers[0].kill()
    other = await bus_nats.connect(",".join(cluster.urls[1:]), name="test", login=login, keep_log=False)
    try:
        stored = await once_elected(lambda: other.log.read(subjects.lane("sess_1", Lane.EVT)))
        assert [event.sequence for event in stored] == [number]
        later = subjects.build("sess_1", Lane.EVT, "session", "closed")

        async def append() -> int:
            return await (await other.log.append(later, b"{}", id="gateway.1.2"))

        assert await once_elected(append) == number + 1
    finally:
        await other.close()


async def once_elected(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask the log as soon as the others have agreed who leads them now."""
    async with asyncio.timeout(START_S):
        while True:
            try:
                return await ask()
            except BusError:
                await asyncio.sleep(0.1)
