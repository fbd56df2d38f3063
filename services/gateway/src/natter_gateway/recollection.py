"""What a client is told when it comes back: where both sides go on, and what it may have missed. Pure."""

from __future__ import annotations

from typing import Final

from natter_gateway.events import Remembered, ResumedFrom, ToolWanted
from natter_runtime.state import Role, SessionState

MAX_ITEMS: Final = 50


def resumed_from(state: SessionState, input_sample: int, going_on: tuple[int, int]) -> ResumedFrom:
    """Return where a session goes on.

    Args:
        state: the session as it is known now.
        input_sample: how much of the client's audio is here, at its own rate.
        going_on: the reply that is being told, and how many milliseconds of it were.
    """
    epoch, ms = going_on
    items = [
        Remembered(entry.turn if entry.role is Role.USER else 0, entry.epoch, entry.text, entry.interrupted)
        for entry in state.conversation
        if (entry.role is Role.USER and entry.turn) or (entry.role is Role.AGENT and entry.epoch != epoch)
    ]
    return ResumedFrom(input_sample, epoch, ms, tuple(items[-MAX_ITEMS:]))


def pending(state: SessionState) -> list[ToolWanted]:
    """Return the calls whose results are still awaited, in the order in which they were made."""
    risky = {tool.name for tool in state.settings.tools if tool.side_effects}
    return [
        ToolWanted(call.epoch, call.call, call.name, call.arguments, call.name in risky)
        for call in sorted(state.calls.values(), key=lambda call: (call.epoch, call.call))
        if call.outcome is None and not call.hosted
    ]
