"""Services that run in one process, on the in-process bus.

Each keeps its own runtime: metrics, tracer, settings, supervisor. Signals belong to the host. One
that fails is started again with a back-off, and the others do not notice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from natter_cli import config
from natter_cli.ready import Readiness
from natter_cli.supervisor import Hopeless, Say, keep_running
from natter_cli.terminal import note
from natter_cli.up import STOP_S, announce, on_signals
from natter_runtime import logs
from natter_runtime.app import Runtime, Service, new_instance, settings_for
from natter_runtime.app import run as run_service
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import Clock
from natter_runtime.config import RuntimeConfig
from natter_runtime.errors import BusError, NatterError, UsageError
from natter_runtime.metrics import Metrics
from natter_runtime.tasks import spawn, stop
from natter_runtime.telemetry import tracer_for

_LOG_BYTES: Final = 256 * 1024 * 1024

log = logging.getLogger(__name__)


class _Prefixed(logging.Handler):
    """Hands each line of the log over with the name of the service whose task wrote it."""

    def __init__(self, say: Say) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        for line in self.format(record).splitlines():
            self._say(logs.service_name.get() or "natter", line)


def log_to(say: Say, runtime: RuntimeConfig) -> None:
    """Send the process's log to ``say``, each line with the service it is about."""
    logs.configure("natter", runtime.log_level, runtime.log_format, texts=runtime.log_text)
    root = logging.getLogger()
    handler = _Prefixed(say)
    handler.setFormatter(root.handlers[0].formatter)
    root.handlers[:] = [handler]


class Member:
    """Keeps one service running in this process.

    Args:
        service: what to run.
        runtime: its settings; its bus comes from ``broker``.
        env: where its own settings are read from.
        gave_up: called with a message when it has failed too often.
    """

    def __init__(
        self,
        service: Service,
        runtime: RuntimeConfig,
        env: Mapping[str, str],
        broker: MemoryBroker,
        clock: Clock,
        gave_up: Callable[[str], None],
    ) -> None:
        self._service = service
        self._runtime = runtime
        self._settings = settings_for(service, env)
        self._broker = broker
        self._clock = clock
        self._gave_up = gave_up
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Run it, again and again if it must be; never raises because of the service."""
        logs.service_name.set(self._service.name)
        try:
            await keep_running(self._service.name, self._once, self._stopping, self._clock, log.error, self._gave_up)
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Ask it to end and wait until it has; whoever calls sets the deadline."""
        self._stopping.set()
        await self._ended.wait()

    async def _once(self) -> str:
        """Run the service once; return how it ended.

        Raises:
            Hopeless: its settings are wrong.
        """
        name, instance = self._service.name, new_instance(self._service.name)
        about = self._runtime
        tracer, flush = tracer_for(name, instance, about.otlp_endpoint, about.trace_ratio, about.otlp_protocol)
        bus = self._broker.bus()
        runtime = Runtime(
            name, instance, self._runtime, bus, Metrics(name), self._clock, tracer, stopping=self._stopping
        )
        try:
            await run_service(self._service, runtime, self._settings)
            return "it returned"
        except UsageError as error:
            raise Hopeless(str(error)) from error
        except NatterError as error:  # says itself what is wrong
            return str(error)
        except (Exception, SystemExit) as error:  # the boundary between services: uvicorn leaves by SystemExit
            log.exception("%s failed", name)
            return _told(error)
        finally:
            await bus.close()
            await asyncio.to_thread(flush)


def _told(error: BaseException) -> str:
    """Return what went wrong, out of whatever groups it is in."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


class Cabin:
    """Several services, and the bus between them.

    Args:
        services: the gateway first: it is stopped first.
        runtime: what all of them are configured with.
        env: where each reads its own settings.

    Raises:
        UsageError: a setting of a service is wrong.
    """

    def __init__(
        self, services: Sequence[Service], runtime: RuntimeConfig, env: Mapping[str, str], clock: Clock
    ) -> None:
        self._broker = MemoryBroker(min(runtime.calls_max_bytes, _LOG_BYTES))
        self._clock = clock
        self._stop = asyncio.Event()
        self._problem = ""
        self._grace_s = runtime.drain_s + STOP_S
        alone = replace(runtime, health_port=0)
        self._members = [Member(service, alone, env, self._broker, clock, self._give_up) for service in services]

    async def run(self, host: str, port: int) -> int:
        """Run until a signal or a problem; return the exit code."""
        on_signals(self._asked_to_stop, lambda: sys.exit(1))
        async with asyncio.TaskGroup() as group:
            tasks = [spawn(group, member.run(), "service") for member in self._members]
            starting = spawn(group, self._announce(host, port), "announce")
            await self._stop.wait()
            await stop(starting)
            await self._stop_in_order()
            for task in tasks:
                await stop(task)
        if self._problem:
            note(self._problem)
        return 1 if self._problem else 0

    async def _announce(self, host: str, port: int) -> None:
        bus = self._broker.bus()
        try:
            await announce(Readiness(bus, config.page_url(host, port), self._clock), host, port)
        except BusError as error:
            self._give_up(str(error))
        finally:
            await bus.close()

    async def _stop_in_order(self) -> None:
        """The gateway first, so that calls end; then who served them."""
        first, others = self._members[:1], self._members[1:]
        for members in (first, others):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._grace_s):
                    await asyncio.gather(*(member.stop() for member in members))

    def _asked_to_stop(self) -> None:
        note("stopping (once more: at once)")
        self._stop.set()

    def _give_up(self, problem: str) -> None:
        self._problem = self._problem or problem
        self._stop.set()
