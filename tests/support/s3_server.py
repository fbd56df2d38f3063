"""An S3 server of the tests' own (moto's), on loopback, and buckets on it."""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import httpx
import pytest

from tests.support.nats_server import free_port

SOMEBODY: Final = {"Authorization": "AWS4-HMAC-SHA256 Credential=natter/20260101/eu-central-1/s3/aws4_request"}
"""The server asks who it is, and checks no signature."""
START_S: Final = 60.0
"""It imports for some seconds, and more on a busy machine."""


@dataclass(frozen=True)
class S3Bucket:
    """A bucket."""

    server: str
    name: str

    @property
    def url(self) -> str:
        """What `NATTER_RECORDINGS_URL` says for it."""
        return f"s3://{self.name}/calls?endpoint={self.server}&region=eu-central-1"

    def names(self) -> list[str]:
        """Return what is in it, as the server tells without Natter's help."""
        answer = httpx.get(f"{self.server}/{self.name}", params={"list-type": "2", "max-keys": "1000"})
        assert answer.status_code == 200, answer.text
        return re.findall("<Key>([^<]+)</Key>", answer.text)

    def put(self, key: str, data: bytes) -> None:
        """Put an object into it without Natter's help."""
        assert httpx.put(f"{self.server}/{self.name}/{key}", content=data, headers=SOMEBODY).status_code == 200

    def delete(self, key: str) -> None:
        """Delete an object without Natter's help."""
        assert httpx.delete(f"{self.server}/{self.name}/{key}", headers=SOMEBODY).status_code == 204


def new_bucket(server: str) -> S3Bucket:
    """Make a bucket."""
    made = S3Bucket(server, f"natter-{secrets.token_hex(8)}")
    assert httpx.put(f"{server}/{made.name}").status_code == 200
    return made


@contextmanager
def s3_server() -> Iterator[str]:
    """Run a server; yield its URL. Skips the test where a part of it, or the gateway's extra, is not installed."""
    for module, what in (("obstore", "natter-gateway[s3]"), ("moto", "moto[s3]"), ("flask_cors", "flask-cors")):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"recordings in a bucket are not tested: {what} is not installed")
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "MOTO_S3_DEFAULT_MAX_KEYS": "10"}  # so that a list of few takes several answers
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(process, url)
        yield url
    finally:
        process.kill()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            httpx.get(f"{url}/moto-api/", timeout=5)
        except httpx.HTTPError:
            assert process.poll() is None, "the S3 server has ended"
            assert time.monotonic() < deadline, "the S3 server does not answer"
            time.sleep(0.1)
        else:
            return
