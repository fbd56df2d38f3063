"""A small HTTP server of files that knows ranges, and can be told to misbehave."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What is served, and what was asked for.

    Attributes:
        files: content by path.
        cut: end this many responses after half of what they announced.
        errors: answer this many requests with 503.
        ranges: whether ranges are understood.
        asked: the path and the ``Range`` of every request.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    cut: int = 0
    errors: int = 0
    ranges: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""


@contextlib.contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Site]:
    """Serve ``files`` on a free port of this machine."""
    site = Site(files)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

        def do_HEAD(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            site.asked.append((self.path, wanted))
            body = site.files.get(self.path)
            if site.errors:
                site.errors -= 1
                self.send_error(503)
                return
            if body is None:
                self.send_error(404)
                return
            start = re.fullmatch(r"bytes=(\d+)-", wanted)
            if start and site.ranges:
                if int(start[1]) >= len(body):
                    self.send_error(416)
                    return
                body = body[int(start[1]) :]
                self.send_response(206)
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "text/html" if self.path.endswith("/") else "application/octet-stream")
            self.end_headers()
            if site.cut:
                site.cut -= 1
                body = body[: len(body) // 2]
                self.close_connection = True
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
