"""How a service runs: settings, bus, ready, serve, drain, close, in that order.

A service is a :class:`Service`: a name, a configuration class and a coroutine that serves until it
is told to stop. :func:`main` runs one as a process; ``natter up --in-process`` runs all five in one,
each with a :class:`Runtime` of its own.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import os
import secrets
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from opentelemetry.trace import NoOpTracer, Tracer

from natter_runtime import logs, threads
from natter_runtime.bus import Bus
from natter_runtime.clock import Clock, SystemClock
from natter_runtime.config import RuntimeConfig, load
from natter_runtime.errors import NatterError, UsageError
from natter_runtime.executor import let_finish
from natter_runtime.health import HealthServer
from natter_runtime.host import Attend, Host
from natter_runtime.metrics import Metrics
from natter_runtime.presence import Card
from natter_runtime.seat import Hearing
from natter_runtime.tasks import spawn, stop

log = logging.getLogger(__name__)

VERSION: Final = "0.1.0"
CONNECT_PATIENCE_S: Final = 30.0
"""How long a starting service waits for NATS."""
LOG_KEEPER: Final = "gateway"
"""The service that creates the event log and sets its limits; no session is opened before it runs."""
FINISH_S: Final = 5.0
"""A process that ends waits so long for a model call that still runs."""
TICK_S: Final = 0.25
"""How often it is looked whether the event loop is alive, and how late it is."""
CONNECT_TRY_S: Final = 2.0
"""How long one attempt takes; between two it notices that it is to stop."""


@dataclass(slots=True)
class Runtime:
    """What a running service stands on."""

    service: str
    instance: str
    config: RuntimeConfig
    bus: Bus
    metrics: Metrics
    clock: Clock = field(default_factory=SystemClock)
    tracer: Tracer = field(default_factory=NoOpTracer)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    began: float = 0.0
    """When the service began to load what it needs, on its clock."""


@dataclass(frozen=True, slots=True)
class Service:
    """One of the five, as a process or a part of one."""

    name: str
    config: type[Any]
    serve: Callable[[Any, Runtime], Awaitable[None]]
    """Serves until ``runtime.stopping`` is set; sets ``runtime.ready`` when it can."""


def new_instance(name: str) -> str:
    """Return a name for one instance that no other has, and that begins with ``name``."""
    return f"{name}-{secrets.token_hex(4)}"


async def serve_sessions(
    runtime: Runtime,
    hearing: Hearing,
    attend: Attend,
    *,
    engine: str = "",
    model: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Take and serve sessions until ``runtime.stopping``; for the four services that are claimed.

    To be called when the engine is loaded and warm.
    """
    gc.collect()
    gc.freeze()
    card = Card(runtime.service, runtime.instance, runtime.config.capacity, engine, model, VERSION, details or {})
    runtime.metrics.model(engine, model, runtime.clock.monotonic() - runtime.began)
    runtime.metrics.capacity(card.capacity)
    host = Host(runtime.bus, card, hearing, attend, runtime.clock, runtime.metrics)

    def ready() -> None:
        runtime.ready.set()
        log.info("ready engine=%s model=%s capacity=%d", engine, model, card.capacity)

    await host.serve(runtime.stopping, runtime.config.drain_s, ready)


def main(service: Service) -> None:
    """Run ``service`` as a process until SIGTERM or SIGINT; exits with 2 on a wrong setting, 1 on a failure."""
    assert threads
    try:
        runtime_config = load(RuntimeConfig, os.environ)
        config = load(service.config, os.environ)
        about = runtime_config
        logs.configure(service.name, about.log_level, about.log_format, texts=about.log_text)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_run(service, runtime_config, config))
        let_finish(FINISH_S)
    except NatterError as error:
        sys.stderr.write(f"natter-{service.name}: {error}\n")
        sys.exit(2 if isinstance(error, UsageError) else 1)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _run(service: Service, runtime_config: RuntimeConfig, config: Any) -> None:
    from natter_runtime.telemetry import tracer_for

    instance = new_instance(runtime_config.name or service.name)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    tracer, flush = tracer_for(
        service.name,
        instance,
        runtime_config.otlp_endpoint,
        runtime_config.trace_ratio,
        runtime_config.otlp_protocol,
    )
    bus = await _connect(runtime_config, service.name, instance, stopping)
    if bus is None:
        return
    runtime = Runtime(
        service.name, instance, runtime_config, bus, Metrics(service.name), SystemClock(), tracer, stopping
    )
    try:
        await run(service, runtime, config)
    finally:
        await bus.close()
        flush()


async def _connect(config: RuntimeConfig, service: str, instance: str, stopping: asyncio.Event) -> Bus | None:
    """Connect to NATS, waiting for it to come up; None if the service is stopped meanwhile."""
    from natter_runtime import bus_nats

    login = bus_nats.Login(config.nats_user, config.nats_password)
    limits = bus_nats.StreamLimits(config.calls_max_bytes, config.calls_max_age_s, config.calls_replicas)
    dial = functools.partial(
        bus_nats.connect,
        config.nats_url,
        name=instance,
        login=login,
        limits=limits,
        keep_log=service == LOG_KEEPER,
        connect_timeout=CONNECT_TRY_S,
    )
    clock = SystemClock()
    deadline = clock.monotonic() + CONNECT_PATIENCE_S
    while True:
        try:
            return await dial()
        except NatterError as error:
            if stopping.is_set():
                return None
            if clock.monotonic() > deadline:
                raise
            log.info("waiting for NATS: %s", error)
            await clock.sleep(0.5)


async def run(service: Service, runtime: Runtime, config: Any) -> None:
    """Run ``service`` on a runtime that somebody else made, with its health port if it has one."""
    logs.service_name.set(service.name)
    clock = runtime.clock
    alive = runtime.began = clock.monotonic()

    async def tick() -> None:
        nonlocal alive
        while True:
            await clock.sleep(TICK_S)
            now = clock.monotonic()
            runtime.metrics.lag(max(0.0, now - alive - TICK_S))
            alive = now

    health: HealthServer | None = None
    if runtime.config.health_port:
        health = HealthServer(
            runtime.config.health_host,
            runtime.config.health_port,
            runtime.metrics,
            lambda: clock.monotonic() - alive,
            lambda: runtime.ready.is_set() and not runtime.stopping.is_set(),
        )
    try:
        async with asyncio.TaskGroup() as group:
            ticking = spawn(group, tick(), "alive")
            await service.serve(config, runtime)
            await stop(ticking)
    except ExceptionGroup as group:
        raise _cause(group) from None
    finally:
        if health is not None:
            health.close()


def _cause(group: ExceptionGroup[Exception]) -> Exception:
    """Return the one error that operators can act on, or ``group`` if there is anything else in it."""
    foreseen, defects = group.split(NatterError)
    if foreseen is None or defects is not None:
        return group
    cause: Exception = foreseen
    while isinstance(cause, ExceptionGroup):
        cause = cause.exceptions[0]
    return cause


def settings_for(service: Service, environ: Mapping[str, str]) -> Any:
    """Return the service's own settings from ``environ``."""
    return load(service.config, environ)
