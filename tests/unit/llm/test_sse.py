"""The reader of server-sent events."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natter_llm import sse
from natter_llm.sse import SseError, SseParser

STREAM = (
    "\ufeff: comment\r\nevent: x\r\ndata: one\r\n\r\ndata:two\ndata: lines\n\n\n\n"
    "id: 1\rdata: drei ✓\r\rdata: [DONE]\n\n"
).encode()
EVENTS = ["one", "two\nlines", "drei ✓", "[DONE]"]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_however_the_stream_is_cut_the_events_are_the_same(cuts: list[int]) -> None:
    parser, found = SseParser(), []
    edges = [0, *sorted(cuts), len(STREAM)]
    for start, end in itertools.pairwise(edges):
        found += parser.feed(STREAM[start:end])
    assert found + parser.end() == EVENTS


def test_the_end_completes_what_lacks_its_blank_line() -> None:
    parser = SseParser()
    assert parser.feed(b"data: last") == []
    assert parser.end() == ["last"]
    assert parser.end() == []


def test_a_return_may_be_half_of_a_line_end() -> None:
    parser = SseParser()
    assert parser.feed(b"data: a\r") == []
    assert parser.feed(b"\ndata: b\n\r") == []
    assert parser.feed(b"\n") == ["a\nb"]


def test_an_event_has_a_longest_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT", 100)
    parser = SseParser()
    parser.feed(b"data: " + b"x" * 60 + b"\n")
    with pytest.raises(SseError, match="100 characters"):
        parser.feed(b"data: " + b"x" * 60 + b"\n")
