"""What a client can be told is wrong: the codes, and the exception that carries one to the socket."""

from __future__ import annotations

from typing import Final

from natter_gateway.events import Failed

UNAUTHORIZED: Final = "unauthorized"
INVALID_FORMAT: Final = "invalid_format"
INVALID_AUDIO: Final = "invalid_audio"
INVALID_VALUE: Final = "invalid_value"
INVALID_CONFIG: Final = "invalid_config"
INVALID_WEBHOOK: Final = "invalid_webhook"
IMMUTABLE_FIELD: Final = "immutable_field"
AGENT_ID_NOT_FIRST: Final = "agent_id_not_first"
AGENT_NOT_FOUND: Final = "agent_not_found"
AUDIO_RATE_VIOLATION: Final = "audio_rate_violation"
SESSION_EXPIRED: Final = "session_expired"
SESSION_FORBIDDEN: Final = "session_forbidden"
SESSION_NOT_FOUND: Final = "session_not_found"
CONCURRENCY_EXCEEDED: Final = "concurrency_exceeded"
AT_CAPACITY: Final = "at_capacity"
INTERNAL_ERROR: Final = "internal_error"

CLOSE_CLEAN: Final = 1000
CLOSE_REFUSED: Final = 1008
CLOSE_BROKEN: Final = 1011
CLOSE_RESTART: Final = 1012
CLOSE_LATER: Final = 1013

_CLOSE_CODES: Final = {INTERNAL_ERROR: CLOSE_BROKEN, AT_CAPACITY: CLOSE_LATER, CONCURRENCY_EXCEEDED: CLOSE_LATER}


def close_code(failure: Failed) -> int:
    """Return the WebSocket close code that follows a fatal failure."""
    return _CLOSE_CODES.get(failure.code, CLOSE_REFUSED)


class ClientError(Exception):
    """The client asked for something that cannot be; the answer is :attr:`failure`."""

    def __init__(self, code: str, message: str, param: str | None = None, *, fatal: bool = False) -> None:
        super().__init__(message)
        self.failure = Failed(code, message, param, fatal=fatal)
