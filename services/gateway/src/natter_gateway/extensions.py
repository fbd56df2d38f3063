"""What Natter adds to a borrowed dialect: a client that did not ask for it by name never sees it."""

from __future__ import annotations

from typing import Final

TURN_DECISION: Final = "turn.decision"
TURN_METRICS: Final = "turn.metrics"
PLAYOUT_ACK: Final = "playout.ack"
AGENT_HOLD: Final = "agent.hold"
SESSION_VERSION: Final = "session.version"
SESSION_RESUMED_FROM: Final = "session.resumed_from"
TOOL_IDEMPOTENCY: Final = "tool.idempotency"

EXTENSIONS: Final[dict[str, str]] = {
    TURN_DECISION: "`turn.decision`: why the agent waited, answered, held or gave way",
    TURN_METRICS: "`turn.metrics`: where the time between the user's last word and the agent's first went",
    PLAYOUT_ACK: "the client may send `playout.ack`: what was really played decides what the agent remembers",
    AGENT_HOLD: "`agent.held` and `agent.resumed`: the agent pauses until it knows whether it is interrupted",
    SESSION_VERSION: "`session.updated` tells the version of the settings and from which turn on they hold",
    SESSION_RESUMED_FROM: "`session.resumed_from` after a resume: where both sides go on, and what was said",
    TOOL_IDEMPOTENCY: "`tool.call` carries an `idempotency_key` for tools that are marked `side_effects`",
}
"""Every extension by name, and what it brings."""
