"""Recordings, sent to who may have them: a file as a file, what lies in a bucket piece by piece through the gateway.

Both look the same from outside, down to ``Range``, without which a browser cannot jump in a recording. Each piece is a
question of its own to the bucket, with its own deadline: a listener who is slow, or pauses, keeps nothing open there.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from email.utils import formatdate
from functools import partial
from typing import Final

from fastapi import HTTPException, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.datastructures import Headers

from natter_gateway.office import Office
from natter_gateway.rest.errors import ApiError

AUDIO_TYPE: Final = "audio/ogg"
PIECE: Final = 512 * 1024
"""Bytes; most of a minute of a loud recording."""
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


async def send(office: Office, session: str, asked: Headers) -> Response:
    """Return the recording of a session, or the part of it that is ``asked`` for.

    Raises:
        ApiError: it is not there.
        HTTPException: it has nothing of what is asked for.
        OSError: it cannot be read now.
    """
    kept = await office.fetching.run(lambda: office.shelf.recording(session))
    if kept is None:
        raise ApiError(404, "artifact_not_found", "The recording is not where this gateway keeps its own")
    name = f"{session}.ogg"
    if kept.path is not None:
        return FileResponse(kept.path, media_type=AUDIO_TYPE, filename=name)
    headers = {
        "accept-ranges": "bytes",
        "content-disposition": f'attachment; filename="{name}"',
        "etag": f'"{kept.modified:.0f}-{kept.size}"',
        "last-modified": formatdate(kept.modified, usegmt=True),
    }
    part = None
    if asked.get("if-range", headers["etag"]) in (headers["etag"], headers["last-modified"]):
        part = part_of(asked.get("range", ""), kept.size)
    if part is not None:
        headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{kept.size}"
    wanted = range(kept.size) if part is None else part
    headers["content-length"] = str(len(wanted))
    body = _pieces(office, session, wanted)
    return StreamingResponse(body, 200 if part is None else 206, headers, media_type=AUDIO_TYPE)


def part_of(header: str, size: int) -> range | None:
    """Return the bytes that a ``Range`` asks for (RFC 9110, section 14.1.2).

    None is all of them: for no header, and for what a server may ignore, which is several ranges or another unit.

    Raises:
        HTTPException: none of them is there.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match.groups()
    if first and last and int(last) < int(first):
        return None
    if not first:
        part = range(max(0, size - int(last)), size)
    else:
        part = range(int(first), min(int(last) + 1, size) if last else size)
    if not part:
        raise HTTPException(416, headers={"content-range": f"bytes */{size}"})
    return part


async def _pieces(office: Office, session: str, wanted: range) -> AsyncIterator[bytes]:
    for start in range(wanted.start, wanted.stop, PIECE):
        end = min(start + PIECE, wanted.stop)
        yield await office.fetching.run(partial(office.shelf.read, session, start, end))
