"""The rules of the tool state machine, on folded facts."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from natter_llm.calls import follow_up_due, is_open, pending, steps_without_user
from natter_protocol.base import Message
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard
from natter_protocol.session import CloseReason, SessionClosed
from natter_protocol.tool import ToolCalled, ToolReturned
from natter_protocol.turn import Cause, TurnCommitted, TurnEmpty, TurnGranted, TurnStarted
from natter_runtime.fold import fold
from natter_runtime.state import SessionState

CALLED = ToolCalled(by="llm", turn=1, epoch=1, call="c1", name="t", arguments={})
RETURNED = ToolReturned(by="gateway", call="c1", result="r")
FINISHED = ReplyFinished(by="llm", epoch=1, text="x")
COMMITTED = TurnCommitted(by="turn", turn=1, epoch=1, text="a", start_sample=0, end_sample=1)


def state(*facts: Message) -> SessionState:
    numbers = itertools.count(1)
    return fold(msgspec.structs.replace(fact, session="s", claim=1, seq=next(numbers)) for fact in facts)


def heard(outcome: Outcome) -> ReplyHeard:
    return ReplyHeard(by="gateway", epoch=1, text="x", ms=1, outcome=outcome)


def committed(turn: int, epoch: int, through: int = 0) -> TurnCommitted:
    return TurnCommitted(
        by="turn", turn=turn, epoch=epoch, text="b", start_sample=0, end_sample=1, void_through=through
    )


def test_a_call_is_open_until_its_first_result() -> None:
    before, after = state(COMMITTED, CALLED), state(COMMITTED, CALLED, RETURNED)
    assert [call.call for call in pending(before)] == ["c1"]
    assert is_open(before, "c1")
    assert pending(after) == []
    assert not is_open(after, "c1")
    assert not is_open(after, "unknown")


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ((), False),
        ((FINISHED,), False),
        ((CALLED, FINISHED), False),
        ((CALLED, RETURNED), False),
        ((CALLED, RETURNED, FINISHED), True),
        ((CALLED, RETURNED, heard(Outcome.FAILED)), True),
        ((CALLED, RETURNED, FINISHED, committed(2, 2)), True),
        ((CALLED, RETURNED, FINISHED, SessionClosed(by="gateway", reason=CloseReason.CLIENT)), False),
        ((CALLED, RETURNED, heard(Outcome.INTERRUPTED)), True),
        ((CALLED, RETURNED, heard(Outcome.INTERRUPTED), TurnStarted(by="turn", turn=2, start_sample=5)), False),
        (
            (
                CALLED,
                RETURNED,
                heard(Outcome.INTERRUPTED),
                TurnStarted(by="turn", turn=2, start_sample=5),
                TurnEmpty(by="turn", turn=2, reason="x", end_sample=6),
            ),
            True,
        ),
        ((CALLED, RETURNED, FINISHED, heard(Outcome.INTERRUPTED), committed(2, 2, through=1)), False),
        ((CALLED, RETURNED, FINISHED, heard(Outcome.COMPLETED), committed(2, 2, through=1)), True),
        ((CALLED, RETURNED, FINISHED, heard(Outcome.UNHEARD), committed(2, 2, through=1)), False),
    ],
)
def test_when_a_follow_up_is_due(facts: tuple[Message, ...], due: bool) -> None:
    assert follow_up_due(state(COMMITTED, *facts), 1) is due


def test_replies_to_tools_are_counted_back_to_the_user() -> None:
    def granted(epoch: int, cause: Cause) -> TurnGranted:
        return TurnGranted(by="turn", epoch=epoch, cause=cause)

    session = state(
        granted(1, Cause.TOOL_RESULT),
        committed(1, 2),
        granted(3, Cause.TOOL_RESULT),
        granted(4, Cause.FILLER),
        granted(5, Cause.TOOL_RESULT),
        committed(2, 6),
    )
    assert [steps_without_user(session, epoch) for epoch in range(1, 8)] == [1, 0, 1, 0, 2, 0, 0]
