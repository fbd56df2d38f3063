"""What all messages have in common."""

from __future__ import annotations

import pytest

from natter_protocol.base import Lane, Message
from natter_protocol.turn import TurnResume
from tests.support.protocol_wire import wire


def test_the_id_is_publisher_claim_and_number() -> None:
    assert TurnResume(hold=1, by="turn", claim=42, seq=7).id == "turn.42.7"


def test_a_message_is_a_value() -> None:
    message = TurnResume(hold=1)
    with pytest.raises(AttributeError):
        message.hold = 2  # type: ignore[misc]
    assert message == TurnResume(hold=1)
    assert message != TurnResume(hold=2)


def test_fields_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        TurnResume(1)  # type: ignore


def test_what_does_not_apply_is_not_sent() -> None:
    assert wire(TurnResume(hold=1)) == {"type": "turn.resume", "hold": 1}
    assert wire(TurnResume(hold=1, session="s", by="turn", claim=2, seq=3)) == {
        "type": "turn.resume",
        "session": "s",
        "by": "turn",
        "claim": 2,
        "seq": 3,
        "hold": 1,
    }


def test_the_lanes_are_tokens_of_subjects() -> None:
    assert {lane.value for lane in Lane} == {"ctl", "evt", "live", "aud", "svc"}


def test_nothing_is_perishable_by_default() -> None:
    assert Message.perishable is False
