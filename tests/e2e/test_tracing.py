"""One call is one trace, through all five services; and its ledger is what the caller waited."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import time
from pathlib import Path

import pytest

from tests.support import corpus, e2e_stack, otlp_sink
from tests.support.e2e_caller import Caller, call
from tests.support.e2e_conversation import SESSION, TOOLS, converse, deviations_ms
from tests.support.e2e_stack import stack, talk
from tests.support.jaeger import jaeger
from tests.support.traces import Spans, check_a_turn, check_one_trace, made_in_the_end, names_of, of

pytestmark = [pytest.mark.models, pytest.mark.nats]

MARGIN_MS = 25.0


@pytest.fixture(autouse=True)
def needs() -> None:
    e2e_stack.need_models()
    if shutil.which("nats-server") is None:
        pytest.skip("no nats-server on PATH")


def conversation(url: str) -> Caller:
    """Have the call of the issue; return the caller."""

    async def have() -> Caller:
        async with call(url, SESSION, **TOOLS) as caller:
            await converse(caller)
        return caller

    return asyncio.run(have())


def check(spans: Spans, caller: Caller) -> None:
    """Fail unless the trace shows what happened in the call."""
    check_one_trace(spans)
    turns = of(spans, "turn")
    assert [turn["name"] for turn in turns] == ["turn 1", "turn 2", "turn 3", "turn 4"]
    for turn in turns:
        check_a_turn(spans, turn)
    (tool,) = of(spans, "tool")
    assert (tool["name"], tool["parent"]) == ("tool gold_ring", turns[1]["span"])
    told = made_in_the_end(span for span in spans if span["parent"] == turns[1]["span"])
    assert [span["attributes"]["natter.reply.cause"] for span in told] == ["user", "tool_result"]
    happened = [name for name in names_of(turns[2]["events"]) if name != "eager"]
    assert happened[happened.index("committed") :] == ["committed", "hold", "cancel"]
    cut = [span for span in of(spans, "playout") if span["parent"] == turns[2]["span"]]
    assert cut[0]["attributes"]["natter.reply.outcome"] == "interrupted"
    assert {event["name"] for event in cut[0]["events"]} >= {"hold", "cancel"}
    totals = [event["total_ms"] for event in caller.of("turn.metrics")]
    assert [turn["attributes"]["natter.ledger.total_ms"] for turn in turns] == pytest.approx(totals, abs=0.1)
    texts = [event["text"] for event in (*caller.of("transcript.user"), *caller.of("transcript.agent"))]
    assert not any(text in str(span) for span in spans for text in texts), "what was said is nobody's business here"


def test_a_call_is_one_trace_and_its_ledger_is_what_the_caller_waited(tmp_path: Path) -> None:
    with otlp_sink.sink() as url:
        with stack(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=url) as ws:
            caller = conversation(ws)
            time.sleep(1.5)
        check(list(otlp_sink.SPANS), caller)
    # A machine that is busy with other things delays the caller's own audio too: the typical turn counts.
    assert abs(statistics.median(deviations_ms(caller))) < MARGIN_MS


def test_the_trace_can_be_read_back_from_jaeger(tmp_path: Path) -> None:
    with jaeger(tmp_path) as running, otlp_sink.sink():
        with stack(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=running.otlp) as ws:
            caller = conversation(ws)
            time.sleep(1.5)
        log = (tmp_path / "up.log").read_text()
        trace = next(part for part in log.split() if part.startswith("trace=")).removeprefix("trace=")
        check(running.spans(trace), caller)


def test_a_collector_that_is_down_does_not_stop_a_call(tmp_path: Path) -> None:
    with stack(tmp_path, "--in-process", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9") as ws:
        answered = talk(ws, corpus.need("osr_03.wav").path, tmp_path)
    assert "Captain Morgan" in answered.of("transcript.agent")[0]["text"]
