"""Between instances."""

from __future__ import annotations

import pytest

from natter_protocol.base import Lane, Message
from natter_protocol.svc import SvcBeat, SvcClaim, SvcFull, SvcOffer, SvcPing, SvcPong, SvcTaken
from tests.support.protocol_wire import travelled

SPOKEN: list[Message] = [
    SvcClaim(session="s", gateway="gateway-1"),
    SvcOffer(instance="stt-1"),
    SvcFull(instance="stt-1"),
    SvcTaken(instance="stt-1"),
    SvcBeat(instance="stt-1", sessions=3, capacity=32, draining=True),
    SvcPing(),
    SvcPong(instance="stt-1", engine="moonshine", details={"languages": ["en"]}),
]


@pytest.mark.parametrize("message", SPOKEN, ids=lambda message: message.type_name())
def test_it_travels_outside_the_sessions(message: Message) -> None:
    assert message.lane is Lane.SVC
    assert travelled(message) == message


def test_details_are_not_shared() -> None:
    one, two = SvcPong(instance="a"), SvcPong(instance="b")
    one.details["voices"] = []
    assert two.details == {}
