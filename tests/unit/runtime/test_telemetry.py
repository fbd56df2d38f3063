"""Setting up OpenTelemetry."""

from __future__ import annotations

import builtins
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.trace import NoOpTracer

from natter_runtime import tracing
from natter_runtime.config import RuntimeConfig, settings_of
from natter_runtime.telemetry import FLUSH_S, MAX_QUEUE, PROTOCOLS, tracer_for
from tests.support.nats_server import free_port


class Collector:
    """Takes traces over OTLP/HTTP."""

    def __init__(self) -> None:
        received = self.received = []  # type: list[ExportTraceServiceRequest]

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    raise AssertionError("not compressed by default")
                received.append(ExportTraceServiceRequest.FromString(body))
                assert self.path == "/v1/traces"
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def spans(self) -> list[Any]:
        return [
            span
            for request in self.received
            for of_resource in request.resource_spans
            for of_scope in of_resource.scope_spans
            for span in of_scope.spans
        ]


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()


def test_without_an_endpoint_tracing_is_off() -> None:
    tracer, flush = tracer_for("stt", "stt-1", "", 1.0)
    assert isinstance(tracer, NoOpTracer)
    with tracer.start_as_current_span("call") as span:
        assert not span.is_recording()
        assert tracing.current() == ""
    flush()


def test_without_the_sdk_tracing_is_off_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = builtins.__import__

    def without_sdk(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("opentelemetry.sdk"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_sdk)
    tracer, flush = tracer_for("stt", "stt-1", "http://127.0.0.1:4318", 1.0)
    assert isinstance(tracer, NoOpTracer)
    assert "natter-runtime[otlp]" in caplog.text
    flush()


def test_spans_arrive_with_the_name_of_their_service(collector: Collector) -> None:
    tracer, flush = tracer_for("stt", "stt-1", f"{collector.url}/", 1.0)
    parent = tracing.start(tracer, "call")
    child = tracing.start(tracer, "stt.final", tracing.of(parent), {"natter.turn": 3})
    child.end()
    parent.end()
    flush()
    call, final = sorted(collector.spans(), key=lambda span: span.name)
    assert (call.name, final.name) == ("call", "stt.final")
    assert final.trace_id == call.trace_id
    assert final.parent_span_id == call.span_id
    resource = collector.received[0].resource_spans[0].resource
    attributes = {pair.key: pair.value.string_value for pair in resource.attributes}
    assert attributes["service.name"] == "natter-stt"
    assert attributes["service.instance.id"] == "stt-1"


def test_a_call_that_is_not_sampled_leaves_nothing(collector: Collector) -> None:
    tracer, flush = tracer_for("stt", "stt-1", collector.url, 0.0)
    tracing.start(tracer, "call").end()
    flush()
    assert collector.spans() == []


class OverGrpc(TraceServiceServicer):
    """Takes traces over OTLP/gRPC."""

    def __init__(self) -> None:
        self.received: list[ExportTraceServiceRequest] = []

    def Export(self, request: ExportTraceServiceRequest, context: Any) -> ExportTraceServiceResponse:  # noqa: N802
        self.received.append(request)
        return ExportTraceServiceResponse()


def test_spans_may_go_over_grpc() -> None:
    collector = OverGrpc()
    server = grpc.server(ThreadPoolExecutor(1))
    add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        tracer, flush = tracer_for("stt", "stt-1", f"http://127.0.0.1:{port}", 1.0, "grpc")
        tracing.start(tracer, "call").end()
        flush()
    finally:
        server.stop(None).wait(5)
    (request,) = collector.received
    assert request.resource_spans[0].scope_spans[0].spans[0].name == "call"


def test_a_collector_that_is_down_costs_spans_and_nothing_else() -> None:
    tracer, flush = tracer_for("stt", "stt-1", f"http://127.0.0.1:{free_port()}", 1.0)
    for _ in range(2 * MAX_QUEUE):  # more than the queue holds: the rest is dropped
        tracing.start(tracer, "turn").end()
    began = time.monotonic()
    flush()
    assert time.monotonic() - began < FLUSH_S + 1.0


def test_the_names_of_protocols_are_those_of_the_setting() -> None:
    (about,) = [about for field, about in settings_of(RuntimeConfig) if field.name == "otlp_protocol"]
    assert about.choices == PROTOCOLS
