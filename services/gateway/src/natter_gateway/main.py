"""The gateway's wiring."""

from __future__ import annotations

import asyncio
import logging

from natter_gateway.app import create_app
from natter_gateway.config import GatewayConfig
from natter_gateway.office import open_office
from natter_gateway.pacer import Pacer
from natter_gateway.rest.envelope import Envelope
from natter_gateway.server import Server
from natter_gateway.session import House
from natter_gateway.sessions import Sessions
from natter_gateway.tokens import mint_for
from natter_runtime import app as runtime_app
from natter_runtime.app import VERSION, Runtime, Service
from natter_runtime.presence import Card, Presence
from natter_runtime.pulse import Pulse
from natter_runtime.tasks import spawn, stop

log = logging.getLogger(__name__)


async def serve(config: GatewayConfig, runtime: Runtime) -> None:
    """Accept clients until ``runtime.stopping``."""
    config.check()
    if config.open_to_all:
        log.warning("NATTER_API_KEYS is not set: any key is accepted, from this machine only")
    card = Card("gateway", runtime.instance, runtime.config.capacity, version=VERSION)
    pulse = Pulse(runtime.bus, runtime.clock)
    pacer = Pacer(runtime.clock)
    async with open_office(config, runtime, pulse, lambda: sessions.ids) as office, asyncio.TaskGroup() as group:
        house = House(
            runtime.instance,
            config,
            runtime.bus,
            runtime.clock,
            runtime.metrics,
            runtime.tracer,
            pulse,
            pacer,
            office.keeper,
        )
        sessions = Sessions(house, runtime.config.capacity, group)
        presence = Presence(runtime.bus, card, runtime.clock, lambda: len(sessions))
        await pulse.listen()
        await presence.listen()
        mint = mint_for(config, runtime.clock)
        app = create_app(config, sessions, runtime, mint, office, VERSION)
        server = Server(Envelope(app), config)
        chores = [
            spawn(group, chore, "gateway") for chore in (presence.beat(), presence.answer(), pacer.run(), office.run())
        ]
        serving = spawn(group, server.listen(), "http")
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
        await office.keeper.drain()
        server.should_exit = True
        await asyncio.wait([serving])
        for chore in chores:
            await stop(chore)
        await presence.close()
        await pulse.close()


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


service = Service(name="gateway", config=GatewayConfig, serve=serve)


def main() -> None:
    """Run the gateway as a process."""
    runtime_app.main(service)
