"""Tool calls."""

from __future__ import annotations

import pytest

from natter_protocol.base import Lane
from natter_protocol.errors import ProtocolError
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from tests.support.protocol_wire import read, travelled


def test_arguments_travel_whatever_they_hold() -> None:
    called = ToolCalled(turn=1, epoch=1, call="c", name="book", arguments={"day": "Tuesday", "deep": [{"n": None}]})
    assert called.lane is Lane.EVT
    assert travelled(called) == called


def test_arguments_are_an_object() -> None:
    with pytest.raises(ProtocolError, match="Expected `object`"):
        read(type="tool.called", call="c", name="book", arguments=["Tuesday"])


@pytest.mark.parametrize("outcome", ToolOutcome)
def test_a_call_ends_one_way(outcome: ToolOutcome) -> None:
    returned = ToolReturned(call="c", result='{"ok":true}', outcome=outcome)
    assert travelled(returned) == returned


def test_a_result_is_a_success_unless_it_says_otherwise() -> None:
    assert read(type="tool.returned", call="c", result="4") == ToolReturned(
        call="c", result="4", outcome=ToolOutcome.RETURNED
    )
