"""The HTTP server that the gateway's application runs in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import uvicorn

from natter_gateway.config import GatewayConfig
from natter_runtime.errors import UsageError

MAX_MESSAGE_BYTES: Final = 1024 * 1024
"""A longer message closes the connection; one that is only too long is answered (natter_gateway.socket)."""


class Server(uvicorn.Server):
    """uvicorn, without its signals: those belong to the process's host."""

    def __init__(self, app: Any, config: GatewayConfig) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=config.host,
                port=config.port,
                log_config=None,
                access_log=False,
                ws_max_size=MAX_MESSAGE_BYTES,
                ws_per_message_deflate=False,
                lifespan="off",
                timeout_graceful_shutdown=3,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def listen(self) -> None:
        """Serve until :attr:`should_exit` is set.

        Raises:
            UsageError: nobody can listen there.
        """
        try:
            await self.serve()
        except SystemExit:  # how uvicorn says that it cannot bind
            host, port = self.config.host, self.config.port
            raise UsageError(f"NATTER_PORT={port}: cannot listen on {host}:{port}") from None
