"""Which replies are over."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natter_protocol.base import Message
from natter_protocol.llm import LlmDelta
from natter_protocol.turn import Scope, TurnCancel, TurnEmpty, TurnStarted
from natter_runtime.voids import Voids

EPOCHS = st.integers(0, 8)
CANCELS = st.builds(TurnCancel, epoch=EPOCHS, scope=st.sampled_from(Scope), reason=st.just(""))
FACTS = st.builds(
    TurnEmpty,
    void_through=EPOCHS,
    void_only=st.lists(EPOCHS, max_size=3).map(tuple),
    reason=st.just(""),
    end_sample=st.just(0),
)


def noted(*messages: Message) -> Voids:
    voids = Voids()
    for message in messages:
        voids.note(message)
    return voids


def cancel(epoch: int, scope: Scope) -> TurnCancel:
    return TurnCancel(epoch=epoch, scope=scope, reason="")


def test_an_interruption_ends_everything_through_its_epoch() -> None:
    voids = noted(cancel(3, Scope.THROUGH))
    assert [epoch in voids for epoch in range(6)] == [False, True, True, True, False, False]


def test_a_dead_speculation_ends_alone() -> None:
    voids = noted(cancel(3, Scope.ONLY))
    assert [epoch in voids for epoch in range(6)] == [False, False, False, True, False, False]
    assert (voids.through, voids.only) == (0, (3,))


def test_a_fact_repairs_a_lost_cancel() -> None:
    voids = noted(TurnStarted(start_sample=0, void_through=2, void_only=(5, 4)))
    assert (voids.through, voids.only) == (2, (4, 5))


def test_what_is_below_the_line_is_not_kept_apart() -> None:
    voids = noted(cancel(3, Scope.ONLY), cancel(7, Scope.ONLY), cancel(5, Scope.THROUGH), cancel(4, Scope.ONLY))
    assert (voids.through, voids.only) == (5, (7,))


@pytest.mark.parametrize("other", [0, -1, None, "3"])
def test_what_is_no_reply_is_not_void(other: object) -> None:
    assert other not in noted(cancel(9, Scope.THROUGH))


def test_other_messages_say_nothing_about_it() -> None:
    voids = noted(LlmDelta(epoch=4, text=""))
    assert (voids.through, voids.only) == (0, ())


@given(st.lists(CANCELS | FACTS, max_size=12), st.randoms(use_true_random=False))
def test_the_order_does_not_matter(messages: list[Message], rng: random.Random) -> None:
    shuffled = messages + messages[:2]
    rng.shuffle(shuffled)
    one, two = noted(*messages), noted(*shuffled)
    assert (one.through, one.only) == (two.through, two.only)
