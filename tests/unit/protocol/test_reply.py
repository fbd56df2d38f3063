"""A reply's life."""

from __future__ import annotations

import pytest

from natter_protocol.base import Lane, Message
from natter_protocol.errors import ProtocolError
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyProgress, ReplyStarted, ReplyWanted
from natter_protocol.turn import Cause
from tests.support.protocol_wire import read, travelled

LIFE: list[Message] = [
    ReplyWanted(cause=Cause.GREETING, request="r1", instructions="Hello!"),
    ReplyStarted(epoch=1, cause=Cause.GREETING, model="m"),
    ReplyFinished(epoch=1, text="Hello!", input_tokens=3, output_tokens=2, first_token_ms=0.0, total_ms=12.5),
    ReplyProgress(epoch=1, sample=16_000, text="Hel"),
    ReplyHeard(epoch=1, text="Hello!", ms=700, outcome=Outcome.COMPLETED),
]


@pytest.mark.parametrize("message", LIFE, ids=lambda message: message.type_name())
def test_every_step_is_a_fact_that_travels(message: Message) -> None:
    assert message.lane is Lane.EVT
    assert travelled(message) == message


def test_an_unmeasured_first_token_is_not_zero() -> None:
    assert read(type="reply.finished", text="x") == ReplyFinished(text="x", first_token_ms=None)


def test_an_outcome_is_one_of_four() -> None:
    assert {outcome.value for outcome in Outcome} == {"completed", "interrupted", "failed", "unheard"}
    with pytest.raises(ProtocolError, match="ignored"):
        read(type="reply.heard", text="", ms=0, outcome="ignored")
