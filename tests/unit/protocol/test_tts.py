"""What is about to be heard, and where its words lie."""

from __future__ import annotations

from natter_protocol.base import Lane
from natter_protocol.tts import TtsFailed, TtsSegment, Word
from tests.support.protocol_wire import travelled, wire

SEGMENT = TtsSegment(
    epoch=3,
    segment=0,
    text="Sure, Tuesday. ",
    first_sample=0,
    words=(Word("Sure, ", 0, 5000), Word("Tuesday. ", 5000, 12_000)),
)


def test_a_segment_is_a_fact_that_travels() -> None:
    assert SEGMENT.lane is Lane.EVT
    assert travelled(SEGMENT) == SEGMENT


def test_words_are_short_on_the_wire() -> None:
    assert wire(SEGMENT)["words"] == [["Sure, ", 0, 5000], ["Tuesday. ", 5000, 12_000]]


def test_an_estimate_is_not_called_exact() -> None:
    assert not SEGMENT.exact
    assert "exact" not in wire(SEGMENT)


def test_a_failure_says_why() -> None:
    failed = TtsFailed(epoch=3, message="no voice")
    assert travelled(failed) == failed
