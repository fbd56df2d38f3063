"""Where the schema and the page are read: ``/asyncapi.json``, ``/llms.txt``, ``/llms-full.txt``."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from natter_gateway.published import page
from natter_gateway.published.asyncapi import document


def router(version: str) -> APIRouter:
    """Return the routes; everything is made once."""
    routes = APIRouter(tags=["schema"])
    schema, index, whole = document(version), page.index(), page.page(version)

    @routes.get("/asyncapi.json")
    async def asyncapi() -> dict[str, Any]:
        """The schema of the socket."""
        return schema

    @routes.get("/llms.txt", response_class=PlainTextResponse)
    async def llms() -> str:
        """What there is to read about the API."""
        return index

    @routes.get("/llms-full.txt", response_class=PlainTextResponse)
    async def llms_full() -> str:
        """The whole API on one page."""
        return whole

    return routes
