"""A nats-server of our own, for a stack on one machine."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from natter_cli.supervisor import Part
from natter_runtime.clock import Clock
from natter_runtime.errors import BusError

_HOST: Final = "127.0.0.1"
_LOUD: Final = ("[WRN]", "[ERR]", "[FTL]")
_URL_FILE: Final = "url"


def find() -> str | None:
    """Return the path of ``nats-server``, if it is installed."""
    return shutil.which("nats-server")


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def part(binary: str, port: int, store: Path, env: Mapping[str, str]) -> Part:
    """Return how to run it, with JetStream in ``store``; of its log, warnings and errors are shown."""
    command = (binary, "-js", "-a", _HOST, "-p", str(port), "-sd", str(store))
    return Part("nats", command, env, shown=lambda line: "[" not in line or any(mark in line for mark in _LOUD))


def url(port: int) -> str:
    """Return the URL of the server on ``port``."""
    return f"nats://{_HOST}:{port}"


async def wait(port: int, clock: Clock, timeout: float) -> None:
    """Return when the server on ``port`` greets.

    Raises:
        BusError: not within ``timeout`` seconds.
    """
    deadline = clock.monotonic() + timeout
    while clock.monotonic() < deadline:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                reader, writer = await asyncio.open_connection(_HOST, port)
                greeting = await reader.readline()
                writer.close()
                if greeting.startswith(b"INFO"):
                    return
        await clock.sleep(0.05)
    raise BusError(f"nats-server did not start on port {port} in {timeout:g} s")


def store_of(state: Path, gateway_port: int) -> Path:
    """Return where the stack with this gateway keeps its calls; two stacks never share one."""
    return state / f"nats-{gateway_port}"


def remember(state: Path, gateway_port: int, server: str) -> None:
    """Write down where the server of a running stack is, for ``natter tap``."""
    (store_of(state, gateway_port) / _URL_FILE).write_text(server)


def forget(state: Path, gateway_port: int) -> None:
    """The server is gone."""
    (store_of(state, gateway_port) / _URL_FILE).unlink(missing_ok=True)


def recall(state: Path, gateway_port: int) -> str:
    """Return the URL of the server of a running stack, or an empty string."""
    with contextlib.suppress(OSError):
        return (store_of(state, gateway_port) / _URL_FILE).read_text().strip()
    return ""
