"""The question of a container's health check."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from natter_runtime import probe
from natter_runtime.health import HealthServer
from natter_runtime.metrics import Metrics
from tests.support.nats_server import free_port


@contextmanager
def service(ready: bool) -> Iterator[int]:
    server = HealthServer("127.0.0.1", 0, Metrics("stt"), lambda: 0.0, lambda: ready)
    try:
        yield server.port
    finally:
        server.close()


@pytest.mark.parametrize("is_ready", [True, False])
def test_it_is_ready_when_it_says_so(is_ready: bool) -> None:
    with service(is_ready) as port:
        assert probe.ready(port) is is_ready


def test_nobody_there_is_not_ready() -> None:
    assert probe.ready(free_port()) is False


def test_one_that_says_something_else_is_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(64)
                connection.sendall(b"hm\n")

        thread = threading.Thread(target=answer)
        thread.start()
        assert probe.ready(listener.getsockname()[1]) is False
        thread.join()


@pytest.mark.parametrize("is_ready", [True, False])
def test_the_exit_code_tells(is_ready: bool) -> None:
    with service(is_ready) as port:
        finished = subprocess.run([sys.executable, "-m", "natter_runtime.probe", str(port)], timeout=10, check=False)
    assert finished.returncode == (0 if is_ready else 1)
