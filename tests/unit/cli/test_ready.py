"""Ready means: everybody answers."""

from __future__ import annotations

import asyncio

from natter_cli.ready import WORKERS, Readiness, ask, headline
from natter_protocol import codec, subjects
from natter_protocol.svc import SvcPong
from natter_runtime.bus import Bus, Delivery
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import SystemClock
from tests.support.cli_http import serving
from tests.support.cli_wait import until


async def answering(bus: Bus, service: str, pong: bytes) -> None:
    """Answer for ``service``."""
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    def answer(delivery: Delivery) -> None:
        tasks.add(loop.create_task(bus.respond(delivery, pong)))  # type: ignore[arg-type]

    await bus.subscribe(subjects.svc(service, "info"), answer)


async def test_asked() -> None:
    bus = MemoryBroker().bus()
    assert await ask(bus, "stt") is None
    await answering(bus, "stt", codec.encode(SvcPong(instance="stt-1", engine="moonshine")))
    pong = await ask(bus, "stt")
    assert pong is not None
    assert pong.engine == "moonshine"
    await answering(bus, "tts", b"nonsense")
    assert await ask(bus, "tts") is None


async def test_waits_for_the_last_one() -> None:
    bus = MemoryBroker().bus()
    with serving({"/readyz": b"{}"}) as site:
        readiness = Readiness(bus, f"{site.url}/", SystemClock())
        site.errors = 1
        for name in WORKERS[:-1]:
            await answering(bus, name, codec.encode(SvcPong(instance=name)))
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(readiness.wait())
            await until(lambda: readiness.missing == ["tts"])
            assert not waiting.done()
            await answering(bus, "tts", codec.encode(SvcPong(instance="tts-1")))
    assert readiness.missing == []


async def test_without_a_gateway() -> None:
    readiness = Readiness(MemoryBroker().bus(), "http://127.0.0.1:9/", SystemClock())
    try:
        async with asyncio.timeout(0.2):
            await readiness.wait()
    except TimeoutError:
        pass
    assert readiness.missing == ["gateway", *WORKERS]


def test_headline() -> None:
    pongs = {
        "turn": SvcPong(instance="t", engine="silero"),
        "stt": SvcPong(instance="s", engine="moonshine", model="moonshine-tiny-en"),
        "llm": SvcPong(instance="l", engine="demo", model="demo"),
        "tts": SvcPong(instance="t"),
    }
    assert headline("0.0.0.0", 8080, pongs) == (
        "Natter is ready: ws://127.0.0.1:8080/v1/ws - page http://127.0.0.1:8080/ - "
        "turn: silero, stt: moonshine (moonshine-tiny-en), llm: demo"
    )
    assert headline("::", 80, {}) == "Natter is ready: ws://[::1]:80/v1/ws - page http://[::1]:80/"
