"""How long the user waited, from the facts of a call."""

from __future__ import annotations

import pytest

from natter_gateway.records.latency import latency_of, ledger_of
from natter_protocol.base import Message
from natter_protocol.reply import ReplyMeasured, Step
from natter_protocol.turn import TurnCommitted, TurnEager


def measured(epoch: int, total_ms: float) -> ReplyMeasured:
    steps = (Step("decision", "turn", 300.0), Step("first_token", "llm", total_ms - 320.0))
    return ReplyMeasured(
        seq=epoch, by="gateway", epoch=epoch, total_ms=total_ms, steps=steps, unaccounted_ms=20.0, speculations=1
    )


def eager(epoch: int) -> TurnEager:
    return TurnEager(seq=epoch, by="turn", epoch=epoch, text="", end_sample=0)


def committed(epoch: int) -> TurnCommitted:
    return TurnCommitted(seq=100 + epoch, by="turn", epoch=epoch, text="", start_sample=0, end_sample=0)


def test_a_call_without_an_answer_has_none() -> None:
    assert latency_of([eager(1), committed(2)]) is None


def test_what_was_measured_is_summed_up_repeats_left_out() -> None:
    facts: list[Message] = [measured(epoch, 500.0 + epoch) for epoch in range(1, 21)]
    found = latency_of([*facts, facts[0], eager(1), eager(2), eager(3), committed(1), committed(3), committed(9)])
    assert found is not None
    assert found["answers"] == 20
    assert found["total"] == {"p50_ms": 511.0, "p95_ms": 520.0, "worst_ms": 520.0}
    assert found["unaccounted"] == {"p50_ms": 20.0, "p95_ms": 20.0, "worst_ms": 20.0}
    assert [(step["name"], step["owner"], step["p50_ms"]) for step in found["steps"]] == [
        ("decision", "turn", 300.0),
        ("first_token", "llm", 191.0),
    ]
    assert (found["speculations"], found["kept"]) == (3, 2)


def test_a_ledger_adds_up() -> None:
    ledger = ledger_of(measured(1, 500.0))
    steps = sum(step["ms"] for step in ledger["steps"])
    assert steps + ledger["unaccounted_ms"] == pytest.approx(ledger["total_ms"])
    assert (ledger["speculations"], ledger["ahead_ms"]) == (1, 0.0)
