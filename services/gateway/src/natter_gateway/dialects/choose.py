"""Which language a client speaks: told by the path's query and the subprotocols it offers. Pure.

``/v1/realtime`` is the oldest path of the Voice Agent dialect and the path of OpenAI's; a ``model`` in the
query or the subprotocol ``realtime`` tells them apart. A dialect that is not served yet is refused in its
own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from natter_gateway import failures
from natter_gateway.dialects import Dialect
from natter_gateway.dialects.openai_realtime import OpenAiRealtime
from natter_gateway.dialects.voice_agent import Manners, VoiceAgent
from natter_gateway.events import Failed

PATHS: Final = ("/v1/ws", "/v1/voice", "/v1/realtime")
"""Where clients connect."""
OPENAI_SUBPROTOCOL: Final = "realtime"


@dataclass(frozen=True, slots=True)
class Choice:
    """How a client is spoken to.

    Attributes:
        subprotocol: the one that is accepted, if any was offered that we know.
        refused: why the client cannot be served in this dialect.
    """

    dialect: Dialect
    subprotocol: str | None = None
    refused: Failed | None = None


def choose(path: str, query: Mapping[str, str], offered: Sequence[str], manners: Manners) -> Choice:
    """Return how the client that connects to ``path`` is spoken to."""
    subprotocol = OPENAI_SUBPROTOCOL if OPENAI_SUBPROTOCOL in offered else None
    if path == "/v1/realtime" and (subprotocol or "model" in query):
        message = (
            "The OpenAI Realtime dialect is not served here; connect to /v1/ws, "
            "or without 'model' and the subprotocol 'realtime', for the Voice Agent dialect"
        )
        return Choice(OpenAiRealtime(), subprotocol, Failed(failures.INVALID_VALUE, message, fatal=True))
    return Choice(VoiceAgent(manners))
