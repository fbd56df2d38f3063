"""Another process in the place of one that serves calls, without a pause: the new one is started beside the old."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from natter_cli.supervisor import Keeper, Part, Say
from natter_protocol import codec, subjects
from natter_protocol.errors import ProtocolError
from natter_protocol.svc import SvcBeat, SvcPing, SvcPong
from natter_runtime.bus import Bus, Delivery
from natter_runtime.errors import EngineError

READY_S: Final = 120.0
"""A process that is not ready after this is taken for one that never will be."""
_PING_S: Final = 2.0
_LAST_LINES: Final = 5


class Trial:
    """Listens to a process that has yet to prove itself; once it has, it is kept running like any other.

    Args:
        say: where its output goes.
        give_up: what is to happen when it fails too often, once it is kept.
    """

    def __init__(self, say: Say, give_up: Callable[[str], None]) -> None:
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Done, with the reason, when the process has ended before it was kept."""
        self._say = say
        self._give_up = give_up
        self._kept = False
        self._last: deque[str] = deque(maxlen=_LAST_LINES)

    def say(self, name: str, line: str) -> None:
        """Take a line of its output, or (of ``natter``) news about it."""
        if name != "natter":
            self._last.append(line)
        elif not self._kept:
            self._fail(line)
            return
        self._say(name, line)

    def gave_up(self, problem: str) -> None:
        """It has failed too often."""
        if self._kept:
            self._give_up(problem)
        else:
            self._fail(problem)

    def keep(self) -> None:
        """It has proved itself."""
        self._kept = True

    def _fail(self, news: str) -> None:
        if not self.failed.done():
            self.failed.set_result(self._last[-1] if self._last else news)


def candidate(part: Part, changes: dict[str, str]) -> tuple[Part, str]:
    """Return ``part`` with other settings, and the name that its instance will begin with."""
    name = f"{part.name}-{secrets.token_hex(2)}"
    return replace(part, env={**part.env, **changes, "NATTER_NAME": name}), name


async def proved(bus: Bus, service: str, name: str, trial: Trial) -> SvcPong:
    """Wait until an instance whose name begins with ``name`` takes sessions; return what it says about itself.

    Raises:
        EngineError: its process has ended, or it is not ready in time.
    """
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def on_beat(delivery: Delivery) -> None:
        instance = _instance(delivery.data)
        if instance.startswith(f"{name}-") and not found.done():
            found.set_result(instance)

    subscription = await bus.subscribe(f"{subjects.svc(service, 'beat')}.*", on_beat)
    try:
        await asyncio.wait([found, trial.failed], timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
        if trial.failed.done():
            raise EngineError(trial.failed.result())
        if not found.done():
            raise EngineError(f"not ready after {READY_S:.0f} s")
        question = subjects.svc(service, "ping", found.result())
        answer = await bus.request(question, codec.encode(SvcPing()), timeout=_PING_S)
        pong = codec.decode(answer.data)
    finally:
        await subscription.unsubscribe()
    assert isinstance(pong, SvcPong)
    return pong


def _instance(data: bytes) -> str:
    try:
        beat = codec.decode(data)
    except ProtocolError:
        return ""
    return beat.instance if isinstance(beat, SvcBeat) else ""


async def discard(keeper: Keeper) -> None:
    """End a process that serves nobody."""
    keeper.kill()
    await keeper.stop()
