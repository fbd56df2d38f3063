"""A caller whose connection is lost again and again, and who loses nothing: for tests of rule R9.

What is said is a file of tones with a script for the recogniser, by sample position; so whatever the
connection goes through, the same is heard. The caller sends at real time, pauses at a drop, and goes on
where ``session.resumed_from`` says.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

RATE: Final = 24_000
CHUNK: Final = 1200
WORD_S: Final = 0.3
GAP_S: Final = 9.5
"""From the end of a turn to the next: its answer, and room for what several new gateways repeat of it."""
ANSWER_S: Final = 20.0
BACK_S: Final = 20.0

SAID: Final = (
    "Do you have rye bread?",
    "Please keep two for me.",
    "When do you close today?",
    "Thank you and goodbye then.",
)
ANSWERS: Final = """Yes, we have two loaves of rye bread left on the shelf.

Let me see what I can do.
!tool keep {"item": "rye", "count": 2}

They are kept for you until this very evening.

We close at six in the evening as on all days.

Goodbye and thank you for your call to our shop.
"""
"""What the model says: one of them calls a tool, the next tells its result."""
AGENT_ITEMS: Final = 5

Item = tuple[str, str]
"""Role and text."""


def write_scripts(folder: Path) -> tuple[Path, Path]:
    """Write what the recogniser hears and what the model says; return both paths."""
    ears, mind = folder / "ears.json", folder / "mind.txt"
    lines = [
        {"at_ms": round(start * 1000), "until_ms": round(end * 1000), "text": text}
        for text, start, end in zip(SAID, *_places(), strict=True)
    ]
    ears.write_text(json.dumps({"language": "en", "lines": lines}))
    mind.write_text(ANSWERS)
    return ears, mind


def _places() -> tuple[list[float], list[float]]:
    starts, ends, position = [], [], 1.0
    for text in SAID:
        starts.append(position)
        ends.append(position + WORD_S * len(text.split()))
        position = ends[-1] + GAP_S
    return starts, ends


def recording() -> bytes:
    """Return the whole call as the caller sends it: tones where something is said."""
    starts, ends = _places()
    samples = np.zeros(round((ends[-1] + 1.5) * RATE), np.int16)
    for start, end in zip(starts, ends, strict=True):
        first, last = round(start * RATE), round(end * RATE)
        samples[first:last] = 9000 * np.sin(np.arange(last - first) / 20)
    return samples.tobytes()


class Doors(Protocol):
    """The gateways that a caller may connect to."""

    def pick(self) -> tuple[int, str]:
        """Return the number and the URL of one of them."""
        ...

    async def kill(self, number: int) -> None:
        """End a gateway without warning."""
        ...


@dataclass
class Drop:
    """A loss of the connection once ``sample`` was sent; ``kill``: because the gateway dies."""

    sample: int
    kill: bool = False


@dataclass
class Traveller:
    """One call. ``items`` is what the client knows to have been said, by item, in order."""

    doors: Doors
    drops: list[Drop]
    session: str = ""
    items: dict[str, Item] = field(default_factory=dict)
    resumed: int = 0
    """How often the connection was lost and found again."""
    problems: list[str] = field(default_factory=list)
    _sample: int = 0
    _results: dict[str, str] = field(default_factory=dict)
    _pcm: bytes = field(default_factory=recording)

    async def call(self) -> list[Item]:
        """Make the call to its end; return what was said."""
        async with asyncio.timeout(len(self._pcm) / 2 / RATE + ANSWER_S + BACK_S * (len(self.drops) + 2)):
            while not await self._connection():
                self.resumed += 1
        return list(self.items.values())

    async def _connection(self) -> bool:
        """Use one connection; return whether the call is over."""
        number, socket = await self._connect()
        async with socket:
            first: dict[str, Any] = {"type": "session.update", "session": SESSION}
            if self.session:
                first = {"type": "session.resume", "session_id": self.session}
            ready = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                hearing = group.create_task(self._hear(socket, ready, resuming=bool(self.session)))
                speaking = group.create_task(self._speak(socket, ready, number))
                with contextlib.suppress(ConnectionClosed):
                    await socket.send(json.dumps(first))
                await asyncio.wait([hearing, speaking], return_when=asyncio.FIRST_COMPLETED)
                hearing.cancel()
                speaking.cancel()
            return len([item for item in self.items.values() if item[0] == "agent"]) >= AGENT_ITEMS and self._ended

    _ended = False

    async def _connect(self) -> tuple[int, ClientConnection]:
        async with asyncio.timeout(BACK_S):
            while True:
                number, url = self.doors.pick()
                try:
                    return number, await connect(url, compression=None, proxy=None, open_timeout=2.0)
                except (OSError, TimeoutError, WebSocketException):
                    await asyncio.sleep(0.2)

    async def _speak(self, socket: ClientConnection, ready: asyncio.Event, number: int) -> None:
        """Send the file on at real time, until the next drop or the end of the call."""
        await ready.wait()
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not self._ended:
            if self.drops and self._sample >= self.drops[0].sample:
                if self.drops.pop(0).kill:
                    await self.doors.kill(number)
                else:
                    socket.transport.abort()
                return
            chunk = self._pcm[2 * self._sample : 2 * (self._sample + CHUNK)] or bytes(2 * CHUNK)
            message = {"type": "input.audio", "audio": base64.b64encode(chunk).decode()}
            try:
                await socket.send(json.dumps(message))
            except ConnectionClosed:
                return
            self._sample += len(chunk) // 2
            due = max(due + CHUNK / RATE, loop.time() - 0.2)
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def _hear(self, socket: ClientConnection, ready: asyncio.Event, *, resuming: bool) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in socket:
                event = json.loads(message)
                await self._take(socket, event)
                if event["type"] == "session.resumed_from" or (event["type"] == "session.ready" and not resuming):
                    ready.set()
                if self._is_over():
                    self._ended = True
                    await socket.send(json.dumps({"type": "session.end"}))
                if event["type"] == "session.ended":
                    return

    def _is_over(self) -> bool:
        told = sum(role == "agent" for role, _ in self.items.values())
        return not self._ended and told >= AGENT_ITEMS and not self.drops

    async def _take(self, socket: ClientConnection, event: dict[str, Any]) -> None:
        match event["type"]:
            case "session.ready":
                self.session = event["session_id"]
            case "session.resumed_from":
                self._sample = event["input_sample"]
                told = {item["item_id"]: (item["role"], item["text"]) for item in event["items"]}
                self.items = told | {id: item for id, item in self.items.items() if id not in told}
            case "transcript.user" | "transcript.agent":
                self.items[event["item_id"]] = (event["type"].rpartition(".")[2], event["text"])
                if event.get("interrupted"):
                    self.problems.append(f"interrupted: {event['text']!r}")
            case "tool.call":  # told of again if the answer was lost: it is the same answer
                if event["call_id"] not in self._results:
                    await asyncio.sleep(0.3)
                    self._results[event["call_id"]] = json.dumps({"kept": len(self._results) + 2})
                result = self._results[event["call_id"]]
                answer = {"type": "tool.result", "call_id": event["call_id"], "result": result}
                await socket.send(json.dumps(answer))
            case "session.error":
                self.problems.append(f"{event['code']}: {event['message']}")


SESSION: Final[dict[str, Any]] = {
    "extensions": ["session.resumed_from"],
    "tools": [{"type": "function", "name": "keep", "parameters": {"type": "object"}, "timeout_seconds": 60}],
}
