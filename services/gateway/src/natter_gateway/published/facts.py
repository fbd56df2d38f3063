"""What the types cannot say: errors and what becomes of the session, close codes, what may change when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from natter_gateway import failures


@dataclass(frozen=True, slots=True)
class Fault:
    """One cause of a ``session.error``."""

    code: str
    cause: str
    afterwards: str
    retry: bool = False


OPEN: Final = "goes on"
_FIRST: Final = "in the first update closed with 1008, later goes on"
_REFUSED: Final = "closed with 1008"

FAULTS: Final = (
    Fault(failures.UNAUTHORIZED, "no key or token, or one that is not accepted", _REFUSED),
    Fault(
        failures.INVALID_FORMAT,
        "not JSON, no `type`, an unknown type, a wrong shape, an unknown field of `session.update`, a binary frame, "
        "a message longer than 256 KiB, anything but `session.update` or `session.resume` as the first message",
        OPEN,
    ),
    Fault(
        failures.INVALID_VALUE,
        "a value that is out of its range or not one of its choices; `param` names the field",
        _FIRST,
    ),
    Fault(failures.IMMUTABLE_FIELD, "a change of what is fixed after the first update", "goes on, unchanged"),
    Fault(failures.INVALID_CONFIG, "settings that contradict each other (reserved)", OPEN),
    Fault(failures.INVALID_WEBHOOK, "`webhook` cannot be used", _FIRST),
    Fault(failures.AGENT_ID_NOT_FIRST, "`agent_id` in a later update", OPEN),
    Fault(failures.AGENT_NOT_FOUND, "no stored agent of that id", _REFUSED),
    Fault(failures.INVALID_AUDIO, "audio that is no base64, or audio in a session without input audio", OPEN),
    Fault(
        failures.AUDIO_RATE_VIOLATION,
        "more than 20 s ahead of real time; told at most once a second",
        "goes on, what is too much is dropped",
    ),
    Fault(failures.SESSION_NOT_FOUND, "resume of a session that never was, or has ended", _REFUSED),
    Fault(
        failures.SESSION_FORBIDDEN,
        "resume of somebody else's session; or the session was resumed on another connection",
        _REFUSED,
    ),
    Fault(
        failures.SESSION_EXPIRED,
        "resume too late; the longest duration is over; nobody has spoken for as long as the server waits",
        _REFUSED,
    ),
    Fault(failures.AT_CAPACITY, "no room; the message tells when to try again", "closed with 1013", retry=True),
    Fault(failures.CONCURRENCY_EXCEEDED, "too many sessions of this account", "closed with 1013", retry=True),
    Fault(failures.INTERNAL_ERROR, "a fault of the server", "closed with 1011", retry=True),
)
"""Every code, in the order of the documentation."""

CLOSES: Final[dict[int, str]] = {
    1000: "a clean end: after `session.ended`. A client that closes with 1000 itself ends the session",
    1008: "refused; a `session.error` says why",
    1009: "a message longer than 1 MiB",
    1011: "a fault of the server",
    1012: "the server restarts; resume elsewhere",
    1013: "no room at the moment",
}
"""What a WebSocket close code means."""

MUTABLE: Final[dict[str, str]] = {
    "system_prompt": "from the next reply on",
    "tools": "the whole list, from the next reply on",
    "input.turn_detection": "at once",
    "input.keyterms": "from the next utterance on",
    "input.transcription_mode": "from the next utterance on",
    "input.transcription_prompt": "from the next utterance on",
    "input.continuous_partials": "from the next utterance on",
    "input.language_codes": "from the next utterance on",
    "input.voice_focus": "at once",
    "input.voice_focus_threshold": "at once",
    "input.format": "from the next `input.audio` on",
    "output.volume": "at once",
    "extensions": "at once",
}
"""What may change after ``session.ready``, and from when on the change holds."""

IMMUTABLE: Final = ("greeting", "input.type", "output.type", "output.voice", "output.format", "agent_id")
"""What may not; the same value may be sent again (but for ``agent_id``)."""
