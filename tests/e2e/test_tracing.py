"""One call is one trace, through all five services."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.support import corpus, e2e_stack, otlp_sink
from tests.support.e2e_stack import stack, talk
from tests.support.traces import check_one_trace

pytestmark = [pytest.mark.models, pytest.mark.nats]


def test_a_call_is_one_trace(tmp_path: Path) -> None:
    e2e_stack.need_models()
    if shutil.which("nats-server") is None:
        pytest.skip("no nats-server on PATH")
    question = corpus.need("osr_03.wav").path
    with otlp_sink.sink() as url:
        with stack(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=url) as ws:
            talk(ws, question, tmp_path)
            time.sleep(1.5)
        check_one_trace(list(otlp_sink.SPANS))
