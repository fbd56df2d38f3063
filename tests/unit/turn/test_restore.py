"""Where a turn machine goes on whose worker was lost: from the facts alone."""

from __future__ import annotations

from typing import Any

import pytest

from natter_protocol.base import Message
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyProgress, ReplyWanted
from natter_protocol.session import SessionConfigured
from natter_protocol.settings import InputSettings, SessionSettings, TurnPolicy
from natter_protocol.tool import ToolCalled
from natter_protocol.turn import (
    Cause,
    TurnCommitted,
    TurnEmpty,
    TurnGranted,
    TurnReopened,
    TurnStarted,
)
from natter_runtime.fold import fold
from natter_turn.inputs import Wanted, Window
from natter_turn.machine import Machine
from natter_turn.restore import LEAD_IN, Restored, restore
from natter_turn.table import State


def after(*facts: Message) -> Restored:
    """Restore a session in which ``facts`` were written, each service's in this order."""
    seqs: dict[str, int] = {}
    stamped = []
    for fact in facts:
        by = {"turn": "turn", "reply": "gateway", "session": "gateway", "tool": "llm"}[fact.type_name().split(".")[0]]
        seqs[by] = seqs.get(by, 0) + 1
        fields: dict[str, Any] = {name: getattr(fact, name) for name in fact.__struct_fields__}
        stamped.append(type(fact)(**fields | {"session": "s", "by": by, "claim": 1, "seq": seqs[by]}))
    return restore(fold(stamped))


def started(turn: int, start_sample: int = 32_000) -> TurnStarted:
    return TurnStarted(turn=turn, start_sample=start_sample)


def committed(turn: int, epoch: int) -> TurnCommitted:
    return TurnCommitted(turn=turn, epoch=epoch, text="Do you?", start_sample=32_000, end_sample=48_000)


def test_a_session_in_which_nothing_was_said() -> None:
    restored = after()
    assert (restored.state, restored.position) == (State.LISTENING, None)
    assert (restored.memory.last_turn, restored.memory.last_epoch) == (0, 0)


def test_the_policy_is_that_of_the_newest_settings() -> None:
    stated = SessionSettings(input=InputSettings(turn=TurnPolicy(min_silence_ms=700, max_silence_ms=900)))
    restored = after(SessionConfigured(version=1, settings=stated))
    assert (restored.memory.policy.min_silence_ms, restored.memory.policy.max_silence_ms) == (700, 900)


def test_a_turn_that_is_open_is_heard_again_from_its_start() -> None:
    restored = after(started(1, 32_000))
    assert restored.state is State.SPEAKING
    assert restored.position == 32_000 - LEAD_IN
    assert restored.memory.turn is not None
    assert (restored.memory.turn.turn, restored.memory.turn.rev, restored.memory.turn.start_sample) == (1, 0, 32_000)
    assert restored.memory.activity.speaking


def test_a_turn_at_the_very_beginning_is_heard_from_there() -> None:
    assert after(started(1, 100)).position == 0


def test_a_turn_that_was_reopened_goes_on_at_its_revision() -> None:
    restored = after(started(1), committed(1, 1), TurnReopened(turn=1, rev=1, epoch=1, start_sample=50_000))
    assert restored.state is State.SPEAKING
    assert restored.memory.turn is not None
    assert restored.memory.turn.rev == 1
    assert restored.memory.turn.start_sample == 32_000


@pytest.mark.parametrize("end", [committed(1, 1), TurnEmpty(turn=1, reason="no_words", end_sample=40_000)])
def test_numbers_are_never_handed_out_twice(end: Message) -> None:
    restored = after(started(1), end)
    machine = Machine(restored.memory, State.LISTENING)
    said = [action for n in range(1, 5) for action in machine.handle(Window(n * 512, 1.0), n * 0.032)]
    (start,) = [action for action in said if isinstance(action, TurnStarted)]
    assert start.turn == 2
    assert restored.memory.last_epoch == end.epoch


def test_a_reply_that_is_on_its_way_has_the_floor() -> None:
    restored = after(started(1), committed(1, 1))
    assert (restored.state, restored.position) == (State.ANSWERING, None)
    assert restored.memory.reply is not None
    assert (restored.memory.reply.epoch, restored.memory.reply.cause) == (1, Cause.USER)
    assert not restored.memory.reply.audible


def test_a_reply_that_is_being_heard_can_be_interrupted() -> None:
    spoken = ReplyProgress(epoch=1, sample=24_000, text="Yes,")
    restored = after(started(1), committed(1, 1), ReplyFinished(epoch=1, text="Yes, I do."), spoken)
    assert restored.state is State.REPLYING
    assert restored.memory.reply is not None
    assert (restored.memory.reply.audible, restored.memory.reply.text) == (True, "Yes, I do.")


def test_what_a_tool_has_done_cannot_be_taken_back() -> None:
    called = ToolCalled(epoch=1, turn=1, call="c", name="book", arguments={})
    reply = after(started(1), committed(1, 1), called).memory.reply
    assert reply is not None
    assert reply.tool_ran
    assert not reply.reopenable


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_reply_that_is_over_leaves_the_floor(outcome: Outcome) -> None:
    heard = ReplyHeard(epoch=1, text="Yes.", ms=300, outcome=outcome)
    assert after(started(1), committed(1, 1), heard).state is State.LISTENING


def test_a_reply_that_was_cancelled_leaves_the_floor() -> None:
    restored = after(started(1), committed(1, 1), TurnStarted(turn=2, start_sample=64_000, void_through=1))
    assert restored.state is State.SPEAKING
    assert restored.memory.void_through == 1
    assert restored.memory.reply is None


def test_of_two_replies_the_earlier_has_the_floor() -> None:
    granted = TurnGranted(epoch=2, cause=Cause.TOOL_RESULT, request="r")
    restored = after(started(1), committed(1, 1), granted)
    assert restored.memory.reply is not None
    assert restored.memory.reply.epoch == 1


def test_wishes_that_were_not_granted_are_still_wished() -> None:
    wanted = ReplyWanted(cause=Cause.REPLY_CREATE, request="r", instructions="Go on.")
    memory = after(wanted).memory
    assert list(memory.wishes) == [Wanted("r", Cause.REPLY_CREATE, "Go on.")]
    granted = TurnGranted(epoch=1, cause=Cause.REPLY_CREATE, request="r")
    assert not after(wanted, granted).memory.wishes
