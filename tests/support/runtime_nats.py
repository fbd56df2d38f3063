"""A nats-server that a test may stop and start again on the same port."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.nats_server import free_port

_START_S = 10.0


class Server:
    """Not running until :meth:`start`; what it stored is there again after a restart."""

    def __init__(self, folder: Path, *, jetstream: bool = True) -> None:
        binary = shutil.which("nats-server")
        if binary is None:
            pytest.skip("no nats-server on PATH (a container cannot be stopped and started like this)")
        self._port = free_port()
        self.url = f"nats://127.0.0.1:{self._port}"
        self._command = [binary, "-a", "127.0.0.1", "-p", str(self._port), "-l", str(folder / "log")]
        if jetstream:
            self._command += ["-js", "-sd", str(folder)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it takes connections."""
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self._port), 1.0):
                    return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError(f"nats-server did not start on port {self._port}")

    def stop(self) -> None:
        """Return when it is gone."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
