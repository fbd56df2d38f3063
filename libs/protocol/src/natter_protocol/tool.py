"""Tool calls: a state machine of their own, outside the reply (rule R8)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from natter_protocol.base import Lane, Message


class ToolOutcome(StrEnum):
    """How a call ended."""

    RETURNED = "returned"
    FAILED = "failed"
    TIMED_OUT = "timed_out"


class ToolCalled(Message, tag="tool.called", frozen=True, kw_only=True):
    """The agent calls a tool. Stored before it is dispatched, and dispatched once."""

    lane: ClassVar[Lane] = Lane.EVT

    call: str
    name: str
    arguments: dict[str, Any]
    hosted: bool = False
    """A service of ours executes it, and nobody else may answer; the client is told of it, no more."""


class ToolReturned(Message, tag="tool.returned", frozen=True, kw_only=True):
    """The one result of a call. ``result`` is JSON text, or plain text."""

    lane: ClassVar[Lane] = Lane.EVT

    call: str
    result: str
    outcome: ToolOutcome = ToolOutcome.RETURNED
