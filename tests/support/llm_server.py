"""A real HTTP server that speaks chat completions as the test tells it to."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Wait:
    """Send nothing for so long."""

    seconds: float


@dataclass(frozen=True)
class Hangup:
    """Close the connection here."""


Part = Json | str | Wait | Hangup
"""A chunk of the stream as an object, raw text, a pause, or the end."""


@dataclass
class Reply:
    """What one request gets."""

    parts: Sequence[Part] = ()
    status: int = 200
    content_type: str = "text/event-stream"
    body: str = ""
    """Sent instead of a stream, if there is one."""


def chunk(**delta: Any) -> Json:
    """Return one piece of a stream."""
    finish = delta.pop("finish", None)
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def usage(prompt: int, completion: int) -> Json:
    """Return the piece that tells what it cost."""
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": counts}


def call(index: int, id: str = "", name: str = "", arguments: str = "") -> Json:
    """Return a piece of a tool call."""
    piece: Json = {"index": index, "function": {"arguments": arguments}}
    if id:
        piece["id"], piece["type"], piece["function"]["name"] = id, "function", name
    return piece


def saying(*words: str) -> Reply:
    """Return an answer of ``words``, one piece each."""
    return Reply([*(chunk(content=word) for word in words), chunk(finish="stop"), usage(11, 4), "[DONE]"])


@dataclass
class ChatServer:
    """Answers requests in order; the last reply is used again."""

    replies: list[Reply] = field(default_factory=list)
    requests: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    models: list[str] = field(default_factory=lambda: ["model-a", "model-b"])
    models_status: int = 200
    connections: int = 0
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client went away in the middle of an answer."""
    port: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        """The base URL to configure."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it is closed."""
        self.connections += 1
        self._writers.add(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hung_up.set()
        finally:
            self._writers.discard(writer)
            writer.close()

    def reply_to(self, request: Json) -> Reply:
        """Return the answer to one request."""
        return self.replies[min(len(self.requests), len(self.replies)) - 1]

    async def close(self) -> None:
        """Drop the connections that are kept open."""
        for writer in list(self._writers):
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        path = head[0].split()[1]
        if path.endswith("/models"):
            listed = json.dumps({"object": "list", "data": [{"id": name} for name in self.models]})
            _write_whole(writer, self.models_status, "application/json", listed)
            return True
        self.requests.append(json.loads(body))
        self.headers.append(headers)
        reply = self.reply_to(self.requests[-1])
        if reply.body:
            _write_whole(writer, reply.status, reply.content_type, reply.body)
            return True
        return await self._stream(reader, writer, reply)

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: Reply) -> bool:
        head = f"HTTP/1.1 {reply.status} OK\r\nContent-Type: {reply.content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        for part in reply.parts:
            if isinstance(part, Hangup):
                return False
            if isinstance(part, Wait):
                await self._wait(reader, part.seconds)
                continue
            text = part if isinstance(part, str) else json.dumps(part)
            data = f"data: {text}\n\n".encode()
            writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _wait(self, reader: asyncio.StreamReader, seconds: float) -> None:
        """Pause; whoever goes away meanwhile is noticed at once."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                if not await reader.read(1):
                    raise ConnectionResetError


def _write_whole(writer: asyncio.StreamWriter, status: int, content_type: str, body: str) -> None:
    data = body.encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(data)}\r\n\r\n"
    writer.write(head.encode() + data)


@contextlib.asynccontextmanager
async def chat_server(*replies: Reply, server: ChatServer | None = None) -> AsyncIterator[ChatServer]:
    """Run a server on a free port."""
    chat = server or ChatServer(list(replies))
    listening = await asyncio.start_server(chat.serve, "127.0.0.1", 0)
    chat.port = listening.sockets[0].getsockname()[1]
    try:
        yield chat
    finally:
        listening.close()
        await chat.close()
        await listening.wait_closed()
