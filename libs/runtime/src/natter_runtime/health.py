"""``/healthz``, ``/readyz`` and ``/metrics`` of a worker, on a thread of their own.

They answer even when the event loop is busy; whether it is stuck is told by ``/healthz``, which
fails when the loop has not moved for :data:`STUCK_S`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from natter_runtime.metrics import Metrics

STUCK_S: Final = 5.0
_POLL_S: Final = 0.05
"""So long :meth:`HealthServer.close` may wait for the thread."""


class _Quiet(WSGIRequestHandler):
    timeout = 2.0
    """Seconds; one that connects and says nothing must not keep the others waiting."""

    def log_message(self, format: str, *args: Any) -> None:
        """Requests of probes are not worth a line."""


class HealthServer:
    """Serves until :meth:`close`.

    Args:
        host, port: where to listen; port 0 takes a free one.
        metrics: what ``/metrics`` shows.
        idle_s: returns how long ago the event loop was last seen alive.
        ready: returns whether the service can take sessions.
    """

    def __init__(
        self, host: str, port: int, metrics: Metrics, idle_s: Callable[[], float], ready: Callable[[], bool]
    ) -> None:
        self._metrics = metrics
        self._idle_s = idle_s
        self._ready = ready
        self._server: WSGIServer = make_server(host, port, self._answer, handler_class=_Quiet)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_S,), name="health", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            start("200 OK", [("Content-Type", "text/plain; version=0.0.4")])
            return [self._metrics.render()]
        if path not in ("/healthz", "/readyz"):
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"not found\n"]
        alive = self._idle_s() < STUCK_S
        well = alive and (path == "/healthz" or self._ready())
        start("200 OK" if well else "503 Service Unavailable", [("Content-Type", "application/json")])
        return [json.dumps({"alive": alive, "ready": self._ready()}).encode() + b"\n"]
