"""Recordings in a bucket of S3-compatible storage. The only file that imports obstore.

obstore (MIT, one wheel: the object_store of Apache Arrow, in Rust) signs, repeats what failed for a moment, and finds
credentials by itself where every client of S3 looks for them: ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``, a
web identity, the container, the machine. Each request, repeated or not, ends within ``RETRYING_S`` and one
``REQUEST_S``.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from natter_gateway.records.storage import Kept, Unavailable

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import S3Config

REQUEST_S: Final = 15.0
"""So long one request may take, its body included."""
CONNECT_S: Final = 5.0
RETRYING_S: Final = 15.0
"""So long after the first try none begins any more."""
RETRIES: Final = 3
PAGE: Final = 1000
"""Names in one answer; the most that S3 gives."""
_BUCKET: Final = re.compile(r"[A-Za-z0-9._-]{3,63}")
_EXPECTED: Final = "expected s3://bucket/prefix?endpoint=https://host&region=name"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a bucket is, and below which prefix of it everything lies. Empty: AWS, its default region, no prefix."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""

    @classmethod
    def of(cls, url: str) -> Address:
        """Read ``s3://bucket/prefix?endpoint=https://host&region=name``; all but the bucket may be left out.

        Raises:
            ValueError: it is none; the message repeats nothing of it.
        """
        try:
            parts = urlsplit(url)
            given = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
        except ValueError:
            raise ValueError(_EXPECTED) from None
        if "@" in parts.netloc:
            raise ValueError(f"{_EXPECTED}, and credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        if parts.scheme != "s3" or not _BUCKET.fullmatch(parts.netloc) or parts.fragment:
            raise ValueError(_EXPECTED)
        if unknown := sorted(given.keys() - {"endpoint", "region"}):
            raise ValueError(f"{_EXPECTED}, not {unknown[0]}=")
        endpoint, region = (given.get(name, [""])[-1] for name in ("endpoint", "region"))
        if endpoint and not re.fullmatch(r"https?://[^/\s@?#]+/?", endpoint):
            raise ValueError("endpoint=: expected https://host or http://host:port, without a path")
        return cls(parts.netloc, parts.path.strip("/"), endpoint.rstrip("/"), region)


class Bucket:
    """A :class:`.Storage` at ``address``; nothing is asked of it before something is needed.

    Raises:
        ValueError: the credentials in the environment are not whole.
    """

    def __init__(self, address: Address) -> None:
        config: S3Config = {}
        if address.endpoint:
            config["aws_endpoint_url_s3"] = address.endpoint
        if address.region:
            config["region"] = address.region
        try:
            self._store = S3Store(
                address.bucket,
                prefix=address.prefix or None,
                config=config,
                client_options={
                    "timeout": timedelta(seconds=REQUEST_S),
                    "connect_timeout": timedelta(seconds=CONNECT_S),
                    "allow_http": address.endpoint.startswith("http:"),
                },
                retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRYING_S)},
            )
        except BaseError as error:
            raise ValueError(_in_a_line(error)) from error

    def put(self, name: str, data: bytes) -> None:
        with _as_os_error():
            obstore.put(self._store, name, data)

    @contextmanager
    def draft(self, name: str) -> Iterator[Path]:
        """The file goes up in parts, each with its own deadline; who reads sees it when the last one is there."""
        with tempfile.TemporaryDirectory(prefix="natter-recording-") as folder:
            path = Path(folder) / Path(name).name
            yield path
            with _as_os_error():
                obstore.put(self._store, name, path, max_concurrency=1)

    def get(self, name: str) -> bytes:
        with _as_os_error():
            return bytes(obstore.get(self._store, name).bytes())

    def part(self, name: str, start: int, end: int) -> bytes:
        with _as_os_error():
            return bytes(obstore.get_range(self._store, name, start=start, end=end))

    def find(self, name: str) -> Kept | None:
        try:
            with _as_os_error():
                known = obstore.head(self._store, name)
        except FileNotFoundError:
            return None
        return Kept(known["size"], known["last_modified"].timestamp())

    def files(self, folder: str) -> list[str]:
        return [one["path"].rpartition("/")[2] for one in self._listed(folder)]

    def clear(self, folder: str, keep: str = "") -> None:
        names = [f"{folder}/{name}" for name in self.files(folder) if name != keep]
        if names:
            with _as_os_error():
                obstore.delete(self._store, names)

    def folders(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for one in self._listed(None):
            folder, _, file = one["path"].partition("/")
            if file:
                found[folder] = max(found.get(folder, 0.0), one["last_modified"].timestamp())
        return found

    def _listed(self, folder: str | None) -> Iterator[ObjectMeta]:
        with _as_os_error():
            for page in obstore.list(self._store, folder, chunk_size=PAGE):
                yield from page


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(_in_a_line(error)) from None
    except BaseError as error:
        raise Unavailable(_in_a_line(error)) from error


def _in_a_line(error: Exception) -> str:
    """Return what happened; what follows it is for whoever works on the library."""
    said = str(error).partition("Debug source:")[0].split()
    return " ".join(said)[:500] or type(error).__name__
