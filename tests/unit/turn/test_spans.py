"""One span per turn, from its first sound to the end of its answer."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from natter_protocol.base import Message
from natter_protocol.reply import Outcome, ReplyHeard
from natter_protocol.turn import Cause, TurnCancel, TurnCommitted, TurnEmpty, TurnGranted, TurnReopened, TurnStarted
from natter_runtime import names, tracing
from natter_turn.spans import TurnSpans

CALL = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Trace:
    """What was told, and the spans that have ended."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.spans = TurnSpans(provider.get_tracer("test"), CALL)

    @property
    def ended(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())


def started(turn: int = 1) -> TurnStarted:
    return TurnStarted(turn=turn, start_sample=0)


def committed(turn: int = 1, rev: int = 0, epoch: int = 1) -> TurnCommitted:
    return TurnCommitted(
        turn=turn, rev=rev, epoch=epoch, text="Hi.", start_sample=0, end_sample=9, rule="sure", silence_ms=320
    )


def heard(epoch: int = 1, outcome: Outcome = Outcome.COMPLETED) -> ReplyHeard:
    return ReplyHeard(epoch=epoch, text="", ms=0, outcome=outcome)


def reopened(rev: int, epoch: int) -> TurnReopened:
    return TurnReopened(turn=1, rev=rev, epoch=epoch, start_sample=9)


def test_a_turn_lasts_until_its_answer_was_heard() -> None:
    trace = Trace()
    first = trace.spans.told(started())
    last = trace.spans.told(committed())
    assert trace.ended == []
    trace.spans.hear(heard())
    (span,) = trace.ended
    assert span.name == names.SPAN_TURN
    assert span.parent is not None
    assert f"{span.parent.trace_id:032x}-{span.parent.span_id:016x}" in CALL
    assert first.trace == last.trace
    assert f"-{span.context.span_id:016x}-" in first.trace
    assert span.attributes is not None
    assert (span.attributes[names.TURN], span.attributes[names.RULE]) == (1, "sure")
    assert (span.attributes[names.SILENCE_MS], span.attributes[names.REV]) == (320, 0)
    assert [event.name for event in span.events] == ["committed"]


def test_a_turn_that_came_to_nothing_ends_there() -> None:
    trace = Trace()
    trace.spans.told(started())
    told = trace.spans.told(TurnEmpty(turn=1, reason="no_words", end_sample=9))
    (span,) = trace.ended
    assert f"-{span.context.span_id:016x}-" in told.trace
    assert [(event.name, dict(event.attributes or {})) for event in span.events] == [("empty", {"reason": "no_words"})]


def test_a_turn_that_is_gone_on_with_stays_one_turn() -> None:
    """The end of the answer that nobody heard is not the end of the turn."""
    trace = Trace()
    first = trace.spans.told(started())
    trace.spans.told(committed(epoch=1))
    trace.spans.told(reopened(rev=1, epoch=1))
    trace.spans.hear(heard(1, Outcome.UNHEARD))
    assert trace.ended == []
    assert trace.spans.told(committed(rev=1, epoch=2)).trace == first.trace
    trace.spans.hear(heard(2))
    (span,) = trace.ended
    assert [event.name for event in span.events] == ["committed", "reopened", "committed"]


def test_turns_do_not_share_a_span() -> None:
    trace = Trace()
    one = trace.spans.told(started(1))
    trace.spans.told(committed(1, epoch=1))
    two = trace.spans.told(started(2))
    assert one.trace != two.trace
    trace.spans.hear(heard(1))
    assert [span.attributes and span.attributes[names.TURN] for span in trace.ended] == [1]


@pytest.mark.parametrize(
    "message",
    [
        TurnGranted(epoch=1, cause=Cause.GREETING),
        TurnCancel(turn=1, epoch=1, scope="only", reason="x"),
        committed(turn=7),
    ],
)
def test_what_belongs_to_no_turn_that_is_known_is_said_as_it_is(message: Message) -> None:
    trace = Trace()
    trace.spans.told(started(1))
    assert trace.spans.told(message) is message


def test_news_of_other_replies_ends_nothing() -> None:
    trace = Trace()
    trace.spans.told(started())
    trace.spans.hear(heard(5))
    trace.spans.hear(started())
    assert trace.ended == []


def test_at_the_end_of_the_session_every_turn_ends() -> None:
    trace = Trace()
    trace.spans.told(started(1))
    trace.spans.told(started(2))
    trace.spans.close()
    trace.spans.close()
    assert len(trace.ended) == 2


def test_without_a_tracer_it_costs_nothing_and_says_the_same() -> None:
    spans = TurnSpans(tracing.trace.NoOpTracer())
    told = spans.told(started())
    assert told == started()
