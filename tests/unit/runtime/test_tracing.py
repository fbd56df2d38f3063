"""Trace context as it travels in messages."""

from __future__ import annotations

import re

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.trace import StatusCode, Tracer

from natter_protocol.turn import TurnCommitted
from natter_runtime import tracing
from natter_runtime.telemetry import tracer_for

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


def test_the_id_of_the_whole_trace() -> None:
    call = tracing.start(tracer(), "call")
    assert tracing.trace_id(tracing.of(call)) == f"{call.get_span_context().trace_id:032x}"
    assert tracing.trace_id("") == ""


def test_a_span_may_be_linked_to_others() -> None:
    gone = tracing.start(tracer(), "llm.generate")
    span = tracing.start(tracer(), "llm.generate", links=[tracing.of(gone), "", "nonsense"])
    assert isinstance(span, ReadableSpan)
    assert [link.context.span_id for link in span.links] == [gone.get_span_context().span_id]


def test_a_span_may_have_begun_and_ended_at_another_time() -> None:
    span = tracing.start(tracer(), "turn.endpointing", at=1000.25)
    tracing.end(span, 1001.5)
    assert isinstance(span, ReadableSpan)
    assert (span.start_time, span.end_time) == (1_000_250_000_000, 1_001_500_000_000)


def test_what_happens_is_noted_while_the_span_is_open() -> None:
    span = tracing.start(tracer(), "turn")
    tracing.event(span, "hold", {"natter.epoch": 3})
    tracing.fail(span, "the model failed")
    span.end()
    tracing.event(span, "resume")
    tracing.event(None, "resume")
    assert isinstance(span, ReadableSpan)
    assert [(event.name, dict(event.attributes or {})) for event in span.events] == [("hold", {"natter.epoch": 3})]
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "the model failed")


def test_what_gave_rise_to_the_work_is_told_without_the_session() -> None:
    assert tracing.caused_by(TurnCommitted) == {
        "messaging.system": "nats",
        "messaging.operation.type": "process",
        "messaging.destination.template": "natter.v1.s.{session}.evt.turn.committed",
    }


def test_a_span_is_taken_up_again_by_another_process() -> None:
    """The tracer comes from telemetry: its generator of ids asks what is to be taken up."""
    here, _ = tracer_for("turn", "turn-1", "http://127.0.0.1:9", 1.0)
    there, _ = tracer_for("turn", "turn-2", "http://127.0.0.1:9", 1.0)
    call = tracing.start(here, "call")
    turn = tracing.start(here, "turn 1", tracing.of(call))
    again = tracing.resume(there, "turn 1", tracing.of(turn), tracing.of(call), at=1000.0)
    assert again.get_span_context().span_id == turn.get_span_context().span_id
    assert again.get_span_context().trace_id == turn.get_span_context().trace_id
    whole = tracing.resume(there, "call", tracing.of(call), at=1000.0)
    assert tracing.of(whole).split("-")[:3] == tracing.of(call).split("-")[:3]
    other = tracing.start(there, "call")
    assert other.get_span_context().trace_id != call.get_span_context().trace_id
