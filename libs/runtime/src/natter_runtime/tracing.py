"""Trace context as it travels in messages: W3C ``traceparent`` strings, in and out.

Only the OpenTelemetry API is used here; without an SDK all of it costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, TraceFlags, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_propagator = TraceContextTextMapPropagator()

Attributes = Mapping[str, str | int | float | bool]


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


def start(tracer: Tracer, name: str, parent: str = "", attributes: Attributes | None = None) -> Span:
    """Start a span below ``parent``; whoever starts it ends it."""
    return tracer.start_span(name, context=context(parent), attributes=dict(attributes or {}))


NO_SPAN: Span = NonRecordingSpan(SpanContext(0, 0, is_remote=False, trace_flags=TraceFlags(0)))
"""A span that records nothing."""
