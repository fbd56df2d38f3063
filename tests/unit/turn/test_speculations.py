"""Answers that are begun ahead: each is counted, timed and traced, whatever becomes of it."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NoOpTracer, Tracer

from natter_protocol.turn import Scope, TurnCancel, TurnCommitted, TurnEager
from natter_runtime import names, tracing
from natter_runtime.clock import ManualClock
from natter_runtime.metrics import Metrics
from natter_turn.speculations import Speculations

COUNTED = "natter_speculations_total"


class Bench:
    """Speculations, with a clock and a place for their spans."""

    def __init__(self, tracer: Tracer | None = None) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        tracer = tracer or provider.get_tracer("test")
        self.clock, self.metrics = ManualClock(), Metrics("turn")
        self.turn = tracing.start(tracer, "turn 1")
        self.speculations = Speculations(tracer, self.clock, self.metrics)

    def begin(self, epoch: int, turn: int = 1) -> None:
        eager = TurnEager(turn=turn, rev=2, epoch=epoch, text="", end_sample=9)
        self.speculations.begin(eager, tracing.of(self.turn))

    def commit(self, epoch: int, turn: int = 1) -> float:
        return self.speculations.commit(TurnCommitted(turn=turn, epoch=epoch, text="", start_sample=0, end_sample=9))

    def cancel(self, epoch: int, scope: Scope = Scope.ONLY, reason: str = "user_went_on") -> None:
        self.speculations.cancel(TurnCancel(turn=1, epoch=epoch, scope=scope, reason=reason))

    def counted(self, result: str, reason: str = "") -> float:
        labels = {"service": "turn", "result": result, "reason": reason}
        return self.metrics.registry.get_sample_value(COUNTED, labels) or 0.0

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())


def test_one_that_is_kept_says_how_far_ahead_it_was() -> None:
    bench = Bench()
    bench.begin(1)
    bench.clock.advance(0.25)
    assert bench.commit(1) == pytest.approx(250.0)
    assert (bench.counted("begun"), bench.counted("kept")) == (1, 1)
    (span,) = bench.spans
    assert span.name == names.SPAN_SPECULATION
    assert span.parent is not None
    assert span.parent.span_id == bench.turn.get_span_context().span_id
    assert span.attributes is not None
    assert (span.attributes[names.EPOCH], span.attributes[names.KEPT]) == (1, True)
    assert bench.speculations.discarded(1) == ()


def test_one_that_is_given_up_says_why_and_is_remembered_with_its_turn() -> None:
    bench = Bench()
    bench.begin(1)
    bench.cancel(1)
    bench.begin(2)
    bench.cancel(2, reason="other_words")
    assert bench.commit(3) == 0.0
    assert bench.counted("begun") == 2
    assert (bench.counted("discarded", "user_went_on"), bench.counted("discarded", "other_words")) == (1, 1)
    assert [(span.attributes or {})[names.REASON] for span in bench.spans] == ["user_went_on", "other_words"]
    assert bench.speculations.begun(1) == 2
    ids = [f"{span.context.span_id:016x}" for span in bench.spans]
    assert [trace.split("-")[2] for trace in bench.speculations.discarded(1)] == ids
    assert (bench.speculations.begun(2), bench.speculations.discarded(2)) == (0, ())


def test_an_interruption_gives_up_all_before_it() -> None:
    bench = Bench()
    bench.begin(4)
    bench.cancel(3, Scope.THROUGH)
    assert bench.counted("discarded", "user_went_on") == 0
    bench.cancel(5, Scope.THROUGH, "barge_in:words")
    assert bench.counted("discarded", "barge_in:words") == 1


def test_other_replies_are_not_its_business() -> None:
    bench = Bench()
    bench.begin(4)
    bench.cancel(3)
    assert bench.commit(9, turn=2) == 0.0
    assert bench.spans == []


def test_what_is_open_at_the_end_was_begun_in_vain() -> None:
    bench = Bench()
    bench.begin(1)
    bench.speculations.close()
    bench.speculations.close()
    assert bench.counted("discarded", "left") == 1


def test_of_long_ago_nothing_is_kept() -> None:
    bench = Bench()
    for turn in range(1, 20):
        bench.begin(turn, turn)
        bench.cancel(turn)
    assert bench.speculations.begun(1) == 0
    assert bench.speculations.begun(19) == 1


def test_without_a_tracer_they_are_counted_all_the_same() -> None:
    bench = Bench(NoOpTracer())
    bench.begin(1)
    bench.cancel(1)
    bench.begin(2)
    bench.commit(2)
    assert (bench.counted("begun"), bench.counted("kept"), bench.counted("discarded", "user_went_on")) == (2, 1, 1)
    assert bench.speculations.discarded(1) == ()
