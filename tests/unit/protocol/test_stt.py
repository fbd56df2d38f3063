"""What the user said."""

from __future__ import annotations

from natter_protocol.base import Lane
from natter_protocol.stt import SttFinal, SttPartial
from tests.support.protocol_wire import read, travelled


def test_a_partial_is_replaced_and_a_final_is_kept() -> None:
    assert SttPartial.lane is Lane.LIVE
    assert SttFinal.lane is Lane.EVT


def test_a_final_travels() -> None:
    final = SttFinal(
        turn=2, rev=1, text="naïve café", start_sample=0, end_sample=48_000, confidence=0.0, ends_sentence=1.0
    )
    assert travelled(final) == final


def test_an_engine_without_confidence_states_none() -> None:
    final = read(type="stt.final", text="x", start_sample=0, end_sample=1)
    assert final == SttFinal(text="x", start_sample=0, end_sample=1, confidence=None, ends_sentence=None)


def test_a_partial_carries_what_the_recogniser_thinks_of_it() -> None:
    partial = SttPartial(turn=1, text="my number is", end_sample=16_000, confidence=0.5, ends_sentence=0.0)
    assert travelled(partial) == partial


def test_a_partial_of_an_older_recogniser_states_no_evidence() -> None:
    partial = read(type="stt.partial", text="x", end_sample=1)
    assert partial == SttPartial(text="x", end_sample=1, confidence=None, ends_sentence=None)
