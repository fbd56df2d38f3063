"""What a client is told when it comes back."""

from __future__ import annotations

from natter_gateway.events import Remembered, ToolWanted
from natter_gateway.recollection import MAX_ITEMS, pending, resumed_from
from natter_protocol.settings import SessionSettings, Tool
from natter_protocol.tool import ToolOutcome
from natter_runtime.state import CallState, Entry, Role, SessionState


def test_the_newest_of_what_was_said_but_not_the_reply_that_goes_on() -> None:
    conversation = (
        Entry(Role.USER, 0, "added by the client"),
        Entry(Role.USER, 1, "Hello?", turn=1),
        Entry(Role.AGENT, 1, "Yes", turn=1, interrupted=True),
        Entry(Role.SYSTEM, 1, "hush"),
        Entry(Role.USER, 2, "Rye?", turn=2),
        Entry(Role.AGENT, 2, "Two lo", turn=2),
    )
    told = resumed_from(SessionState(conversation=conversation), 4800, (2, 640))
    assert (told.input_sample, told.epoch, told.reply_ms) == (4800, 2, 640)
    assert told.items == (Remembered(1, 1, "Hello?"), Remembered(0, 1, "Yes", True), Remembered(2, 2, "Rye?"))


def test_not_more_than_can_be_told() -> None:
    conversation = tuple(Entry(Role.USER, number, "x", turn=number) for number in range(1, MAX_ITEMS + 10))
    told = resumed_from(SessionState(conversation=conversation), 0, (0, 0))
    assert len(told.items) == MAX_ITEMS
    assert told.items[-1].turn == MAX_ITEMS + 9


def test_the_calls_that_wait() -> None:
    calls = {
        "c2": CallState("c2", "book", {"seats": 2}, epoch=3, turn=1),
        "c1": CallState("c1", "look", {}, epoch=2, turn=1),
        "c3": CallState("c3", "shop_stock", {}, epoch=3, turn=1, hosted=True),
        "c0": CallState("c0", "look", {}, epoch=2, turn=1, result="seen", outcome=ToolOutcome.RETURNED),
    }
    settings = SessionSettings(tools=(Tool("book", side_effects=True), Tool("look")))
    assert pending(SessionState(calls=calls, settings=settings)) == [
        ToolWanted(2, "c1", "look", {}),
        ToolWanted(3, "c2", "book", {"seats": 2}, side_effects=True),
    ]
