"""The spans of turns, and what carries their context."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NoOpTracer, Tracer

from natter_protocol.base import Message
from natter_protocol.errors import ErrorCode, ErrorRaised
from natter_protocol.reply import Outcome, ReplyHeard, ReplyMeasured, ReplyWanted, Step
from natter_protocol.turn import (
    Cause,
    Scope,
    TurnCancel,
    TurnCommitted,
    TurnEager,
    TurnEmpty,
    TurnGranted,
    TurnHold,
    TurnProbability,
    TurnReopened,
    TurnResume,
    TurnStarted,
)
from natter_runtime import logs, names, tracing
from natter_runtime.clock import ManualClock
from natter_runtime.metrics import Metrics
from natter_runtime.state import ReplyState, SessionState, TurnState, TurnStatus
from natter_turn.spans import TurnSpans
from natter_turn.speculations import Speculations
from natter_turn.table import State

STARTED = TurnStarted(turn=1, start_sample=0)
COMMITTED = TurnCommitted(
    turn=1, epoch=7, text="my name is Ada", start_sample=0, end_sample=9, rule="sure", silence_ms=320, probability=0.9
)


class Stage:
    """A call with a traced root, and the spans of its turns."""

    def __init__(self, state: SessionState | None = None, tracer: Tracer | None = None) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = tracer or provider.get_tracer("test")
        self.clock = ManualClock()
        self.call = tracing.of(tracing.start(self.tracer, "call"))
        speculations = Speculations(self.tracer, self.clock, Metrics("turn"))
        self.spans = TurnSpans(self.tracer, self.clock, state or SessionState(trace=self.call), speculations)

    def tell(self, *messages: Message) -> Message:
        """Say them; return the last as it is said."""
        for message in messages:
            said = self.spans.told(message)
        return said

    def done(self) -> Sequence[ReadableSpan]:
        return self.exporter.get_finished_spans()

    def turn(self, number: int = 1) -> ReadableSpan:
        (span,) = [span for span in self.done() if span.name == f"turn {number}"]
        return span


def heard(epoch: int, outcome: Outcome = Outcome.COMPLETED) -> ReplyHeard:
    return ReplyHeard(epoch=epoch, text="", ms=0, outcome=outcome)


def events(span: ReadableSpan) -> list[str]:
    return [event.name for event in span.events]


def parent(span: ReadableSpan) -> str:
    assert span.parent is not None
    return f"{span.parent.span_id:016x}"


def test_a_turn_lasts_from_its_first_sound_to_the_end_of_its_answer() -> None:
    stage = Stage()
    stage.tell(STARTED, COMMITTED)
    assert [span.name for span in stage.done()] == [names.SPAN_ENDPOINTING]
    stage.spans.hear(heard(7))
    turn = stage.turn()
    assert parent(turn) == stage.call.split("-")[2]
    assert turn.attributes is not None
    assert turn.attributes[names.TURN] == 1
    assert turn.attributes[names.RULE] == "sure"
    assert turn.attributes[names.OUTCOME] == "completed"
    assert names.USER_TEXT not in turn.attributes
    assert events(turn) == [names.EVENT_COMMITTED]


def test_all_that_is_said_about_a_turn_carries_its_context() -> None:
    stage = Stage()
    context = stage.tell(STARTED).trace
    assert context.split("-")[1] == stage.call.split("-")[1]
    probability = TurnProbability(turn=1, at_sample=9, speech=0.1, silence_ms=96, last_speech_sample=9)
    for message in (probability, COMMITTED):
        assert stage.tell(message).trace == context
    stage.spans.hear(heard(7))
    late = TurnCancel(turn=1, epoch=7, scope=Scope.ONLY, reason="late")
    assert stage.tell(late).trace == context, "also after its end"
    assert stage.tell(TurnCancel(epoch=7, scope=Scope.ONLY, reason="no_reply")).trace == ""


def test_endpointing_is_a_span_of_its_own_that_reaches_back_to_the_end_of_speech() -> None:
    stage = Stage()
    stage.tell(STARTED, COMMITTED)
    (span,) = stage.done()
    assert span.start_time == pytest.approx((stage.clock.wall() - 0.32) * 1e9, abs=1e6)
    assert span.attributes is not None
    assert span.attributes[names.SILENCE_MS] == 320
    assert span.attributes[names.PROBABILITY] == 0.9


def test_what_happens_to_it_is_noted() -> None:
    stage = Stage()
    stage.tell(
        STARTED,
        TurnEager(turn=1, epoch=6, text="", end_sample=9),
        TurnCancel(turn=1, rev=1, epoch=6, scope=Scope.ONLY, reason="user_went_on"),
        COMMITTED,
        TurnHold(epoch=7, hold=1, ttl_ms=600),
        TurnStarted(turn=2, start_sample=50),
        TurnResume(hold=1),
        TurnHold(epoch=7, hold=2, ttl_ms=600),
        TurnCancel(turn=2, epoch=7, scope=Scope.THROUGH, reason="barge_in:words"),
    )
    stage.spans.hear(heard(7, Outcome.INTERRUPTED))
    assert events(stage.turn()) == ["eager", "cancel", "committed", "hold", "resume", "hold", "cancel"]
    cancel = stage.turn().events[-1]
    assert dict(cancel.attributes or {}) == {
        names.EPOCH: 7,
        names.SCOPE: "through",
        names.REASON: "barge_in:words",
    }


def test_a_turn_that_is_reopened_goes_on_in_the_same_span() -> None:
    stage = Stage()
    stage.tell(STARTED, COMMITTED, TurnReopened(turn=1, rev=1, epoch=7, start_sample=20))
    stage.spans.hear(heard(7, Outcome.UNHEARD))
    stage.tell(TurnCommitted(turn=1, rev=1, epoch=8, text="", start_sample=0, end_sample=30))
    stage.spans.hear(heard(8))
    assert events(stage.turn()) == ["committed", "reopened", "committed"]


def test_what_was_begun_ahead_is_counted_on_the_turn_and_its_decision_linked_to_what_was_given_up() -> None:
    stage = Stage()
    stage.tell(
        STARTED,
        TurnEager(turn=1, epoch=5, text="", end_sample=9),
        TurnCancel(turn=1, rev=1, epoch=5, scope=Scope.ONLY, reason="user_went_on"),
        TurnEager(turn=1, rev=1, epoch=7, text="", end_sample=9),
    )
    stage.clock.advance(0.2)
    said = stage.tell(COMMITTED)
    assert isinstance(said, TurnCommitted)
    assert (said.speculations, said.ahead_ms) == (2, pytest.approx(200.0))
    given_up, kept, decision = stage.done()
    assert [given_up.name, kept.name] == [names.SPAN_SPECULATION] * 2
    assert [link.context.span_id for link in decision.links] == [given_up.context.span_id]
    stage.spans.hear(heard(7))
    turn = stage.turn().attributes
    assert turn is not None
    assert (turn[names.SPECULATIONS], turn[names.AHEAD_MS]) == (2, pytest.approx(200.0))


def test_turns_do_not_share_a_span_and_news_of_other_replies_end_nothing() -> None:
    stage = Stage()
    one = stage.tell(STARTED).trace
    stage.tell(COMMITTED)
    assert stage.tell(TurnStarted(turn=2, start_sample=50)).trace != one
    stage.spans.hear(heard(5))
    stage.spans.hear(STARTED)
    assert [span.name for span in stage.done()] == [names.SPAN_ENDPOINTING]
    stage.spans.hear(heard(7))
    assert stage.turn().attributes


def test_a_turn_that_came_to_nothing_says_why() -> None:
    stage = Stage()
    stage.tell(STARTED, TurnEmpty(turn=1, reason="no_words", end_sample=9))
    (event,) = stage.turn().events
    assert (event.name, dict(event.attributes or {})) == ("empty", {names.REASON: "no_words"})


def test_what_fails_says_why() -> None:
    stage = Stage()
    stage.tell(STARTED, COMMITTED)
    stage.spans.hear(ErrorRaised(turn=1, epoch=7, code=ErrorCode.ENGINE_FAILED, message="llm: no answer"))
    stage.spans.hear(heard(7))
    assert stage.turn().status.description == "llm: no answer"


def test_the_ledger_is_on_the_turn() -> None:
    stage = Stage()
    stage.tell(STARTED, COMMITTED)
    steps = (Step("decision", "turn", 320.0), Step("first_token", "llm", 90.5))
    stage.spans.hear(ReplyMeasured(turn=1, epoch=7, total_ms=500.0, steps=steps, unaccounted_ms=12.0))
    stage.spans.hear(heard(7))
    attributes = stage.turn().attributes
    assert attributes is not None
    assert attributes["natter.ledger.first_token_ms"] == 90.5
    assert attributes[names.LEDGER_TOTAL] == 500.0
    assert attributes[names.LEDGER_UNACCOUNTED] == 12.0


def test_the_reply_to_a_tools_result_belongs_to_the_turn_that_asked_for_it() -> None:
    stage = Stage()
    context = stage.tell(STARTED).trace
    stage.tell(COMMITTED)
    stage.spans.hear(heard(7))
    stage.spans.hear(ReplyWanted(turn=1, epoch=7, cause=Cause.TOOL_RESULT, request="r1"))
    assert stage.tell(TurnGranted(epoch=8, cause=Cause.TOOL_RESULT, request="r1")).trace == context
    assert stage.tell(TurnGranted(epoch=9, cause=Cause.GREETING, request="r2")).trace == ""


def test_what_was_said_is_there_only_where_it_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "shows_text", lambda: True)
    stage = Stage()
    stage.tell(STARTED, COMMITTED)
    stage.spans.hear(heard(7))
    attributes = stage.turn().attributes
    assert attributes is not None
    assert attributes[names.USER_TEXT] == "my name is Ada"


def test_at_the_end_of_the_session_everything_ends() -> None:
    stage = Stage()
    stage.tell(STARTED)
    stage.spans.close(over=True)
    assert stage.turn()


def test_a_successor_goes_on_with_what_is_open_and_nobody_tells_of_it_twice() -> None:
    first = Stage()
    context = first.tell(STARTED).trace
    first.spans.close(over=False)
    assert first.done() == ()
    turns = {
        1: TurnState(1, status=TurnStatus.COMMITTED, epoch=7, start_sample=16_000, trace=context),
        2: TurnState(2, status=TurnStatus.EMPTY, trace=f"00-{'ab' * 16}-{'01' * 8}-01"),
        3: TurnState(3, status=TurnStatus.COMMITTED, epoch=8, trace=f"00-{'ab' * 16}-{'02' * 8}-01"),
    }
    replies = {7: ReplyState(7), 8: ReplyState(8, outcome=Outcome.COMPLETED)}
    state = SessionState(trace=first.call, opened_at=1_700_000_000.0, turns=turns, replies=replies)
    second = Stage(state)
    late = TurnProbability(turn=3, at_sample=9, speech=0.1, silence_ms=96, last_speech_sample=9)
    assert second.tell(late).trace == turns[3].trace
    second.spans.hear(heard(7))
    second.spans.close(over=True)
    (turn,) = second.done()
    assert turn.name == "turn 1"
    assert turn.start_time == 1_700_000_001_000_000_000
    assert parent(turn) == first.call.split("-")[2]


def test_how_long_the_decision_took_is_told_and_how_much_of_it_was_waiting() -> None:
    stage = Stage()
    stage.tell(STARTED)
    for window in range(1, 11):
        stage.spans.heard(512 * window)
        stage.clock.advance(0.032)
    eager = stage.tell(TurnEager(turn=1, epoch=6, text="", end_sample=1024))
    assert isinstance(eager, TurnEager)
    assert eager.decided_ms == pytest.approx(9 * 32.0)
    stage.spans.stands(State.CLOSING)
    stage.clock.advance(0.5)
    stage.spans.stands(State.SPEAKING)  # the user went on: no end was waited for
    stage.clock.advance(-0.5)
    stage.spans.stands(State.PAUSED)
    stage.spans.stands(State.CLOSING)
    stage.clock.advance(0.08)
    stage.spans.stands(State.CLOSING)
    stage.spans.stands(State.ANSWERING)
    said = stage.tell(TurnCommitted(turn=1, epoch=7, text="", start_sample=0, end_sample=1024))
    assert isinstance(said, TurnCommitted)
    assert said.decided_ms == pytest.approx(9 * 32.0 + 80.0)
    assert said.final_wait_ms == pytest.approx(80.0)
    again = stage.tell(TurnCommitted(turn=2, epoch=8, text="", start_sample=0, end_sample=5120))
    assert isinstance(again, TurnCommitted)
    assert (again.decided_ms, again.final_wait_ms) == (pytest.approx(32.0 + 80.0), 0.0)
    unknown = stage.tell(TurnCommitted(turn=3, epoch=9, text="", start_sample=0, end_sample=9))
    assert isinstance(unknown, TurnCommitted)
    assert unknown.decided_ms == 0.0


def test_without_a_tracer_nothing_is_kept() -> None:
    stage = Stage(SessionState(), NoOpTracer())
    assert stage.tell(STARTED).trace == ""
    assert stage.tell(COMMITTED).trace == ""
    stage.spans.hear(heard(7))
    stage.spans.close(over=True)
