"""The HTTP side of the gateway: routes, health, and the way to a session's socket."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Response
from starlette.websockets import WebSocket

from natter_gateway import failures
from natter_gateway.auth import Gatekeeper
from natter_gateway.config import GatewayConfig
from natter_gateway.dialects import Dialect
from natter_gateway.dialects.voice_agent import VoiceAgent
from natter_gateway.events import Failed
from natter_gateway.office import Office
from natter_gateway.rest import app as rest
from natter_gateway.rest.context import Context
from natter_gateway.sessions import Sessions
from natter_gateway.socket import Connection
from natter_gateway.tokens import Mint
from natter_runtime.app import Runtime

log = logging.getLogger(__name__)

_REFUSED = Failed(failures.UNAUTHORIZED, "Authentication failed", fatal=True)


def create_app(
    config: GatewayConfig,
    sessions: Sessions,
    runtime: Runtime,
    mint: Mint,
    office: Office,
    version: str,
) -> FastAPI:
    """Return the application."""
    gatekeeper = Gatekeeper(config.api_keys, mint)
    app = rest.create(Context(config, gatekeeper, mint, office, runtime.bus, runtime.clock), version)
    clock, metrics, ready = runtime.clock, runtime.metrics, runtime.ready.is_set

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
        return Response(metrics.render(), media_type="text/plain; version=0.0.4")

    async def serve(socket: WebSocket, dialect: Dialect) -> None:
        await socket.accept()
        connection = Connection(socket, dialect, sessions, office.agents, clock, config.first_message_s)
        access = gatekeeper.access(socket.headers, socket.query_params)
        if access is None:
            await connection.refuse(_REFUSED)
        else:
            await connection.serve(access.owner)

    @app.websocket("/v1/ws")
    async def voice_agent(socket: WebSocket) -> None:
        await serve(socket, VoiceAgent())

    return app
