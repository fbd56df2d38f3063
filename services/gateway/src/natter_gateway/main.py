"""The gateway's wiring."""

from __future__ import annotations

import asyncio
import logging

from natter_gateway.app import create_app
from natter_gateway.config import GatewayConfig
from natter_gateway.house import House
from natter_gateway.logwatch import watch_log
from natter_gateway.office import open_office
from natter_gateway.rest.envelope import Envelope
from natter_gateway.server import Server
from natter_gateway.sessions import Sessions
from natter_gateway.voices import Voices
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
    runtime.metrics.capacity(runtime.config.capacity)
    card = Card("gateway", runtime.instance, runtime.config.capacity, version=VERSION)
    pulse, voices = Pulse(runtime.bus, runtime.clock), Voices(strict=config.strict_voices)
    opened = open_office(config, runtime, pulse, voices, lambda: sessions.ids)
    async with opened as office, asyncio.TaskGroup() as group:
        house = House.of(config, runtime, pulse, voices, office)
        sessions = Sessions(house, runtime.config.capacity, group)
        presence = Presence(runtime.bus, card, runtime.clock, lambda: len(sessions))
        await pulse.listen()
        await presence.listen()
        app = create_app(house, sessions, runtime.ready.is_set, VERSION)
        server = Server(Envelope(app), config)
        watching = (
            voices.keep_up(runtime.bus, runtime.clock),
            watch_log(runtime.bus.log, runtime.clock, runtime.metrics),
        )
        work = (presence.beat(), presence.answer(), house.pacer.run(), office.run(), *watching)
        chores = [spawn(group, chore, "gateway") for chore in work]
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
