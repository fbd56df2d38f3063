"""A server of the Model Context Protocol on this machine, by the official library: a shop with four tools."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations


@dataclass
class Shop:
    """What happened to it."""

    url: str = ""
    ordered: list[tuple[str, int]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    """The ``Authorization`` of every request."""


def _tools(shop: Shop) -> MCPServer:
    server = MCPServer("shop")

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    def stock(item: str) -> int:
        """How many of an item are left."""
        return {"rye": 7}.get(item, 0)

    @server.tool()
    def order(item: str, count: int) -> str:
        """Order some of an item."""
        shop.ordered.append((item, count))
        return f"{count} {item}, ready at five"

    @server.tool()
    def broken() -> str:
        """Fails."""
        raise ToolError("the oven is cold")

    @server.tool()
    async def slow(context: Context) -> str:
        """Takes long."""
        await asyncio.sleep(30)
        return "done"

    return server


@contextlib.contextmanager
def shop() -> Iterator[Shop]:
    """Run it on a free port of the loopback interface until the block ends."""
    made = Shop()
    app = _tools(made).streamable_http_app()

    async def noting(scope: dict[str, object], receive: object, send: object) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])  # type: ignore[call-overload]
            made.tokens.append(headers.get(b"authorization", b"").decode())
        await app(scope, receive, send)  # type: ignore[arg-type]

    listening = socket.create_server(("127.0.0.1", 0))
    made.url = f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
    config = uvicorn.Config(noting, log_config=None, access_log=False, timeout_graceful_shutdown=1)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    try:
        yield made
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()
