"""One line per event, ``key=value``, with the session and turn it belongs to."""

from __future__ import annotations

import contextvars
import logging
import sys
from typing import Final

session_id: contextvars.ContextVar[str] = contextvars.ContextVar("session_id", default="")
"""Set at the boundary of a session; every line below it carries it."""

service_name: contextvars.ContextVar[str] = contextvars.ContextVar("service_name", default="")
"""Set where a service begins; several may share a process."""

_NOISY: Final = (
    "alembic",
    "httpx",
    "httpcore",
    "litellm",
    "LiteLLM",
    "websockets",
    "uvicorn.access",
    "uvicorn.error",
    "faster_whisper",
    "numba",
)


class _Formatter(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        stamp = self.formatTime(record, "%H:%M:%S")
        parts = [f"{stamp}.{int(record.msecs):03d}", record.levelname.lower(), service_name.get() or self._service]
        if session := session_id.get():
            parts.append(f"session={session}")
        parts.append(record.getMessage())
        line = " ".join(parts)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def configure(service: str, level: str) -> None:
    """Send the process's log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
