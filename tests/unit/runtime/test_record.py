"""The facts that one service knows."""

from __future__ import annotations

from natter_protocol.base import Message
from natter_protocol.llm import LlmDelta
from natter_protocol.session import SessionAssigned, SessionTake
from natter_protocol.stt import SttFinal
from natter_protocol.turn import Scope, TurnCancel, TurnCommitted, TurnStarted
from natter_runtime.record import Record
from natter_runtime.sequence import Verdict


def started(seq: int, claim: int = 5, turn: int | None = None) -> TurnStarted:
    return TurnStarted(by="turn", claim=claim, seq=seq, turn=turn or seq, start_sample=0)


def delta(epoch: int, seq: int = 1) -> LlmDelta:
    return LlmDelta(by="llm", claim=7, seq=seq, epoch=epoch, text="x")


def cancel(epoch: int) -> TurnCancel:
    return TurnCancel(by="turn", claim=5, seq=1, epoch=epoch, scope=Scope.THROUGH, reason="barge-in")


def assigned(instance: str, seq: int = 99, after: int = 0) -> SessionAssigned:
    return SessionAssigned(by="gateway", seq=seq, service="stt", instance=instance, after=after)


def take(instance: str, number: int) -> SessionTake:
    return SessionTake(by="gateway", claim=1, service="stt", instance=instance, number=number)


def test_what_is_heard_becomes_state() -> None:
    record = Record()
    assert record.hear(started(1)) is Verdict.NEW
    assert record.state.last_turn == 1
    assert record.hear(started(1)) is Verdict.REPEAT
    assert record.hear(started(3)) is Verdict.GAP
    assert sorted(record.state.turns) == [1, 3]


def test_the_state_is_folded_again_only_after_a_fact() -> None:
    record = Record()
    record.hear(started(1))
    state = record.state
    record.hear(delta(1))
    record.hear(SttFinal(by="stt", claim=6, seq=1, text="x", start_sample=0, end_sample=1))
    assert record.state is state
    record.hear(started(2))
    assert record.state is not state


def test_what_is_void_is_learnt_from_commands_and_facts() -> None:
    record = Record()
    record.hear(cancel(3))
    record.hear(TurnCommitted(by="turn", claim=5, seq=1, text="", start_sample=0, end_sample=0, void_only=(5,)))
    assert [epoch in record.voids for epoch in (2, 3, 4, 5, 6)] == [True, True, False, True, False]


def test_what_is_perishable_dies_with_its_reply() -> None:
    record = Record()
    assert record.hear(delta(1)) is Verdict.NEW
    record.hear(cancel(1))
    assert record.hear(delta(1, seq=2)) is Verdict.STALE
    assert record.hear(delta(2)) is Verdict.NEW


def test_what_the_service_says_itself_is_known() -> None:
    record = Record()
    record.say(started(1))
    assert record.state.last_turn == 1
    assert record.read(started(1), 10) is False


# -- assignments --------------------------------------------------------------------------------


def test_an_assignment_counts_when_it_is_taken() -> None:
    """Heard alone it may have been refused by the log."""
    record = Record()
    record.hear(assigned("stt-1"))
    assert record.state.assigned == {}
    record.taken(take("stt-1", 40))
    assert record.state.assigned == {"stt": "stt-1"}
    assert record.sequences.claim_of("stt") == 40


def test_the_take_may_be_heard_before_the_assignment() -> None:
    record = Record()
    record.taken(take("stt-1", 40))
    record.hear(assigned("stt-1"))
    assert record.state.assigned == {"stt": "stt-1"}


def test_a_refused_assignment_is_forgotten() -> None:
    record = Record()
    record.hear(assigned("stt-1", seq=1))
    record.hear(assigned("stt-2", seq=2))
    record.taken(take("stt-2", 40))
    assert record.state.assigned == {"stt": "stt-2"}


def test_an_assignment_that_was_heard_can_still_be_read() -> None:
    record = Record()
    record.hear(assigned("stt-1"))
    assert record.read(assigned("stt-1"), 40)
    assert record.state.assigned == {"stt": "stt-1"}


# -- the voice of a worker that has lost the session, in the log ----------------------------------


def read(record: Record, *facts: tuple[int, Message]) -> list[int]:
    """Read ``(sequence, fact)`` pairs and return the sequences of those that were new."""
    return [sequence for sequence, fact in facts if record.read(fact, sequence)]


def test_history_under_older_claims_is_history() -> None:
    facts = [(6, started(1, claim=5)), (8, started(2, claim=5)), (21, started(1, claim=20, turn=3))]
    record = Record()
    assert read(record, *facts) == [6, 8, 21]
    assert record.sequences.claim_of("turn") == 20


def test_what_an_older_claim_said_after_a_newer_one_had_spoken_is_dropped() -> None:
    facts = [(6, started(1, claim=5)), (21, started(1, claim=20, turn=2)), (22, started(2, claim=5, turn=9))]
    record = Record()
    assert read(record, *facts) == [6, 21]
    assert sorted(record.state.turns) == [1, 2]
    assert read(record, *facts) == []


def test_what_an_older_claim_said_after_a_take_that_was_heard_is_dropped() -> None:
    record = Record()
    record.taken(take("stt-2", 20))
    facts: list[tuple[int, Message]] = [
        (6, SttFinal(by="stt", claim=5, seq=1, text="in time", start_sample=0, end_sample=1)),
        (30, SttFinal(by="stt", claim=5, seq=2, text="too late", start_sample=0, end_sample=1)),
    ]
    assert read(record, *facts) == [6]


def test_history_that_was_missed_is_read_even_after_the_newer_claim_was_heard() -> None:
    record = Record()
    record.hear(started(1, claim=20, turn=2))
    assert read(record, (6, started(1, claim=5)), (21, started(1, claim=20, turn=2))) == [6]
    assert sorted(record.state.turns) == [1, 2]


def test_assignments_are_under_no_claim_and_never_late() -> None:
    record = Record()
    read(record, (3, TurnStarted(by="gateway", claim=1, seq=1, start_sample=0)))
    assert read(record, (4, assigned("stt-1"))) == [4]
