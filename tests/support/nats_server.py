"""A real nats-server for tests: from PATH, else in a container, else the test is skipped.

``NATTER_TEST_NATS=container`` leaves out the one on PATH. Every server has a port and a JetStream store of its own and
is stopped by its process id::

    @pytest.fixture(scope="session")
    def nats_url():
        with nats_server() as url:
            yield url
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from natter_cli import keys

ROOT = Path(__file__).resolve().parents[2]
_START_S = 15.0
_STOP_S = 5.0
_IMAGE = "nats:2.10-alpine"
_PORT = 4222


@contextlib.contextmanager
def nats_server() -> Iterator[str]:
    """Yield the URL of a running server with JetStream; skips the test where none can be had."""
    binary = _binary()
    with _process(binary) if binary else _container("-js") as url:
        yield url


def _binary() -> str | None:
    return None if os.environ.get("NATTER_TEST_NATS") == "container" else shutil.which("nats-server")


@contextlib.contextmanager
def guarded_server(folder: Path) -> Iterator[str]:
    """Yield the URL of a server with the users and rights of ``deploy/nats/nats.conf``; its log is in ``folder``.

    The keys are in its subfolder ``keys``, as ``natter init`` makes them.
    """
    binary, conf = _binary(), (ROOT / "deploy" / "nats" / "nats.conf").read_text()
    if binary is not None:
        conf = conf.replace("store_dir: /data", f'store_dir: "{folder}/data"')
    (folder / "nats.conf").write_text(conf)
    keys.make(folder / "keys", own_keys=False)
    shutil.copytree(folder / "keys" / "nats", folder / "secrets")
    if binary is None:
        server = _container("-c /etc/nats/nats.conf", folder)
    else:
        server = _running([binary, "-c", str(folder / "nats.conf"), "-m", str(free_port())], folder / "log")
    with server as url:
        yield url


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Return that many of them, no two the same."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


@contextlib.contextmanager
def _process(binary: str) -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory(prefix="natter-nats-") as folder,
        _running([binary, "-js", "-sd", folder], Path(folder) / "log") as url,
    ):
        yield url


@contextlib.contextmanager
def _running(command: list[str], log: Path) -> Iterator[str]:
    port = free_port()
    command = [*command, "-a", "127.0.0.1", "-p", str(port), "-l", str(log)]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        _wait(port, lambda: server.poll() is None, lambda: log.read_text() if log.exists() else "")
        yield f"nats://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextlib.contextmanager
def _container(arguments: str, configuration: Path | None = None) -> Iterator[str]:
    docker = pytest.importorskip("docker", reason="no nats-server on PATH")
    from testcontainers.core.container import DockerContainer

    try:
        docker.from_env(timeout=3).ping()
    except docker.errors.DockerException:
        pytest.skip("no nats-server on PATH, and no Docker engine answers")
    asked = DockerContainer(_IMAGE).with_command(arguments).with_exposed_ports(_PORT)
    if configuration is not None:
        asked = asked.with_volume_mapping(str(configuration), "/etc/nats", "ro")
    with asked as container:
        host, port = container.get_container_host_ip(), int(container.get_exposed_port(_PORT))
        _wait(port, lambda: True, lambda: str(container.get_logs()), host)
        yield f"nats://{host}:{port}"


def _wait(port: int, alive: Callable[[], bool], log: Callable[[], str], host: str = "127.0.0.1") -> None:
    """Return when the server greets; what it said instead is in the error."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and alive():
        with contextlib.suppress(OSError), socket.create_connection((host, port), 1.0) as connection:
            if connection.recv(4) == b"INFO":
                return
        time.sleep(0.02)
    raise RuntimeError(f"nats-server did not start on port {port}:\n{log()}")
