"""One connection of a check: it says things, speaks, and waits for what the server should say."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

import jsonschema
import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from natter_cli.conformance.check import Busy, Unmet
from natter_cli.conformance.published import Published
from natter_runtime.clock import SystemClock
from natter_runtime.tasks import spawn

Event = dict[str, Any]

CLOCK: Final = SystemClock()
"""The time of the world: a server is not asked to live in another."""

PATIENCE_S: Final = 12.0
"""How long anything may take that should happen."""
RETRYABLE: Final = ("at_capacity", "concurrency_exceeded")
CHUNK_S: Final = 0.05
SILENT: Final = {"audio/pcm": b"\x00", "audio/pcmu": b"\xff", "audio/pcma": b"\xd5"}
"""A byte of silence."""
PER_SECOND: Final = {"audio/pcm": 48_000, "audio/pcmu": 8_000, "audio/pcma": 8_000}
"""Bytes of a second of audio."""


class Caller:
    """See the module.

    Args:
        socket: the connection.
        published: judges every event, if the server publishes its schema.
    """

    def __init__(self, socket: ClientConnection, published: Published | None) -> None:
        self.events: list[Event] = []
        self.sent_samples = 0
        """Samples of PCM that were sent as audio."""
        self._socket = socket
        self._published = published
        self._to_speak = bytearray()

    # -- saying ---------------------------------------------------------------------------------

    async def send(self, kind: str, **fields: Any) -> None:
        """Send a message of one type."""
        await self.send_raw(msgspec.json.encode({"type": kind, **fields}).decode())

    async def send_raw(self, frame: str | bytes) -> None:
        """Send a frame as it is."""
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send(frame)

    async def send_audio(self, data: bytes) -> None:
        """Send a piece of audio."""
        self.sent_samples += len(data) // 2
        await self.send("input.audio", audio=base64.b64encode(data).decode())

    @contextlib.asynccontextmanager
    async def microphone(self, encoding: str = "audio/pcm") -> AsyncIterator[None]:
        """Send audio at real time while the block runs: what is to be spoken, else silence."""

        async def stream() -> None:
            size = int(PER_SECOND[encoding] * CHUNK_S)
            due = CLOCK.monotonic()
            while True:
                chunk = bytes(self._to_speak[:size])
                del self._to_speak[:size]
                await self.send_audio(chunk + SILENT[encoding] * (size - len(chunk)))
                due += CHUNK_S
                await asyncio.sleep(max(0.0, due - CLOCK.monotonic()))

        async with asyncio.TaskGroup() as group:
            streaming = spawn(group, stream(), "microphone")
            try:
                yield
            finally:
                streaming.cancel()

    def speak(self, data: bytes) -> None:
        """Let the microphone speak ``data``."""
        self._to_speak += data

    @property
    def speaking(self) -> bool:
        """Whether something is still to be spoken."""
        return bool(self._to_speak)

    # -- hearing --------------------------------------------------------------------------------

    async def next(self, patience: float = PATIENCE_S) -> Event:
        """Return the next event.

        Raises:
            Unmet: none comes in time, the connection is closed, or it is not as the server's schema says.
        """
        try:
            async with asyncio.timeout(patience):
                message = await self._socket.recv()
        except TimeoutError:
            raise Unmet(f"nothing came for {patience:g} s after {self._last()}") from None
        except ConnectionClosed:
            raise Unmet(f"the server closed with {self._socket.close_code} after {self._last()}") from None
        event: Event = msgspec.json.decode(message)
        self._take(event)
        return event

    def _take(self, event: Event) -> None:
        self.events.append(event)
        self._judge(event)
        if event["type"] == "session.error" and event["code"] in RETRYABLE:
            raise Busy(f"{event['code']}: {event['message']}")

    def _judge(self, event: Event) -> None:
        if self._published is None:
            return
        try:
            self._published.check(event)
        except KeyError:
            raise Unmet(f"{event.get('type')!r} is not in the server's own schema") from None
        except jsonschema.ValidationError as error:
            raise Unmet(f"{event.get('type')} is not as the server's own schema says: {error.message}") from None

    async def until(self, kind: str, patience: float = PATIENCE_S, **fields: Any) -> Event:
        """Read until an event of ``kind`` with these fields comes; return it.

        Raises:
            Unmet: it does not come in time.
        """
        try:
            async with asyncio.timeout(patience):
                while True:
                    event = await self.next(patience)
                    if event["type"] == kind and all(event.get(name) == value for name, value in fields.items()):
                        return event
        except TimeoutError:
            raise Unmet(f"no {kind} came in {patience:g} s; last was {self._last()}") from None

    async def quiet(self, seconds: float) -> list[Event]:
        """Read for a while; return what came."""
        before = len(self.events)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self.next(seconds + 1)
        return self.events[before:]

    async def closed(self, patience: float = PATIENCE_S) -> int:
        """Read to the end of the connection; return the close code.

        Raises:
            Unmet: the server does not close it.
        """
        try:
            async with asyncio.timeout(patience):
                while True:
                    self._take(msgspec.json.decode(await self._socket.recv()))
        except TimeoutError:
            raise Unmet(f"the server did not close the connection after {self._last()}") from None
        except ConnectionClosed:
            return self._socket.close_code or 0

    async def drop(self) -> None:
        """Tear the connection, as a lost network would."""
        self._socket.transport.abort()
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.events.append(msgspec.json.decode(await self._socket.recv()))

    async def hang_up(self, code: int = 1000) -> None:
        """Close the connection in good order."""
        await self._socket.close(code)

    def of(self, kind: str) -> list[Event]:
        """Return the events of one type so far."""
        return [event for event in self.events if event["type"] == kind]

    def audio(self, reply_id: str = "") -> bytes:
        """Return the audio of a reply, or of all."""
        data = (e["data"] for e in self.of("reply.audio") if reply_id in ("", e["reply_id"]))
        return b"".join(map(base64.b64decode, data))

    def kinds(self) -> list[str]:
        """Return the types of the events so far, each once where it is repeated."""
        kinds: list[str] = []
        for event in self.events:
            if not kinds or kinds[-1] != event["type"]:
                kinds.append(event["type"])
        return kinds

    def _last(self) -> str:
        kinds = [event["type"] for event in self.events[-3:]]
        return ", ".join(kinds) if kinds else "nothing at all"
