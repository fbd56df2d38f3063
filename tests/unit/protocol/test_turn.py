"""Whose turn it is."""

from __future__ import annotations

import pytest

from natter_protocol.base import Lane, Message
from natter_protocol.errors import ProtocolError
from natter_protocol.turn import (
    Cause,
    Scope,
    TurnCancel,
    TurnCommitted,
    TurnEager,
    TurnEmpty,
    TurnFact,
    TurnGranted,
    TurnHold,
    TurnProbability,
    TurnReopened,
    TurnResume,
    TurnStarted,
)
from tests.support.protocol_wire import read, travelled

FACTS: list[TurnFact] = [
    TurnStarted(turn=1, start_sample=320, over_epoch=2),
    TurnEager(turn=1, epoch=3, text="what is it", end_sample=32_000),
    TurnCommitted(turn=1, epoch=3, text="What is it?", start_sample=320, end_sample=32_000, rule="silence"),
    TurnReopened(turn=1, rev=1, start_sample=40_000),
    TurnEmpty(turn=1, reason="noise", end_sample=41_000),
    TurnGranted(epoch=4, cause=Cause.IDLE, request="r"),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.type_name())
def test_every_fact_repeats_what_is_void(fact: TurnFact) -> None:
    """So that a lost cancel is repaired by whatever the turn service says next."""
    repeating = read(type=fact.type_name(), **_fields(fact), void_through=2, void_only=[5, 7])
    assert isinstance(repeating, TurnFact)
    assert (repeating.void_through, repeating.void_only) == (2, (5, 7))
    assert repeating.lane is Lane.EVT


def _fields(fact: TurnFact) -> dict[str, object]:
    return {name: getattr(fact, name) for name in fact.__struct_fields__ if not name.startswith("void")}


@pytest.mark.parametrize("message", [*FACTS, TurnCancel(epoch=3, scope=Scope.THROUGH, reason="barge-in")])
def test_it_travels(message: Message) -> None:
    assert travelled(message) == message


@pytest.mark.parametrize("command", [TurnCancel, TurnHold, TurnResume])
def test_what_must_be_quick_is_a_command(command: type[Message]) -> None:
    assert command.lane is Lane.CTL


def test_how_it_looks_is_replaceable() -> None:
    assert TurnProbability.lane is Lane.LIVE
    unweighed = read(type="turn.probability", at_sample=1, speech=0.5, silence_ms=0, last_speech_sample=0)
    assert isinstance(unweighed, TurnProbability)
    assert unweighed.complete is None


def test_a_scope_is_only_or_through() -> None:
    with pytest.raises(ProtocolError, match="everything"):
        read(type="turn.cancel", scope="everything", reason="")
