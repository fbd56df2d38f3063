"""One line per event, for people as text or for machines as JSON, with the session, turn and trace it belongs to.

What a person said is in a line only where the operator allows it: :func:`said`.
"""

from __future__ import annotations

import contextvars
import datetime
import logging
import sys
from typing import Final

import msgspec

session_id: contextvars.ContextVar[str] = contextvars.ContextVar("session_id", default="")
"""Set at the boundary of a session; every line below it carries it."""

turn_number: contextvars.ContextVar[int] = contextvars.ContextVar("turn_number", default=0)
"""The turn that is being worked on; set where a message about one is taken."""

trace_id: contextvars.ContextVar[str] = contextvars.ContextVar("trace_id", default="")
"""The trace of the call, if it is traced."""

service_name: contextvars.ContextVar[str] = contextvars.ContextVar("service_name", default="")
"""Set where a service begins; several may share a process."""

TEXT: Final = "text"
JSON: Final = "json"
FORMS: Final = (TEXT, JSON)
"""How lines may look."""

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

_texts_shown = False


def shows_text() -> bool:
    """Whether what a person said may be put into logs and traces."""
    return _texts_shown


def said(text: str) -> str:
    """Return ``text`` where it may be logged, else how long it is."""
    return repr(text) if _texts_shown else f"<{len(text)} characters>"


def _about(service: str) -> dict[str, str | int]:
    """Return what the line that is being written belongs to."""
    about: dict[str, str | int] = {"service": service_name.get() or service}
    if session := session_id.get():
        about["session"] = session
    if turn := turn_number.get():
        about["turn"] = turn
    if trace := trace_id.get():
        about["trace"] = trace
    return about


class _Text(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        stamp = self.formatTime(record, "%H:%M:%S")
        about = _about(self._service)
        parts = [f"{stamp}.{int(record.msecs):03d}", record.levelname.lower(), str(about.pop("service"))]
        parts += [f"{name}={value}" for name, value in about.items()]
        parts.append(record.getMessage())
        line = " ".join(parts)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class _Json(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line: dict[str, str | int] = {"time": at.isoformat(timespec="milliseconds"), "level": record.levelname.lower()}
        line |= {**_about(self._service), "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def configure(service: str, level: str, form: str = TEXT, *, texts: bool = False) -> None:
    """Send the process's log to standard error.

    Args:
        level: how much is logged.
        form: one of :data:`FORMS`.
        texts: whether what a person said may be logged.
    """
    global _texts_shown
    _texts_shown = texts
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json(service) if form == JSON else _Text(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
