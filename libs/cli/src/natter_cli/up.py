"""``natter up``: the whole stack on this machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from natter_cli import changeover, config, control, keeping, models, natsd
from natter_cli.changeover import Trial
from natter_cli.control import Wish
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
NATS_S: Final = 15.0
"""How long nats-server may take to start; it reads its stored calls first."""
CONNECT_S: Final = 5.0
STOP_S: Final = 5.0
"""How long a part may take to end once its sessions are gone."""
_DRAIN_S: Final = 5.0
"""Enough to hand sessions over to one that is ready. At the end of the stack the gateway has ended them before."""


def module_of(service: str) -> tuple[str, ...]:
    """Return the command that runs ``service``."""
    return (sys.executable, "-m", f"natter_{service}")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be started.

    Attributes:
        nats_url: servers that exist, or empty for one of our own.
        nats_binary: what to run for one of our own.
        env: the environment of the services.
        command: returns the command of a service.
    """

    host: str
    port: int
    nats_url: str
    nats_binary: str
    env: dict[str, str]
    command: Callable[[str], tuple[str, ...]] = module_of


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
    env.setdefault("NATTER_DRAIN_S", str(_DRAIN_S))
    env.setdefault("NATTER_DATA", str(keeping.data_of(settings.state, port)))
    if not (env.get("NATTER_SECRET") or env.get("NATTER_SECRET_FILE")):
        env["NATTER_SECRET"] = keeping.secret_of(settings.state)
    runtime = config.read_runtime(env)
    if fetch:
        models.ensure(models.needed(env), runtime.models)
    env |= {"NATTER_HOST": host, "NATTER_PORT": str(port), "PYTHONUNBUFFERED": "1"}
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
    return asyncio.run(Stack(plan, settings.state, runtime, say, SystemClock()).run())


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


class Stack:
    """All processes of one stack. Whoever gives up stops all the others, in order."""

    def __init__(self, plan: Plan, state: Path, runtime: RuntimeConfig, say: Say, clock: Clock) -> None:
        self._plan = plan
        self._state = state
        self._runtime = runtime
        self._say = say
        self._clock = clock
        self._keepers: dict[str, Keeper] = {}
        self._stop = asyncio.Event()
        self._problem = ""
        self._url = ""
        self._swapping: set[str] = set()

    async def run(self) -> int:
        """Run until a signal or a problem; return the exit code."""
        on_signals(self._asked_to_stop, self._kill)
        async with asyncio.TaskGroup() as group:
            self._group = group
            starting = spawn(group, self._start(group), "start")
            async with control.listening(control.path_of(self._plan.port), self._swap):
                await self._stop.wait()
            await stop(starting)
            await self._stop_in_order()
        if self._problem:
            note(self._problem)
        return 1 if self._problem else 0

    # -- starting -------------------------------------------------------------------------------

    async def _start(self, group: asyncio.TaskGroup) -> None:
        try:
            url = self._url = self._plan.nats_url or await self._start_nats(group)
            bus = await self._connect(url)
            try:
                self._start_services(group, url)
                page = config.page_url(self._plan.host, self._plan.port)
                await announce(Readiness(bus, page, self._clock), self._plan.host, self._plan.port)
            finally:
                await bus.close()
        except BusError as error:
            self._give_up(str(error))

    def _start_services(self, group: asyncio.TaskGroup, url: str) -> None:
        env = self._plan.env | {"NATTER_NATS_URL": url}
        grace = self._runtime.drain_s + STOP_S
        for name in ("gateway", *WORKERS):
            self._keep(group, Part(name, self._plan.command(name), env, grace))

    async def _start_nats(self, group: asyncio.TaskGroup) -> str:
        port = natsd.free_port()
        store = natsd.store_of(self._state, self._plan.port)
        store.mkdir(parents=True, exist_ok=True)
        self._keep(group, natsd.part(self._plan.nats_binary, port, store, self._plan.env))
        await natsd.wait(port, self._clock, NATS_S)
        natsd.remember(self._state, self._plan.port, natsd.url(port))
        return natsd.url(port)

    async def _connect(self, url: str) -> bus_nats.NatsBus:
        limits = bus_nats.StreamLimits(
            self._runtime.calls_max_bytes, self._runtime.calls_max_age_s, self._runtime.calls_replicas
        )
        return await bus_nats.connect(url, name="natter-up", limits=limits, connect_timeout=CONNECT_S)

    # -- changing -------------------------------------------------------------------------------

    async def _swap(self, wish: Wish, tell: Callable[[str], None]) -> None:
        """Run a service with other settings: the new process beside the old, then in its place.

        Raises:
            UsageError: there is no such service to swap, or it is being swapped.
            EngineError: the new process does not become ready; the old one goes on.
        """
        old = self._keepers.get(wish.service)
        if wish.service not in WORKERS or old is None or wish.service in self._swapping:
            raise UsageError(f"{wish.service}: expected one of {', '.join(WORKERS)} that runs and is not being swapped")
        self._swapping.add(wish.service)
        try:
            await self._change_over(old, wish, tell)
        finally:
            self._swapping.discard(wish.service)

    async def _change_over(self, old: Keeper, wish: Wish, tell: Callable[[str], None]) -> None:
        part, name = changeover.candidate(old.part, wish.settings)
        trial = Trial(self._say, self._give_up)
        new = Keeper(part, trial.say, self._clock, trial.gave_up)
        spawn(self._group, new.run(), part.name)
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_callback(changeover.discard, new)
            tell(f"a new {part.name} is started beside the old; waiting until it is ready")
            bus = await self._connect(self._url)
            try:
                pong = await changeover.proved(bus, part.name, name, trial)
            finally:
                await bus.close()
            undo.pop_all()
        trial.keep()
        self._keepers[part.name] = new
        tell(f"{pong.engine} {pong.model} is ready; the old one hands its sessions over")
        await old.stop()

    def _keep(self, group: asyncio.TaskGroup, part: Part) -> None:
        keeper = self._keepers[part.name] = Keeper(part, self._say, self._clock, self._give_up)
        spawn(group, keeper.run(), part.name)

    # -- stopping -------------------------------------------------------------------------------

    def _asked_to_stop(self) -> None:
        note("stopping (once more: at once)")
        self._stop.set()

    def _give_up(self, problem: str) -> None:
        self._problem = self._problem or problem
        self._stop.set()

    def _kill(self) -> None:
        for keeper in self._keepers.values():
            keeper.kill()

    async def _stop_in_order(self) -> None:
        """The gateway first, so that calls end; then who served them; the bus last."""
        for names in (("gateway",), WORKERS, ("nats",)):
            await asyncio.gather(*(self._keepers[name].stop() for name in names if name in self._keepers))
        natsd.forget(self._state, self._plan.port)


async def announce(readiness: Readiness, host: str, port: int) -> None:
    """Wait for the whole stack and print the one line about it.

    Raises:
        BusError: it is not ready after :data:`READY_S`.
    """
    try:
        async with asyncio.timeout(READY_S):
            await readiness.wait()
    except TimeoutError:
        missing = ", ".join(readiness.missing)
        raise BusError(f"not ready after {READY_S:.0f} s: {missing} (see the lines above)") from None
    print(headline(host, port, readiness.workers), flush=True)
