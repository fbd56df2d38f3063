"""Download one file whose sha256 is known: resumable, retried, verified."""

from __future__ import annotations

import hashlib
import shutil
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

import certifi
import httpx

from natter_runtime.errors import EngineError

_PIECE: Final = 1 << 18
_ATTEMPTS: Final = 5
_PATIENCE: Final = httpx.Timeout(10.0, read=30.0)
_sleep: Final = threading.Event().wait

Progress = Callable[[int, int | None], None]
"""Called with the bytes there so far and the size of the whole, where it is known."""


def client() -> httpx.Client:
    """Return an HTTP client that trusts both the machine's certificates and those that come with Python."""
    trusted = ssl.create_default_context(cafile=certifi.where())
    trusted.load_default_certs()
    return httpx.Client(follow_redirects=True, timeout=_PATIENCE, verify=trusted)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(
    http: httpx.Client,
    url: str,
    target: Path,
    sha256: str,
    progress: Progress,
    pause: Callable[[float], object] = _sleep,
) -> None:
    """Get ``url`` into ``target``. What an earlier attempt left in ``<target>.part`` is gone on from.

    Args:
        http: see :func:`client`.
        url: ``http``, ``https`` or ``file``.
        target: replaced only by a complete file of the right content.
        sha256: what the content must be.
        progress: told as it grows.
        pause: sleeps between attempts.

    Raises:
        EngineError: not to be had after several attempts, or the content is another.
    """
    part = target.with_name(target.name + ".part")
    resumed = part.exists()
    _fill(http, url, part, progress, pause)
    if sha256_of(part) != sha256 and resumed:
        part.unlink()  # what was left may have been of another file
        _fill(http, url, part, progress, pause)
    found = sha256_of(part)
    if found != sha256:
        part.unlink()
        raise EngineError(f"{url}: sha256 is {found}, expected {sha256}; refused")
    part.replace(target)


def _fill(http: httpx.Client, url: str, part: Path, progress: Progress, pause: Callable[[float], object]) -> None:
    if urlsplit(url).scheme == "file":
        shutil.copyfile(url2pathname(urlsplit(url).path), part)
        return
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _append(http, url, part, progress)
            return
        except httpx.HTTPStatusError as error:
            if error.response.status_code < 500 or attempt == _ATTEMPTS:
                raise EngineError(f"{url}: HTTP {error.response.status_code}") from error
        except httpx.TransportError as error:
            if attempt == _ATTEMPTS:
                raise EngineError(f"{url}: {error or type(error).__name__}") from error
        pause(2.0 ** (attempt - 1))


def _append(http: httpx.Client, url: str, part: Path, progress: Progress) -> None:
    """Get what is missing of ``part``; from the start where the server does not know ranges."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"}  # a range counts bytes as they are stored
    if have:
        headers["Range"] = f"bytes={have}-"
    with http.stream("GET", url, headers=headers) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # it is all there, or it is not what we want: the hash tells
        response.raise_for_status()
        if response.status_code != httpx.codes.PARTIAL_CONTENT:
            have = 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else None
        with part.open("ab" if have else "wb") as file:
            for piece in response.iter_bytes(_PIECE):
                file.write(piece)
                have += len(piece)
                progress(have, total)
    if total is not None and have < total:
        raise httpx.RemoteProtocolError(f"ended after {have} of {total} bytes")
