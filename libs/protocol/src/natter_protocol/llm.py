"""The reply's text as it grows."""

from __future__ import annotations

from typing import ClassVar

from natter_protocol.base import Lane, Message


class LlmDelta(Message, tag="llm.delta", frozen=True, kw_only=True):
    """The *whole* text of the reply so far, so that a later one repairs a lost one."""

    lane: ClassVar[Lane] = Lane.LIVE
    perishable: ClassVar[bool] = True

    text: str
