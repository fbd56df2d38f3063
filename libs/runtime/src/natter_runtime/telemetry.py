"""Setting up OpenTelemetry; the only file that imports its SDK.

Without an endpoint, or without the ``otlp`` extra, spans cost nothing and go nowhere. Exporting
happens on the SDK's own thread in batches; a collector that is down loses spans, never calls.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from opentelemetry.trace import NoOpTracer, Tracer

log = logging.getLogger(__name__)

_SCOPE: Final = "natter"
_SHUTDOWN_MS: Final = 3000


def tracer_for(service: str, instance: str, endpoint: str, ratio: float) -> tuple[Tracer, Callable[[], None]]:
    """Return the tracer of one service and the function that flushes it at the end.

    Args:
        service: becomes ``service.name`` as ``natter-<service>``.
        instance: becomes ``service.instance.id``.
        endpoint: base URL of an OTLP/HTTP receiver; empty turns tracing off.
        ratio: part of the calls that is sampled, decided once per call.
    """
    if not endpoint:
        return NoOpTracer(), lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
    except ImportError:
        log.warning("tracing is off: install natter-runtime[otlp]")
        return NoOpTracer(), lambda: None
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)
    provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(ratio),
        resource=Resource.create({"service.name": f"natter-{service}", "service.instance.id": instance}),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=5)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))

    def flush() -> None:
        provider.force_flush(_SHUTDOWN_MS)
        provider.shutdown()

    return provider.get_tracer(_SCOPE), flush
