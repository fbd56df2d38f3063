"""Which replies the client knows of."""

from __future__ import annotations

from natter_gateway.announced import Announced
from natter_gateway.events import Event, ReplyBegan, ReplyOver
from natter_protocol.reply import Outcome


def test_a_reply_begins_once_and_is_over_once() -> None:
    told: list[Event] = []
    announced = Announced(told.append)
    announced.end(1, "", Outcome.UNHEARD)  # it never began
    for _ in range(2):
        announced.begin(2)
    announced.end(2, "Yes.", Outcome.COMPLETED)
    announced.end(2, "Yes.", Outcome.COMPLETED)
    announced.begin(2)  # a call of it that came late
    assert told == [ReplyBegan(2), ReplyOver(2, "Yes.", Outcome.COMPLETED)]


def test_what_another_gateway_began_is_only_ended_here() -> None:
    told: list[Event] = []
    announced = Announced(told.append)
    announced.recall(3)
    announced.begin(3)
    announced.end(3, "No.", Outcome.INTERRUPTED)
    assert told == [ReplyOver(3, "No.", Outcome.INTERRUPTED)]
