"""A call to another system's bot, over the benchmark's own small wire (``benchmarks/peers/common.py``)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from benchmarks.bench.lines import Began, Drop, Event, Line, LineError, Over, Sound, Spoken, Told
from benchmarks.bench.matcher import Found, Matcher
from benchmarks.bench.model import Script
from benchmarks.bench.player import UNKNOWN
from benchmarks.bench.replies import number_of, words

OPEN_S: Final = 15.0
_MAX: Final = 4 * 1024 * 1024


class Bot:
    """A system that runs one bot per process; a call takes a process that is free.

    Args:
        name: of the system.
        urls: where its processes are, each without the call's id.
    """

    def __init__(self, name: str, urls: Sequence[str]) -> None:
        self.name = name
        self._free: asyncio.LifoQueue[str] = asyncio.LifoQueue(len(urls))
        for url in urls:
            self._free.put_nowait(url)

    @asynccontextmanager
    async def dial(self, call: str, script: Script) -> AsyncIterator[Line]:
        """See :class:`benchmarks.bench.lines.System`."""
        async with asyncio.timeout(OPEN_S):
            url = await self._free.get()
        try:
            async with connect(
                f"{url}/call/{call}",
                compression=None,
                max_size=_MAX,
                open_timeout=OPEN_S,
                close_timeout=2.0,
                proxy=None,
            ) as socket:
                yield BotLine(socket, script)
        except (OSError, TimeoutError, WebSocketException) as error:
            raise LineError(f"{self.name}: {error or type(error).__name__}") from error
        finally:
            self._free.put_nowait(url)


class BotLine:
    """See :class:`benchmarks.bench.lines.Line`."""

    rate = 16_000

    def __init__(self, socket: ClientConnection, script: Script) -> None:
        self._socket = socket
        self._script = script
        self._matcher = Matcher()
        self._open: dict[str, bool] = {}
        """Replies that have begun, and whether they are still open."""

    async def send(self, pcm: bytes) -> None:
        try:
            await self._socket.send(pcm)
        except ConnectionClosed as error:
            raise LineError(f"it hung up: {error}") from error

    async def events(self) -> AsyncIterator[Event]:
        try:
            async for message in self._socket:
                for event in self._heard(message):
                    yield event
        except ConnectionClosed as error:
            raise LineError(f"it hung up: {error}") from error

    def _heard(self, message: str | bytes) -> list[Event]:
        if isinstance(message, bytes):
            return self._sound(message)
        fields = msgspec.json.decode(message)
        match fields["type"]:
            case "voice":
                pcm = base64.b64decode(fields["pcm"])
                reply, spoken = self._matcher.voice(pcm, fields["text"], fields["words"])
                return [Spoken(reply, tuple(spoken))] if spoken else []
            case "drop":
                closed: list[Event] = [Over(reply, completed=False) for reply, is_open in self._open.items() if is_open]
                self._open = dict.fromkeys(self._open, False)
                return [Drop(), *closed]
            case _:
                return [Told(fields["what"], fields.get("detail", ""))]

    def _sound(self, pcm: bytes) -> list[Event]:
        lost = self._matcher.lost
        events = [event for found in self._matcher.find(pcm) for event in self._piece(found)]
        if self._matcher.lost > lost:
            events.append(Told("unknown sound", f"{(self._matcher.lost - lost) // 2} samples"))
        return events

    def _piece(self, found: Found) -> list[Event]:
        if not found.reply:
            return [Sound(UNKNOWN, found.pcm)]
        events: list[Event] = []
        if found.reply not in self._open:
            self._open[found.reply] = True
            events.append(Began(found.reply))
        events.append(Sound(found.reply, found.pcm, found.first))
        if self._open[found.reply] and self._whole(found.reply):
            self._open[found.reply] = False
            events.append(Over(found.reply, completed=True))
        return events

    def _whole(self, reply: str) -> bool:
        """Whether the last sample of all that the model said has come."""
        number = number_of(reply.replace("reply-", "Reply "))
        said = next((asked.said for asked in self._script.asked if asked.number == number), "")
        return self._matcher.whole(reply) and len(words(self._matcher.made[reply].text)) >= len(words(said))
