"""The gateway's wiring."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator

import uvicorn

from natter_gateway.app import create_app
from natter_gateway.config import GatewayConfig
from natter_gateway.logwatch import watch_log
from natter_gateway.pacer import Pacer
from natter_gateway.session import House
from natter_gateway.sessions import Sessions
from natter_runtime import app as runtime_app
from natter_runtime.app import VERSION, Runtime, Service
from natter_runtime.errors import UsageError
from natter_runtime.presence import Card, Presence
from natter_runtime.pulse import Pulse
from natter_runtime.tasks import spawn, stop

log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 256 * 1024


class _Server(uvicorn.Server):
    """Signals belong to the process's host, not to uvicorn."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(config: GatewayConfig, runtime: Runtime) -> None:
    """Accept clients until ``runtime.stopping``."""
    config.check()
    if config.open_to_all:
        log.warning("NATTER_API_KEYS is not set: any key is accepted, from this machine only")
    runtime.metrics.capacity(runtime.config.capacity)
    card = Card("gateway", runtime.instance, runtime.config.capacity, version=VERSION)
    pulse = Pulse(runtime.bus, runtime.clock)
    pacer = Pacer(runtime.clock)
    house = House(runtime.instance, config, runtime.bus, runtime.clock, runtime.metrics, runtime.tracer, pulse, pacer)
    async with asyncio.TaskGroup() as group:
        sessions = Sessions(house, runtime.config.capacity, group)
        presence = Presence(runtime.bus, card, runtime.clock, lambda: len(sessions))
        await pulse.listen()
        await presence.listen()
        app = create_app(config, sessions, runtime.clock, runtime.metrics, runtime.ready.is_set, VERSION)
        server = _Server(
            uvicorn.Config(
                app,
                host=config.host,
                port=config.port,
                log_config=None,
                access_log=False,
                ws_max_size=MAX_MESSAGE_BYTES,
                ws_per_message_deflate=False,
                lifespan="off",
                timeout_graceful_shutdown=3,
            )
        )
        watching = watch_log(runtime.bus.log, runtime.clock, runtime.metrics)
        chores = [
            spawn(group, chore, "gateway") for chore in (presence.beat(), presence.answer(), pacer.run(), watching)
        ]
        serving = spawn(group, _listen(server, config), "http")
        while not server.started and not serving.done():
            await runtime.clock.sleep(0.02)
        if not serving.done():
            runtime.ready.set()
            log.info("ready on %s:%d", config.host, config.port)
            stopping = spawn(group, _wait(runtime.stopping), "stopping")
            await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
            await stop(stopping)
        runtime.ready.clear()
        await sessions.close()
        server.should_exit = True
        await asyncio.wait([serving])
        for chore in chores:
            await stop(chore)
        await presence.close()
        await pulse.close()


async def _listen(server: uvicorn.Server, config: GatewayConfig) -> None:
    try:
        await server.serve()
    except SystemExit:  # how uvicorn says that it cannot bind
        raise UsageError(f"NATTER_PORT={config.port}: cannot listen on {config.host}:{config.port}") from None


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


service = Service(name="gateway", config=GatewayConfig, serve=serve)


def main() -> None:
    """Run the gateway as a process."""
    runtime_app.main(service)
