"""The reply's text as it grows."""

from __future__ import annotations

from natter_protocol.base import Lane
from natter_protocol.llm import LlmDelta
from tests.support.protocol_wire import travelled, wire


def test_a_delta_is_replaced_by_the_next_and_dies_with_its_reply() -> None:
    assert LlmDelta.lane is Lane.LIVE
    assert LlmDelta.perishable


def test_a_delta_travels() -> None:
    delta = LlmDelta(session="s", by="llm", claim=1, seq=9, epoch=3, text="Sure, it is")
    assert travelled(delta) == delta
    assert wire(delta)["text"] == "Sure, it is"
