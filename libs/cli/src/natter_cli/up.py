"""``natter up``: the whole stack on this machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from natter_cli import config, models, natsd
from natter_cli.ready import WORKERS, Readiness, headline
from natter_cli.supervisor import Keeper, Part, Say
from natter_cli.terminal import Lines, colours, note
from natter_runtime import bus_nats
from natter_runtime.clock import Clock, SystemClock
from natter_runtime.config import RuntimeConfig
from natter_runtime.errors import BusError, UsageError
from natter_runtime.tasks import spawn, stop

READY_S: Final = 180.0
"""A stack that is not ready after this has a problem worth telling."""
_DRAIN_S: Final = 2.0
"""The whole stack stops: nobody is left to take a session over, so little waiting makes sense."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be started.

    Attributes:
        nats_url: servers that exist, or empty for one of our own.
        nats_binary: what to run for one of our own.
        env: the environment of the services.
    """

    host: str
    port: int
    nats_url: str
    nats_binary: str
    env: dict[str, str]


def run(*, host: str, port: int, nats: str, in_process: bool, fetch: bool) -> int:
    """Start everything, say where it is, and stop it in order at Ctrl-C or SIGTERM.

    Args:
        host, port: where the gateway listens; empty and 0 stand for the environment's.
        nats: servers to use; empty stands for the environment's, else for one of our own.
        in_process: all services in this process, on the in-process bus.
        fetch: whether to fetch missing models first.

    Raises:
        UsageError: the port is in use, or a setting is wrong.
        EngineError: a model is missing and cannot be fetched.
    """
    settings = config.read()
    host, port = host or settings.host, port or settings.port
    check_port(host, port)
    env = config.environment()
    runtime = config.read_runtime(env)
    if fetch:
        models.ensure(models.needed(env), runtime.models)
    env |= {"NATTER_HOST": host, "NATTER_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    env.setdefault("NATTER_DRAIN_S", str(_DRAIN_S))
    if runtime.health_port:
        note("NATTER_HEALTH_PORT is for services that run one by one; it is not used here")
        del env["NATTER_HEALTH_PORT"]
    nats_url, binary = nats or settings.nats_url, natsd.find()
    say = Lines(sys.stderr, colours(sys.stderr, settings.no_color))
    if in_process or not (nats_url or binary):
        if not in_process:
            note("no nats-server found (Debian: apt install nats-server; else https://nats.io/download)")
        note("all services run in this one process: no isolation between them, and no call outlives it")
        from natter_cli import inprocess

        return inprocess.run(host, port, env, say)
    plan = Plan(host, port, nats_url, binary or "", env)
    return asyncio.run(up(plan, settings.state, runtime, say, SystemClock()))


def check_port(host: str, port: int) -> None:
    """Raise :class:`UsageError` if nobody could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise UsageError(
                    f"port {port} on {host} is in use (another `natter up`?): stop what listens there, "
                    "or choose another port with --port or NATTER_PORT"
                ) from error
            raise UsageError(f"cannot listen on {host} port {port}: {error.strerror or error}") from error


def on_signals(first: Callable[[], None], again: Callable[[], None]) -> None:
    """Call ``first`` at the first signal that asks to stop, and ``again`` at every later one."""
    loop = asyncio.get_running_loop()
    asked = False

    def handle() -> None:
        nonlocal asked
        (again if asked else first)()
        asked = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, handle)


async def up(
    plan: Plan, state: "config.Path", runtime: RuntimeConfig, say: Say, clock: Clock
) -> int:  # pragma: no cover - replaced below
    raise NotImplementedError
