"""Trace context as it travels in messages."""

from __future__ import annotations

import re

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Tracer

from natter_runtime import tracing

TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]")  # 03: sampled, and the id is random


def tracer() -> Tracer:
    return TracerProvider(shutdown_on_exit=False).get_tracer("test")


def test_a_span_can_be_continued_elsewhere() -> None:
    call = tracing.start(tracer(), "call")
    traceparent = tracing.of(call)
    assert TRACEPARENT.fullmatch(traceparent)
    turn = tracing.start(tracer(), "turn", traceparent, {"natter.turn": 1})
    assert turn.get_span_context().trace_id == call.get_span_context().trace_id
    assert turn.get_span_context().span_id != call.get_span_context().span_id


def test_without_a_parent_a_trace_begins() -> None:
    one, two = tracing.start(tracer(), "call"), tracing.start(tracer(), "call")
    assert one.get_span_context().trace_id != two.get_span_context().trace_id


def test_a_parent_that_cannot_be_read_begins_a_trace() -> None:
    span = tracing.start(tracer(), "call", "00-nonsense-01")
    assert TRACEPARENT.fullmatch(tracing.of(span))


def test_the_active_span_is_the_current_one() -> None:
    assert tracing.current() == ""
    span = tracing.start(tracer(), "call")
    with trace.use_span(span):
        assert tracing.current() == tracing.of(span)
    assert tracing.current() == ""


def test_no_span_is_no_context() -> None:
    assert tracing.of(tracing.NO_SPAN) == ""
    assert not tracing.NO_SPAN.is_recording()
    assert tracing.context("") is None
