"""What every HTTP request gets: a name, for whoever looks it up in the log, and a limit to what it may send."""

from __future__ import annotations

import secrets
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from natter_gateway.rest.errors import REQUEST_ID, answer

HEADER: Final = b"x-request-id"
MAX_BODY: Final = 1024 * 1024
"""Bytes; what announces more is refused unread. The application itself counts what comes without an announcement."""


class Envelope:
    """An ASGI middleware; sockets pass through it untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id = scope[REQUEST_ID] = f"req_{secrets.token_hex(8)}"

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (HEADER, id.encode())]
            await send(message)

        if _announced(scope) > MAX_BODY:
            message = f"Expected a body of at most {MAX_BODY // 1024} KiB"
            await answer(Request(scope), 413, "content_too_large", message)(scope, receive, named)
            return
        await self._app(scope, receive, named)


def _announced(scope: Scope) -> int:
    """Return how long the body is, as far as the client says."""
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() else 0
