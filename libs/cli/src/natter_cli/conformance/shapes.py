"""What every event holds, exactly (contract, 5), and what ids look like (5.2)."""

from __future__ import annotations

import re
from typing import Any, Final

from natter_cli.conformance.check import Unmet, same

_REPLY: Final = {"reply_id"}
_SPOKEN: Final = {"reply_id", "item_id"}

FIELDS: Final[dict[str, set[str]]] = {
    "session.updated": {"config"},
    "session.ready": {"session_id", "expires_at", "resume_token", "config"},
    "session.ended": {"session_duration_seconds", "audio_duration_seconds"},
    "session.error": {"code", "message", "param", "session_id"},
    "input.speech.started": set(),
    "input.speech.stopped": set(),
    "transcript.user.delta": {"item_id", "text"},
    "transcript.user": {"item_id", "text"},
    "reply.started": _SPOKEN,
    "reply.audio": _REPLY | {"data"},
    "transcript.agent.delta": _SPOKEN | {"delta", "start_ms", "end_ms"},
    "transcript.agent": _SPOKEN | {"text", "interrupted"},
    "reply.done": _REPLY | {"status"},
    "tool.call": {"call_id", "name", "arguments"},
    "reply.error": _REPLY | {"code", "message", "retryable", "status_code", "provider_code", "provider_param"},
}
"""The fields of every event beside ``type`` and ``timestamp``."""

CONFIG: Final[dict[str, Any]] = {
    "id": ...,
    "system_prompt": ...,
    "greeting": ...,
    "input": {
        "type": ...,
        "format": {"encoding": ..., "sample_rate": ...},
        "turn_detection": ...,
        "keyterms": ...,
        "transcription_mode": ...,
        "continuous_partials": ...,
        "transcription_prompt": ...,
        "language_codes": ...,
        "voice_focus": ...,
        "voice_focus_threshold": ...,
    },
    "output": {"type": ..., "voice": ..., "format": {"encoding": ..., "sample_rate": ...}, "volume": ...},
    "tools": ...,
    "llm": ...,
    "pre_connect_requests": ...,
}
"""The keys of ``config`` (contract, 5.1)."""
TOOL: Final = {
    "type",
    "name",
    "description",
    "parameters",
    "execution_mode",
    "timeout_seconds",
    "http",
    "response_instructions",
    "deployment_id",
    "session_update",
    "image_tag",
}
"""The keys of a tool in ``config``."""

_IDS: Final = {
    "session_id": re.compile(r"sess_[0-9a-f]{32}"),
    "reply_id": re.compile(r"resp_[0-9a-f]{32}"),
    "item_id": re.compile(r"msg_[0-9a-f]{32}"),
}


def whole(event: dict[str, Any]) -> None:
    """Raise unless ``event`` has exactly its fields, a float timestamp, and ids of the right shape."""
    kind = event["type"]
    if kind not in FIELDS:
        raise Unmet(f"{kind} is no event of the contract")
    same(set(event) - {"type", "timestamp"}, FIELDS[kind], f"fields of {kind}")
    same(type(event.get("timestamp")), float, f"kind of timestamp in {kind}")
    for name, shape in _IDS.items():
        value = event.get(name)
        if value is not None and not shape.fullmatch(value):
            raise Unmet(f"{kind}: {name} {value!r} is not like {shape.pattern}")


def keys(value: Any, shape: Any, path: str) -> None:
    """Raise unless ``value`` has exactly the keys of ``shape``, at every depth."""
    if isinstance(shape, dict):
        same(set(value), set(shape), f"keys of {path}")
        for name, inner in shape.items():
            keys(value[name], inner, f"{path}.{name}")
