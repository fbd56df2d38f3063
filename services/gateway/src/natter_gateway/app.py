"""The HTTP side of the gateway: routes, health, and the way to a session's socket."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fastapi import FastAPI, Response
from starlette.websockets import WebSocket

from natter_gateway.auth import Gatekeeper
from natter_gateway.dialects.choose import PATHS, choose
from natter_gateway.dialects.voice_agent import Manners
from natter_gateway.house import House
from natter_gateway.published import routes as published
from natter_gateway.rest import app as rest
from natter_gateway.rest.context import Context
from natter_gateway.sessions import REFUSED, STRANGER, Sessions
from natter_gateway.socket import Connection
from natter_gateway.web import routes as web

log = logging.getLogger(__name__)


def create_app(house: House, sessions: Sessions, ready: Callable[[], bool], version: str) -> FastAPI:
    """Return the application."""
    gatekeeper = Gatekeeper(house.config.api_keys, house.mint)
    context = Context(house.config, gatekeeper, house.mint, house.office, house.bus, house.clock)
    app = rest.create(context, version)
    manners = Manners(house.voices, house.config.legacy_args)

    @app.get("/healthz", tags=["platform"])
    async def healthz() -> dict[str, str]:
        """The process is alive."""
        return {"status": "ok", "version": version}

    @app.get("/readyz", tags=["platform"])
    async def readyz(response: Response) -> dict[str, object]:
        """Sessions can be opened."""
        if not ready():
            response.status_code = 503
        return {"ready": ready(), "sessions": len(sessions)}

    @app.get("/metrics", include_in_schema=False)
    async def show_metrics() -> Response:
        return Response(house.metrics.render(), media_type="text/plain; version=0.0.4")

    async def serve(socket: WebSocket) -> None:
        """Talk to one client."""
        choice = choose(socket.url.path, socket.query_params, socket.scope.get("subprotocols", []), manners)
        await socket.accept(choice.subprotocol)
        connection = Connection(socket, choice.dialect, sessions, house.clock, house.config)
        access = gatekeeper.access(socket.headers, socket.query_params)
        if choice.refused is not None:
            await connection.refuse(choice.refused)
        elif gatekeeper.is_stranger(socket.headers):
            await connection.refuse(STRANGER)
        elif access is None:
            await connection.refuse(REFUSED)
        else:
            await connection.serve(access)

    app.include_router(published.router(version))
    app.include_router(web.router())
    for path in PATHS:
        app.add_api_websocket_route(path, serve)
    return app
