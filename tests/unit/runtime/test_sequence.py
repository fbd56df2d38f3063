"""Repeats, gaps, and voices from the past."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from natter_protocol.base import Message
from natter_protocol.session import SessionAssigned
from natter_protocol.stt import SttPartial
from natter_protocol.turn import Scope, TurnCancel, TurnStarted
from natter_runtime.sequence import Sequences, Verdict

NEW, GAP, REPEAT, STALE = Verdict.NEW, Verdict.GAP, Verdict.REPEAT, Verdict.STALE


def fact(seq: int, claim: int = 5, by: str = "turn") -> Message:
    return TurnStarted(by=by, claim=claim, seq=seq, start_sample=0)


def partial(seq: int, epoch: int = 0, claim: int = 5) -> Message:
    return SttPartial(by="stt", claim=claim, seq=seq, epoch=epoch, text="", end_sample=0)


def verdicts(sequences: Sequences, *numbers: int) -> list[Verdict]:
    return [sequences.accept(fact(number)) for number in numbers]


def test_facts_in_order_are_new() -> None:
    assert verdicts(Sequences(), 1, 2, 3) == [NEW, NEW, NEW]


def test_a_fact_is_new_once() -> None:
    assert verdicts(Sequences(), 1, 1, 2, 1, 2) == [NEW, REPEAT, NEW, REPEAT, REPEAT]


def test_a_gap_is_told_of_once() -> None:
    assert verdicts(Sequences(), 1, 4, 5, 6) == [NEW, GAP, NEW, NEW]
    assert verdicts(Sequences(), 1, 3, 4, 6, 7) == [NEW, GAP, NEW, GAP, NEW]


def test_the_first_that_is_heard_of_a_claim_may_open_a_gap() -> None:
    assert verdicts(Sequences(), 3, 4) == [GAP, NEW]


def test_what_fills_a_gap_is_new_whenever_it_comes() -> None:
    """A publisher says a fact again that the log did not take at once; its successors were heard before."""
    sequences = Sequences()
    assert verdicts(sequences, 1, 2, 5, 6, 7) == [NEW, NEW, GAP, NEW, NEW]
    assert verdicts(sequences, 3, 3, 4, 8) == [NEW, REPEAT, NEW, NEW]


def test_what_was_read_from_the_log_is_known() -> None:
    sequences = Sequences()
    assert [sequences.remember(fact(number)) for number in (1, 2, 4, 4)] == [True, True, True, False]
    assert verdicts(sequences, 2, 4, 5, 3) == [REPEAT, REPEAT, NEW, NEW]


def test_publishers_and_claims_count_apart() -> None:
    sequences = Sequences()
    assert sequences.accept(fact(1)) is NEW
    assert sequences.accept(fact(1, by="stt")) is NEW
    assert sequences.accept(fact(1, claim=9)) is NEW
    assert sequences.remember(fact(1)) is False


def test_an_older_claim_is_not_listened_to() -> None:
    sequences = Sequences()
    sequences.set_claim("turn", 9)
    assert sequences.accept(fact(1, claim=5)) is STALE
    assert sequences.accept(fact(1, claim=9)) is NEW
    assert sequences.accept(fact(1, claim=12)) is NEW  # somebody was told before us
    assert sequences.accept(fact(2, claim=9)) is STALE
    assert sequences.claim_of("turn") == 12
    assert sequences.accept(fact(1, claim=5, by="stt")) is NEW


def test_a_claim_never_goes_back() -> None:
    sequences = Sequences()
    sequences.set_claim("turn", 9)
    sequences.set_claim("turn", 4)
    assert sequences.claim_of("turn") == 9


def test_history_under_an_older_claim_can_be_read() -> None:
    sequences = Sequences()
    sequences.set_claim("turn", 9)
    assert sequences.remember(fact(1, claim=5))


def test_of_what_is_replaceable_only_the_newest_counts() -> None:
    sequences = Sequences()
    accepted = [sequences.accept(partial(*seen)) for seen in ((1, 0), (3, 0), (2, 0), (3, 0), (1, 7), (4, 0))]
    assert accepted == [NEW, NEW, REPEAT, REPEAT, NEW, NEW]
    assert sequences.accept(partial(1, claim=6)) is NEW


def test_commands_are_never_repeats() -> None:
    sequences = Sequences()
    cancel = TurnCancel(by="turn", claim=5, seq=1, epoch=1, scope=Scope.ONLY, reason="")
    assert [sequences.accept(cancel), sequences.accept(cancel)] == [NEW, NEW]
    sequences.set_claim("turn", 6)
    assert sequences.accept(cancel) is STALE


def test_assignments_have_random_numbers_and_no_gaps() -> None:
    sequences = Sequences()
    one, two = (SessionAssigned(by="gateway", seq=seq, service="stt", instance="s") for seq in (10**9, 7))
    assert [sequences.accept(one), sequences.accept(two), sequences.accept(one)] == [NEW, NEW, REPEAT]


@given(st.randoms(use_true_random=False), st.integers(1, 60))
def test_whatever_the_order_each_fact_is_new_exactly_once(rng: random.Random, count: int) -> None:
    heard = list(range(1, count + 1)) + [rng.randint(1, count) for _ in range(count)]
    rng.shuffle(heard)
    sequences = Sequences()
    new = [number for number in heard if sequences.accept(fact(number)) is not REPEAT]
    assert sorted(new) == list(range(1, count + 1))
    assert new == list(dict.fromkeys(heard))
