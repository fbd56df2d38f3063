"""The OpenAI Realtime dialect, as far as it goes: a client that speaks it is told that it is not served.

Whoever adds the dialect replaces this file, and nothing else but the refusal in
:mod:`natter_gateway.dialects.choose`.
"""

from __future__ import annotations

import json

from natter_gateway import failures
from natter_gateway.commands import Command
from natter_gateway.events import Event, Failed
from natter_gateway.failures import ClientError
from natter_protocol.settings import SessionSettings


class OpenAiRealtime:
    """See the module."""

    name = "openai_realtime"

    def parse(self, text: str, settings: SessionSettings | None) -> Command:
        raise ClientError(failures.INVALID_VALUE, "The OpenAI Realtime dialect is not served here", fatal=True)

    def render(self, event: Event, timestamp: float) -> list[str]:
        if not isinstance(event, Failed):
            return []
        error = {"type": "invalid_request_error", "code": event.code, "message": event.message, "param": event.param}
        return [json.dumps({"type": "error", "event_id": f"event_{round(timestamp * 1000)}", "error": error})]
