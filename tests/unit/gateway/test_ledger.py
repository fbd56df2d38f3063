"""The latency ledger: facts in with their times, the account of a turn out."""

from __future__ import annotations

import pytest

from natter_gateway.ledger import MAX_OPEN, Heard, Ledger, Ledgers
from natter_protocol.reply import ReplyFinished
from natter_protocol.tts import TtsSegment
from natter_protocol.turn import TurnCommitted, TurnEager

SPOKEN = 100.0
"""When the user's last sound came in."""
END = 32_000
"""Where it lies."""


def commit(ledgers: Ledgers, epoch: int = 1, *, at: float = SPOKEN + 0.36, **fields: float) -> None:
    """The turn is over: by default decided in 320 ms, behind a detector that held on for 30 ms."""
    about = {"decided_ms": 320.0, "final_wait_ms": 0.0, "end_sample": END + 480} | fields
    message = TurnCommitted(turn=3, epoch=epoch, text="Well?", start_sample=0, **about)  # type: ignore[arg-type]
    ledgers.committed(message, at, Heard(END, SPOKEN, 12.0))


def speak(ledgers: Ledgers, epoch: int = 1) -> None:
    ledgers.segment(
        TtsSegment(epoch=epoch, segment=0, text="Yes.", first_sample=0, words=(), clause_ms=5.0, first_audio_ms=40.0)
    )


def finish(ledgers: Ledgers, epoch: int = 1) -> None:
    ledgers.finished(ReplyFinished(epoch=epoch, text="Yes.", wait_ms=2.0, first_token_ms=98.0, total_ms=400.0))


def steps(ledger: Ledger) -> dict[str, float]:
    return {step.name: round(step.ms, 3) for step in ledger.steps}


def test_the_steps_and_what_is_unaccounted_for_add_up() -> None:
    ledgers = Ledgers()
    commit(ledgers)
    speak(ledgers)
    ledgers.audio(1, SPOKEN + 0.52)
    ledgers.sent(1, SPOKEN + 0.54)
    assert ledgers.ready(1) is None, "the model has not told yet how long it took"
    finish(ledgers)
    ledger = ledgers.ready(1)
    assert ledger is not None
    assert (ledger.turn, ledger.epoch) == (3, 1)
    assert steps(ledger) == {
        "end_of_speech": 30.0,
        "input": 12.0,
        "decision": 320.0,
        "final_text": 0.0,
        "first_token": 100.0,
        "first_clause": 5.0,
        "first_audio": 40.0,
        "first_sample_sent": 20.0,
    }
    assert ledger.total_ms == pytest.approx(540.0)
    assert ledger.unaccounted_ms == pytest.approx(13.0)
    assert [step.owner for step in ledger.steps] == ["turn", "gateway", "turn", "stt", "llm", "tts", "tts", "gateway"]
    assert ledgers.ready(1) is None, "once"


def test_waiting_for_the_last_word_is_stts() -> None:
    ledgers = Ledgers()
    commit(ledgers, decided_ms=400.0, final_wait_ms=80.0)
    finish(ledgers)
    ledgers.sent(1, SPOKEN + 0.9)
    ledger = ledgers.ready(1)
    assert ledger is not None
    assert (steps(ledger)["decision"], steps(ledger)["final_text"]) == (320.0, 80.0)


def test_a_detector_that_let_go_early_does_not_make_a_negative_step() -> None:
    ledgers = Ledgers()
    commit(ledgers, end_sample=END - 320)
    finish(ledgers)
    ledgers.sent(1, SPOKEN + 0.9)
    ledger = ledgers.ready(1)
    assert ledger is not None
    assert (steps(ledger)["end_of_speech"], steps(ledger)["decision"]) == (0.0, 300.0)


def test_where_the_decision_was_not_measured_its_silence_counts() -> None:
    ledgers = Ledgers()
    commit(ledgers, decided_ms=0.0, silence_ms=352)
    finish(ledgers)
    ledgers.sent(1, SPOKEN + 0.9)
    ledger = ledgers.ready(1)
    assert ledger is not None
    assert steps(ledger)["decision"] == 352.0


def test_an_answer_that_was_ready_before_the_decision_costs_nothing_more() -> None:
    ledgers = Ledgers()
    ledgers.eager(TurnEager(turn=3, epoch=1, text="Well?", end_sample=END, decided_ms=200.0))
    ledgers.audio(1, SPOKEN + 0.33)
    commit(ledgers)
    speak(ledgers)
    finish(ledgers)
    ledgers.sent(1, SPOKEN + 0.37)
    ledger = ledgers.ready(1)
    assert ledger is not None
    found = steps(ledger)
    assert (found["decision"], found["first_token"], found["first_clause"], found["first_audio"]) == (320.0, 0, 0, 0)
    assert found["first_sample_sent"] == 10.0
    assert (ledger.speculations, ledger.ahead_ms) == (0, 0.0), "as the commit says"
    assert ledger.unaccounted_ms == pytest.approx(-2.0)


def test_an_answer_that_was_begun_early_counts_from_its_beginning() -> None:
    ledgers = Ledgers()
    ledgers.eager(TurnEager(turn=3, epoch=1, text="Well?", end_sample=END, decided_ms=200.0))
    commit(ledgers)
    speak(ledgers)
    finish(ledgers)
    ledgers.audio(1, SPOKEN + 0.40)
    ledgers.sent(1, SPOKEN + 0.41)
    ledger = ledgers.ready(1)
    assert ledger is not None
    found = steps(ledger)
    assert (found["decision"], found["final_text"], found["first_token"]) == (200.0, 0.0, 100.0)
    assert ledger.total_ms == pytest.approx(sum(found.values()) + ledger.unaccounted_ms)


def test_the_first_segment_counts_and_its_later_account() -> None:
    ledgers = Ledgers()
    commit(ledgers)
    ledgers.segment(TtsSegment(epoch=1, segment=0, text="Yes", first_sample=0, words=()))
    speak(ledgers)
    ledgers.segment(TtsSegment(epoch=1, segment=1, text="No", first_sample=9, words=(), first_audio_ms=999.0))
    finish(ledgers)
    ledgers.sent(1, SPOKEN + 0.6)
    ledger = ledgers.ready(1)
    assert ledger is not None
    assert steps(ledger)["first_audio"] == 40.0


@pytest.mark.parametrize("known", [set(), {"commit"}, {"sent"}])
def test_what_was_never_heard_has_no_ledger(known: set[str]) -> None:
    ledgers = Ledgers()
    if "commit" in known:
        commit(ledgers)
    if "sent" in known:
        ledgers.sent(1, SPOKEN)
    assert ledgers.close(1) is None


def test_a_reply_that_ends_before_the_model_has_told_is_closed_with_what_is_known() -> None:
    ledgers = Ledgers()
    commit(ledgers)
    speak(ledgers)
    ledgers.audio(1, SPOKEN + 0.5)
    ledgers.sent(1, SPOKEN + 0.5)
    ledger = ledgers.close(1)
    assert ledger is not None
    assert steps(ledger)["first_token"] == 0.0
    assert ledger.unaccounted_ms == pytest.approx(93.0)


def test_a_turn_that_this_gateway_did_not_hear_has_none() -> None:
    ledgers = Ledgers()
    message = TurnCommitted(turn=3, epoch=1, text="Well?", start_sample=0, end_sample=END)
    ledgers.committed(message, SPOKEN, None)
    ledgers.sent(1, SPOKEN + 1.0)
    assert ledgers.close(1) is None


def test_what_never_ends_is_forgotten() -> None:
    ledgers = Ledgers()
    for epoch in range(1, 3 * MAX_OPEN):
        commit(ledgers, epoch)
    assert len(ledgers._open) == MAX_OPEN


def test_as_a_fact_it_still_adds_up() -> None:
    ledgers = Ledgers()
    commit(ledgers, speculations=2, ahead_ms=150.06)
    speak(ledgers)
    finish(ledgers)
    ledgers.sent(1, SPOKEN + 0.54321)
    ledger = ledgers.ready(1)
    assert ledger is not None
    fact = ledger.fact("00-x")
    assert (fact.turn, fact.epoch, fact.trace) == (3, 1, "00-x")
    assert (fact.speculations, fact.ahead_ms) == (2, 150.1)
    assert sum(step.ms for step in fact.steps) + fact.unaccounted_ms == pytest.approx(fact.total_ms, abs=0.5)
