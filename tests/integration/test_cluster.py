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
from natter_runtime.errors import LogError
from tests.support.nats_server import free_port

pytestmark = pytest.mark.nats

CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes" / "nats-config.yaml"
START_S = 30.0

T = TypeVar("T")


@dataclass
class Cluster:
    """Three running servers."""

    urls: list[str]
    servers: list[subprocess.Popen[bytes]]
    password: str


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    binary = shutil.which("nats-server")
    if binary is None:
        pytest.skip("no nats-server on PATH")
    keys.make(tmp_path / "keys", own_keys=False)
    conf: str = yaml.safe_load(CONFIG.read_text())["data"]["nats.conf"]
    secrets = tmp_path / "keys" / "nats"
    cluster = (secrets / "cluster.conf").read_text()
    clients, routes, probes = ([free_port() for _ in range(3)] for _ in range(3))
    for number, port in enumerate(routes):
        cluster = cluster.replace(f"nats-{number}.nats:6222", f"127.0.0.1:{port}")
    servers = []
    try:
        for number in range(3):
            folder = tmp_path / str(number)
            shutil.copytree(secrets, folder / "secrets")
            (folder / "secrets" / "cluster.conf").write_text(cluster)
            here = conf.replace("store_dir: /data", f'store_dir: "{folder}/data"')
            for public, port in (("4222", clients), ("6222", routes), ("8222", probes)):
                here = here.replace(f"0.0.0.0:{public}", f"127.0.0.1:{port[number]}")
            (folder / "nats.conf").write_text(here)
            command = [binary, "-c", str(folder / "nats.conf"), "-l", str(folder / "log")]
            servers.append(subprocess.Popen(command, env=os.environ | {"POD_NAME": f"nats-{number}"}))
        for probe in probes:
            wait_until_well(probe)
        password = (tmp_path / "keys" / "gateway" / "nats_password").read_text()
        yield Cluster([f"nats://127.0.0.1:{port}" for port in clients], servers, password)
    finally:
        for server in servers:
            server.kill()
            server.wait(10)


def wait_until_well(port: int) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError(f"the server with port {port} is not well after {START_S} s")


async def test_a_fact_survives_the_loss_of_a_server(cluster: Cluster) -> None:
    login, limits = Login("gateway", cluster.password), StreamLimits(max_bytes=16 * 1024 * 1024, replicas=3)
    subject = subjects.build("sess_1", Lane.EVT, "session", "opened")
    bus = await bus_nats.connect(cluster.urls[0], name="test", login=login, limits=limits, log_timeout=10.0)
    number = await (await bus.log.append(subject, b"{}", id="gateway.1.1"))
    await bus.close()
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
            except LogError:
                await asyncio.sleep(0.1)
