"""Where the pages are: ``/``, ``/calls``, ``/natter.js``, and what these load below ``/web/``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

from natter_gateway.web import files
from natter_gateway.web.files import StaticFile

PAGES: Final[dict[str, str]] = {
    "/": "index.html",
    "/calls": "calls.html",
    "/natter.js": "natter.js",
    "/natter.d.ts": "natter.d.ts",
    "/favicon.ico": "favicon.svg",
}
"""The files with an address of their own."""
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing from another host, no script or style within a page, and no frame around it."""
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # kept, and asked for again: another version of the gateway has other files
}
_PAGE: Final = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_CODE: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""``natter.js`` and its modules run on anyone's page; they hold no secrets."""


def router() -> APIRouter:
    """Return the routes; the files are read now."""
    routes = APIRouter(include_in_schema=False)
    known = files.load()
    for address, name in PAGES.items():
        routes.add_api_route(address, _serving(known[name]), methods=["GET", "HEAD"])

    async def below(request: Request, path: str) -> Response:
        return _answer(request, _found(known, path))

    routes.add_api_route("/web/{path:path}", below, methods=["GET", "HEAD"])
    return routes


def _serving(file: StaticFile) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        return _answer(request, file)

    return serve


def _found(known: Mapping[str, StaticFile], path: str) -> StaticFile:
    file = known.get(path)
    if file is None:
        raise HTTPException(404, "There is no such file")
    return file


def _answer(request: Request, file: StaticFile) -> Response:
    """Return the file, or that the client has it already."""
    headers = {**_ALWAYS, "ETag": file.etag, **(_PAGE if file.media_type.startswith("text/html") else _CODE)}
    asked = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if file.etag in asked or "*" in asked:
        return Response(status_code=304, headers=headers)
    return Response(file.body, media_type=file.media_type, headers=headers)
