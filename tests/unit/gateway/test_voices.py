"""The names of voices."""

from __future__ import annotations

import asyncio

from natter_gateway.voices import CURRENT, EARLIER, Voices
from natter_protocol import codec, subjects
from natter_protocol.svc import SvcPong
from natter_runtime.bus import Delivery
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import ManualClock


def test_the_names_of_today_and_of_earlier_are_known() -> None:
    voices = Voices()
    assert len(CURRENT) == 18
    assert all(voices.knows(name) for name in (*CURRENT, *EARLIER, "Alba"))
    assert not voices.knows("nobody")
    assert voices.names() == list(CURRENT)


def test_strictly_only_those_of_today() -> None:
    voices = Voices(strict=True)
    assert voices.knows("alba")
    assert not any(voices.knows(name) for name in EARLIER - set(CURRENT))


async def test_the_voices_that_are_really_here_are_learned() -> None:
    broker, clock = MemoryBroker(), ManualClock()
    bus, asked = broker.bus(), 0

    def answer(delivery: Delivery) -> None:
        nonlocal asked
        asked += 1
        pong = SvcPong(instance="tts-1", details={"voices": ["Slt", "kal"], "languages": ["en"]})
        asyncio.get_running_loop().create_task(bus.respond(delivery, codec.encode(pong)))

    voices = Voices(strict=True)
    asking = asyncio.create_task(voices.keep_up(broker.bus(), clock))
    await asyncio.sleep(0.01)
    assert not voices.knows("slt")  # nobody has answered yet
    await bus.subscribe(subjects.svc("tts", "info"), answer)
    clock.advance(1.0)
    async with asyncio.timeout(2):
        while not voices.local:
            await asyncio.sleep(0.005)
    assert voices.knows("slt")
    assert voices.local == {"Slt": ("en",), "kal": ("en",)}
    assert voices.names()[-2:] == ["Slt", "kal"]
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert asked == 1
