"""A client that speaks recordings in real time and notes when what came back: what a caller itself would measure."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from natter_cli import levels, wav
from natter_cli.player import first_audible

RATE = 24_000
CHUNK = RATE // 50
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Told:
    """An event, and when it came: seconds on the event loop's clock."""

    at: float
    event: dict[str, Any]


@dataclass
class Caller:
    """One call. Audio goes out without a pause, silence where nothing is said, as from a microphone."""

    socket: ClientConnection
    tools: dict[str, str] = field(default_factory=dict)
    """The result that each tool always returns."""
    told: list[Told] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    """When each utterance ended: its last loud sample."""
    closed: str = ""
    _waiting: bytes = b""
    _began: float = 0.0
    _sent: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    # -- speaking -------------------------------------------------------------------------------

    def say(self, path: Path) -> None:
        """Speak a recording, from now on."""
        pcm = wav.to_pcm16(wav.read(path), RATE)
        loud = levels.loud_frames(pcm, RATE)
        end = levels.end_of_speech(loud, RATE, len(pcm) // 2) or 0
        spoken = pcm[: 2 * end]  # what lies beyond would make the end of speech a matter of opinion
        position = self._sent + len(self._waiting) // 2
        self._waiting += spoken
        self.ends.append(self._began + (position + end) / RATE)

    async def _speak(self) -> None:
        loop = asyncio.get_running_loop()
        self._began = loop.time()
        while True:
            due = self._began + (self._sent + CHUNK) / RATE  # a piece can be sent when its last sample is spoken
            await asyncio.sleep(max(0.0, due - loop.time()))
            piece, self._waiting = self._waiting[: 2 * CHUNK], self._waiting[2 * CHUNK :]
            piece += bytes(2 * CHUNK - len(piece))
            self._sent += CHUNK
            await self.send({"type": "input.audio", "audio": base64.b64encode(piece).decode()})

    async def send(self, message: dict[str, Any]) -> None:
        """Send one message."""
        await self.socket.send(json.dumps(message))

    # -- listening ------------------------------------------------------------------------------

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async for text in self.socket:
                event = json.loads(text)
                self.told.append(Told(loop.time(), event))
                self._news.set()
                if event["type"] == "tool.call":
                    result = self.tools.get(event["name"], "{}")
                    await self.send({"type": "tool.result", "call_id": event["call_id"], "result": result})
        except ConnectionClosed:
            pass
        self.closed = f"{self.socket.close_code} {self.socket.close_reason}"
        self._news.set()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of one type, in order."""
        return [told.event for told in self.told if told.event["type"] == kind]

    async def until(self, kind: str, number: int = 1) -> dict[str, Any]:
        """Wait for the ``number``-th event of a type; return it."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while len(self.of(kind)) < number:
                    assert not self.closed, f"closed ({self.closed}) while waiting for {kind}: {self.kinds()}"
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"no {number}. {kind} in {PATIENCE_S} s, only {self.kinds()}") from None
        return self.of(kind)[number - 1]

    async def understood(self) -> int:
        """Wait until what is said next is understood; return where that stands among all that was told."""
        await self.until("transcript.user", len(self.of("transcript.user")) + 1)
        return max(index for index, told in enumerate(self.told) if told.event["type"] == "transcript.user")

    async def answered(self, since: int, number: int = 1) -> list[dict[str, Any]]:
        """Wait for the end of the first replies, ``number`` of them, that began behind ``since``; return the ends."""

        def begun() -> list[str]:
            later = (told.event for told in self.told[since:])
            return [event["reply_id"] for event in later if event["type"] == "reply.started"][:number]

        def ended() -> list[dict[str, Any]]:
            return [event for event in self.of("reply.done") if event["reply_id"] in begun()]

        count = len(self.of("reply.done"))
        while len(ended()) < number:
            count += 1
            await self.until("reply.done", count)
        return ended()

    def said(self, reply: str) -> dict[str, Any]:
        """Return the transcript of a reply that has ended."""
        return next(event for event in self.of("transcript.agent") if event["reply_id"] == reply)

    def kinds(self) -> list[str]:
        """Return the types of all events, repetitions left out."""
        kinds: list[str] = []
        for told in self.told:
            if not kinds or kinds[-1] != told.event["type"]:
                kinds.append(told.event["type"])
        return kinds

    def audible_at(self, reply: str) -> float:
        """Return when the first audible sample of ``reply`` was played by a player that plays at once."""
        began, before = None, 0
        for told in self.told:
            if told.event["type"] != "reply.audio" or told.event["reply_id"] != reply:
                continue
            pcm = base64.b64decode(told.event["data"])
            began = told.at if began is None else began
            found = first_audible(pcm)
            if found is not None:
                return max(told.at, began + (before + found) / RATE)
            before += len(pcm) // 2
        raise AssertionError(f"{reply} was never audible")

    def audio(self) -> np.ndarray:
        """Return all audio that came, 24 kHz, as it came."""
        data = b"".join(base64.b64decode(event["data"]) for event in self.of("reply.audio"))
        return np.frombuffer(data, "<i2").astype(np.float32) / 32768


@contextlib.asynccontextmanager
async def call(url: str, session: dict[str, Any], key: str = "", **tools: str) -> AsyncIterator[Caller]:
    """Open a call, speak and listen until the block ends, then end it in good order."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with connect(url, compression=None, proxy=None, additional_headers=headers) as socket:
        caller = Caller(socket, tools)
        await caller.send({"type": "session.update", "session": session})
        listening = asyncio.create_task(caller._listen())
        await caller.until("session.ready")
        speaking = asyncio.create_task(caller._speak())
        await asyncio.sleep(0)
        try:
            yield caller
            speaking.cancel()
            if not caller.closed:
                await caller.send({"type": "session.end"})
                await caller.until("session.ended")
        finally:
            for task in (speaking, listening):
                task.cancel()
            await asyncio.gather(speaking, listening, return_exceptions=True)


def tool(name: str, description: str) -> dict[str, Any]:
    """Return a function of the client that takes no arguments."""
    parameters = {"type": "object", "properties": {}}
    return {"type": "function", "name": name, "description": description, "parameters": parameters}
