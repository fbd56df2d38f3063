"""The application with all its routes, documented at ``/docs`` and ``/openapi.json``."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline

from natter_gateway.rest import agents, artifacts, builtin_tools, errors, sessions, tokens, voices, webhooks
from natter_gateway.rest.context import Context
from natter_gateway.rest.envelope import MAX_BODY

ROUTERS: Final = (tokens, agents, builtin_tools, sessions, artifacts, webhooks, voices)
SUMMARY: Final = "The voice agent platform that a team runs itself: stored agents, records of calls, webhooks."
DESCRIPTION: Final = """\
Calls are made over a WebSocket (`/v1/ws`); this is everything around them.

Every request shows an API key in `Authorization`, with or without `Bearer`. What one key stores, another never sees.
Lists come newest first, in pages: `next_cursor` of one page is the `cursor` of the next. Every error has one shape,
with a `code` for programs and a `request_id` for whoever looks it up in the log.
"""


def create(context: Context, version: str) -> FastAPI:
    """Return the application; other routes may be added to it. It is served inside an :class:`.Envelope`."""
    api = _application(version)
    api.state.context = context
    return api


def schema(version: str) -> dict[str, Any]:
    """Return the OpenAPI document of the routes here."""
    return _application(version).openapi()


def _application(version: str) -> FastAPI:
    api = FastAPIOffline(
        redoc_url=None,
        title="Natter",
        summary=SUMMARY,
        description=DESCRIPTION,
        version=version,
        generate_unique_id_function=_operation,
        max_body_size=MAX_BODY,
    )
    for module in ROUTERS:
        api.include_router(module.router, prefix="/v1")
    errors.install(api)
    return api


def _operation(route: APIRoute) -> str:
    """Return the name of an operation as clients that are generated will have it."""
    return route.name
