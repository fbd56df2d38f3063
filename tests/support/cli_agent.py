"""A small server of the Voice Agent protocol: says what a script tells it to, when enough audio has come."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

RATE = 24_000


@dataclass
class Visit:
    """One call to the fake: what came, and how to answer."""

    socket: ServerConnection
    messages: list[dict[str, Any]] = field(default_factory=list)
    audio: bytearray = field(default_factory=bytearray)
    ended: bool = False
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def _news(self) -> None:
        self.came.clear()
        await self.came.wait()

    async def say(self, kind: str, **fields: Any) -> None:
        """Send one event."""
        await self.socket.send(json.dumps({"type": kind, "timestamp": 1.0, **fields}))

    async def audio_out(self, reply: str, pcm: bytes) -> None:
        """Send a piece of a reply."""
        await self.say("reply.audio", reply_id=reply, data=base64.b64encode(pcm).decode())

    async def heard(self, seconds: float) -> None:
        """Wait until the client has sent so much audio."""
        while len(self.audio) < 2 * RATE * seconds:
            await self._news()

    async def message(self, kind: str) -> dict[str, Any]:
        """Wait for a message of one type."""
        while True:
            for message in self.messages:
                if message["type"] == kind:
                    return message
            await self._news()

    async def answer(self, said: str, text: str, pcm: bytes, reply: str = "resp_1") -> None:
        """Play one whole turn: what the user said, and the reply, without any pacing."""
        await self.say("input.speech.started")
        await self.say("transcript.user.delta", item_id="msg_1", text=said[:5])
        await self.say("input.speech.stopped")
        await self.say("transcript.user", item_id="msg_1", text=said)
        await self.say("reply.started", reply_id=reply, item_id="msg_2")
        await self.audio_out(reply, pcm)
        for word in text.split():
            await self.say("transcript.agent.delta", reply_id=reply, item_id="msg_2", delta=f"{word} ")
        await self.say("transcript.agent", reply_id=reply, item_id="msg_2", text=text, interrupted=False)
        await self.say("reply.done", reply_id=reply, status="completed")


Script = Callable[[Visit], Awaitable[None]]


@contextlib.asynccontextmanager
async def agent(script: Script, *, ready: bool = True) -> AsyncIterator[tuple[str, list[Visit]]]:
    """Serve ``script`` to every call; yields the URL and the visits."""
    visits: list[Visit] = []

    async def handle(socket: ServerConnection) -> None:
        visit = Visit(socket)
        visits.append(visit)
        async with asyncio.TaskGroup() as group:
            running: asyncio.Task[None] | None = None
            with contextlib.suppress(ConnectionClosed):
                async for raw in socket:
                    message = json.loads(raw)
                    visit.came.set()
                    if message["type"] == "input.audio":
                        visit.audio += base64.b64decode(message["audio"])
                        continue
                    visit.messages.append(message)
                    if message["type"] == "session.update" and running is None:
                        if ready:
                            await visit.say("session.updated", config=message["session"])
                            await visit.say("session.ready", session_id="sess_1", expires_at=1, config={})
                        running = group.create_task(_run(script, visit))
                    if message["type"] == "session.end":
                        visit.ended = True
                        await visit.say("session.ended", session_duration_seconds=1.0)
                        await socket.close()
            if running is not None:
                running.cancel()

    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/v1/ws", visits


async def _run(script: Script, visit: Visit) -> None:
    with contextlib.suppress(ConnectionClosed):
        await script(visit)
