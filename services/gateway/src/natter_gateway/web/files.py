"""The static files: read once, when the gateway starts, so that a request names one of them or nothing at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

MEDIA_TYPES: Final[dict[str, str]] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".ts": "text/plain; charset=utf-8",  # a declaration for editors; video/mp2t is what the ending is registered for
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""What is served, by its ending. A file that ends in anything else is a mistake of ours."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is served.

    Attributes:
        etag: names its content, as the header wants it.
    """

    body: bytes
    media_type: str
    etag: str


def load() -> Mapping[str, StaticFile]:
    """Return every file by its path below ``static``, such as ``client/call.js``.

    Raises:
        ValueError: a file of ours has an ending that we have no media type for.
    """
    root = resources.files("natter_gateway.web") / "static"
    return {path: _read(path, file) for path, file in _walk(root)}


def _walk(folder: Traversable, above: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        path = above + entry.name
        if entry.is_dir():
            yield from _walk(entry, f"{path}/")
        else:
            yield path, entry


def _read(path: str, file: Traversable) -> StaticFile:
    body = file.read_bytes()
    ending = path[path.rfind(".") :]
    if ending not in MEDIA_TYPES:
        raise ValueError(f"{path}: expected one of {', '.join(MEDIA_TYPES)}")
    return StaticFile(body, MEDIA_TYPES[ending], f'"{hashlib.sha256(body).hexdigest()[:32]}"')
