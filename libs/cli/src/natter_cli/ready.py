"""Whether the stack is ready, and with which engines: asked on the bus and of the gateway's ``/readyz``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx

from natter_cli import config
from natter_protocol import codec, subjects
from natter_protocol.errors import ProtocolError
from natter_protocol.svc import SvcPing, SvcPong
from natter_runtime.bus import Bus
from natter_runtime.clock import Clock
from natter_runtime.errors import BusError

WORKERS: Final = ("turn", "stt", "llm", "tts")
"""The services that are claimed by the gateway, in the order of a turn."""
_ASK_S: Final = 0.5
_EVERY_S: Final = 0.1


async def ask(bus: Bus, service: str) -> SvcPong | None:
    """Return what an instance of ``service`` says about itself, or None where none is ready."""
    try:
        answer = await bus.request(subjects.svc(service, "info"), codec.encode(SvcPing()), timeout=_ASK_S)
        pong = codec.decode(answer.data)
    except (BusError, ProtocolError):
        return None
    return pong if isinstance(pong, SvcPong) else None


async def gateway_ready(url: str) -> bool:
    """Whether the gateway whose page is ``url`` takes calls."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as http:
            return (await http.get(f"{url}readyz")).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


class Readiness:
    """Finds out, part by part, until nothing is missing.

    Args:
        bus: to ask the workers.
        url: the gateway's page.
        clock: paces the questions.
    """

    def __init__(self, bus: Bus, url: str, clock: Clock) -> None:
        self._bus = bus
        self._url = url
        self._clock = clock
        self._gateway = False
        self.workers: dict[str, SvcPong] = {}

    @property
    def missing(self) -> list[str]:
        """Who is not ready yet."""
        missing = [name for name in WORKERS if name not in self.workers]
        return missing if self._gateway else ["gateway", *missing]

    async def wait(self) -> None:
        """Return when all are ready. Waits as long as it takes: the caller sets the deadline."""
        while self.missing:
            for name in WORKERS:
                if name not in self.workers and (pong := await ask(self._bus, name)):
                    self.workers[name] = pong
            self._gateway = self._gateway or await gateway_ready(self._url)
            if self.missing:
                await self._clock.sleep(_EVERY_S)


def headline(host: str, port: int, workers: Mapping[str, SvcPong]) -> str:
    """Return the one line that says where the stack is and with which engines."""
    engines = []
    for name in WORKERS:
        pong = workers.get(name)
        if pong is not None and pong.engine:
            model = f" ({pong.model})" if pong.model and pong.model != pong.engine else ""
            engines.append(f"{name}: {pong.engine}{model}")
    where = f"Natter is ready: {config.socket_url(host, port)} - page {config.page_url(host, port)}"
    return f"{where} - {', '.join(engines)}" if engines else where
