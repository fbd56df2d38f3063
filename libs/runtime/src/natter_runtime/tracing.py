"""Trace context as it travels in messages: W3C ``traceparent`` strings, in and out.

Only the OpenTelemetry API is used here; without an SDK all of it costs next to nothing.

A span lives in one process and is told of when it ends, so that of a process that is killed its open
spans are lost, and what hangs below them would hang in the air. :func:`resume` opens such a span again
elsewhere, under the same identity: whoever takes over a session knows it from the log.
"""

from __future__ import annotations

import contextvars
from collections.abc import Mapping, Sequence
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, StatusCode, TraceFlags, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from natter_protocol import subjects
from natter_protocol.base import Message
from natter_runtime import names

Attributes = Mapping[str, str | int | float | bool]

_propagator = TraceContextTextMapPropagator()
_SESSION: Final = "session"

identity: contextvars.ContextVar[SpanContext | None] = contextvars.ContextVar("identity", default=None)
"""The ids that the span being started is to have; the SDK's generator of ids asks here."""


def current() -> str:
    """Return the ``traceparent`` of the span that is active here, or an empty string."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent", "")


def of(span: Span) -> str:
    """Return the ``traceparent`` of ``span``, or an empty string if it is not recorded anywhere."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier, trace.set_span_in_context(span))
    return carrier.get("traceparent", "")


def context(traceparent: str) -> Context | None:
    """Return the context to make a child span in, or None for a new trace."""
    return _propagator.extract({"traceparent": traceparent}) if traceparent else None


def trace_id(traceparent: str) -> str:
    """Return the id of the whole trace, 32 hexadecimal digits, or an empty string."""
    parts = traceparent.split("-")
    return parts[1] if len(parts) == 4 else ""


def start(
    tracer: Tracer,
    name: str,
    parent: str = "",
    attributes: Attributes | None = None,
    *,
    links: Sequence[str] = (),
    at: float | None = None,
) -> Span:
    """Start a span below ``parent``; whoever starts it ends it.

    Args:
        links: ``traceparent`` of spans that it has to do with, and is not below of.
        at: when it began, wall clock; None for now.
    """
    return tracer.start_span(
        name,
        context=context(parent),
        attributes=dict(attributes or {}),
        links=[Link(linked) for link in links if (linked := _span_context(link)) is not None],
        start_time=None if at is None else _nanoseconds(at),
    )


def resume(
    tracer: Tracer, name: str, known: str, parent: str = "", attributes: Attributes | None = None, *, at: float
) -> Span:
    """Start the span ``known`` (its ``traceparent``) again that another process had opened ``at`` that time."""
    token = identity.set(_span_context(known))
    try:
        return start(tracer, name, parent, attributes, at=at)
    finally:
        identity.reset(token)


def end(span: Span, at: float) -> None:
    """End ``span`` as of ``at``, wall clock."""
    span.end(_nanoseconds(at))


def fail(span: Span, reason: str) -> None:
    """Mark ``span`` as failed, and say why."""
    span.set_status(StatusCode.ERROR, reason)


def event(span: Span | None, name: str, attributes: Attributes | None = None) -> None:
    """Note that something happened during ``span``, unless it is over."""
    if span is not None and span.is_recording():
        span.add_event(name, dict(attributes or {}))


def caused_by(message: type[Message]) -> Attributes:
    """Return what the messaging conventions say about work that a message of this type gave rise to."""
    parts = subjects.of_type(_SESSION, message).split(".")
    parts[3] = "{session}"
    return {
        names.MESSAGING_SYSTEM: "nats",
        names.MESSAGING_OPERATION: "process",
        names.MESSAGING_DESTINATION: ".".join(parts),
    }


def _span_context(traceparent: str) -> SpanContext | None:
    found = trace.get_current_span(context(traceparent)).get_span_context() if traceparent else None
    return found if found is not None and found.is_valid else None


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)


NO_SPAN: Span = NonRecordingSpan(SpanContext(0, 0, is_remote=False, trace_flags=TraceFlags(0)))
"""A span that records nothing."""
