"""Jaeger itself, where it is on PATH, and a trace read back from its query API.

Both binaries of its module will do: ``cmd/all-in-one`` (1.x) and ``cmd/jaeger`` (2.x).
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.nats_server import free_port
from tests.support.traces import Spans

_START_S = 30.0
_STATUS = {"UNSET": 0, "OK": 1, "ERROR": 2}


@dataclass(frozen=True)
class Jaeger:
    """A running one: where spans go to, and where traces are read."""

    otlp: str
    query: str

    def spans(self, trace: str) -> Spans:
        """Return the spans of one trace, in the shape of :mod:`tests.support.otlp_sink`."""
        with urllib.request.urlopen(f"{self.query}/api/traces/{trace}", timeout=5) as answer:
            (found,) = json.load(answer)["data"]
        services = {name: process["serviceName"] for name, process in found["processes"].items()}
        return [_span(span, services[span["processID"]]) for span in found["spans"]]


def _span(span: dict[str, Any], service: str) -> dict[str, Any]:
    tags = {tag["key"]: tag["value"] for tag in span["tags"]}
    parents = [ref["spanID"] for ref in span["references"] if ref["refType"] == "CHILD_OF"]
    return {
        "service": service,
        "name": span["operationName"],
        "trace": span["traceID"],
        "span": span["spanID"],
        "parent": parents[0] if parents else "",
        "start": span["startTime"] * 1000,
        "end": (span["startTime"] + span["duration"]) * 1000,
        "status": _STATUS.get(str(tags.get("otel.status_code", "UNSET")), 0),
        "reason": tags.get("otel.status_description", ""),
        "attributes": tags,
        "events": [_event(log) for log in span["logs"]],
        "links": [ref["spanID"] for ref in span["references"] if ref["refType"] == "FOLLOWS_FROM"],
    }


def _event(log: dict[str, Any]) -> dict[str, Any]:
    fields = {field["key"]: field["value"] for field in log["fields"]}
    return {"name": fields.pop("event", ""), **fields}


@contextlib.contextmanager
def jaeger(folder: Path) -> Iterator[Jaeger]:
    """Run Jaeger with its traces in memory; skips the test where it is not on PATH."""
    binary = shutil.which("jaeger") or shutil.which("all-in-one")
    if binary is None:
        pytest.skip("no jaeger on PATH")
    running = Jaeger(f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}")
    about = subprocess.run([binary, "--help"], capture_output=True, text=True, timeout=20, check=False).stdout
    command = [binary, *(_flags(running) if "--collector.otlp" in about else _config(running, folder))]
    log = folder / "jaeger.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            _wait(running, process, log)
            yield running
        finally:
            process.kill()  # there is nothing in memory that it should keep
            process.wait(10)


def _flags(running: Jaeger) -> list[str]:
    """Return the arguments of 1.x."""
    others = (
        "admin.http",
        "collector.grpc-server",
        "collector.http-server",
        "collector.otlp.grpc",
        "query.grpc-server",
    )
    flags = [f"--{name}.host-port=127.0.0.1:{free_port()}" for name in others]
    otlp, query = running.otlp.removeprefix("http://"), running.query.removeprefix("http://")
    return [*flags, f"--collector.otlp.http.host-port={otlp}", f"--query.http-server.host-port={query}"]


def _config(running: Jaeger, folder: Path) -> list[str]:
    """Return the arguments of 2.x, and write its configuration."""
    otlp, query = running.otlp.removeprefix("http://"), running.query.removeprefix("http://")
    config = {
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query"],
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["jaeger_storage_exporter"]}},
            "telemetry": {"metrics": {"level": "none"}},
        },
        "extensions": {
            "jaeger_storage": {"backends": {"kept": {"memory": {"max_traces": 100}}}},
            "jaeger_query": {
                "storage": {"traces": "kept"},
                "http": {"endpoint": query},
                "grpc": {"endpoint": f"127.0.0.1:{free_port()}"},
            },
        },
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": otlp}}}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": "kept"}},
    }
    path = folder / "jaeger.yaml"
    path.write_text(yaml.safe_dump(config))
    return ["--config", str(path)]


def _wait(running: Jaeger, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{running.query}/api/services", timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"jaeger did not start:\n{log.read_text()[-2000:]}")
