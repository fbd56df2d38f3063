"""Setting up OpenTelemetry; the only file that imports its SDK.

Without an endpoint, or without the ``otlp`` extra, spans cost nothing and go nowhere. Exporting
happens on the SDK's own thread in batches, from a queue of :data:`MAX_QUEUE` spans that drops what is
newer when it is full; a collector that is down loses spans, never calls.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from opentelemetry.trace import NoOpTracer, Tracer

from natter_runtime import tracing

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

log = logging.getLogger(__name__)

HTTP: Final = "http/protobuf"
GRPC: Final = "grpc"
PROTOCOLS: Final = (HTTP, GRPC)
"""How spans may travel; the words are OpenTelemetry's."""
MAX_QUEUE: Final = 4096
MAX_BATCH: Final = 512
EVERY_MS: Final = 500
EXPORT_S: Final = 5.0
"""One batch may take so long; then it is lost."""
_SCOPE: Final = "natter"
FLUSH_S: Final = 3.0
"""A service that ends waits so long for its last spans to be sent."""


def tracer_for(
    service: str, instance: str, endpoint: str, ratio: float, protocol: str = HTTP
) -> tuple[Tracer, Callable[[], None]]:
    """Return the tracer of one service and the function that flushes it at the end.

    Args:
        service: becomes ``service.name`` as ``natter-<service>``.
        instance: becomes ``service.instance.id``.
        endpoint: base URL of an OTLP receiver; empty turns tracing off.
        ratio: part of the calls that is sampled, decided once per call.
        protocol: one of :data:`PROTOCOLS`.
    """
    if not endpoint:
        return NoOpTracer(), lambda: None
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
        from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

        exporter = _exporter(endpoint, protocol)
    except ImportError:
        extra = "otlp-grpc" if protocol == GRPC else "otlp"
        log.warning("tracing is off: install natter-runtime[%s]", extra)
        return NoOpTracer(), lambda: None

    class Ids(RandomIdGenerator):
        """Random, but for a span that another process had opened before."""

        def generate_trace_id(self) -> int:
            known = tracing.identity.get()
            return super().generate_trace_id() if known is None else known.trace_id

        def generate_span_id(self) -> int:
            known = tracing.identity.get()
            return super().generate_span_id() if known is None else known.span_id

        def is_trace_id_random(self) -> bool:
            return tracing.identity.get() is None

    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(ratio),
        resource=Resource.create({"service.name": f"natter-{service}", "service.instance.id": instance}),
        shutdown_on_exit=False,
        id_generator=Ids(),
    )
    processor = BatchSpanProcessor(
        exporter, max_queue_size=MAX_QUEUE, max_export_batch_size=MAX_BATCH, schedule_delay_millis=EVERY_MS
    )
    provider.add_span_processor(processor)

    def flush() -> None:
        """Send what waits, within :data:`FLUSH_S`: the SDK itself would try a dead collector for half a minute."""
        sending = threading.Thread(target=provider.shutdown, name="flush", daemon=True)
        sending.start()
        sending.join(FLUSH_S)
        if sending.is_alive():
            exporter.shutdown()

    return provider.get_tracer(_SCOPE), flush


def _exporter(endpoint: str, protocol: str) -> SpanExporter:
    if protocol == GRPC:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as OverGrpc

        return OverGrpc(endpoint=endpoint, insecure=not endpoint.startswith("https"), timeout=EXPORT_S)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as OverHttp

    return OverHttp(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_S)
