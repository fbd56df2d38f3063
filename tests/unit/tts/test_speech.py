from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from opentelemetry.trace import NonRecordingSpan, NoOpTracer, Span, SpanContext, TraceFlags

from natter_protocol.settings import AudioFormat, OutputSettings, SessionSettings
from natter_runtime import names
from natter_runtime.errors import EngineError
from natter_tts.engine import Chunk, EngineInfo
from natter_tts.engines.tone import RATE, Tone
from tests.support.tts_stage import Stage

AT_16K = SessionSettings(output=OutputSettings(format=AudioFormat(rate=RATE)))


class Scripted:
    """Does in each call what the next entry of its script says; then it is a tone."""

    def __init__(self, *script: str, streams: bool = True) -> None:
        self.info = EngineInfo("scripted", "", RATE, ("en",), ("tone",), "tone", streams, True)
        self.script = list(script)
        self.said: list[str] = []
        self.stopped = threading.Event()

    def synthesize(self, text: str, voice: str, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        self.said.append(text)
        what = self.script.pop(0) if self.script else "speak"
        if what == "raise":
            raise RuntimeError("the model is broken")
        if what == "hang":
            while not cancelled():
                threading.Event().wait(0.005)
            self.stopped.set()
            return
        if what == "silence":
            yield Chunk(np.zeros(RATE, np.int16))
            return
        chunks = list(Tone().synthesize(text, voice, lambda: False))
        yield from chunks[:1] if what == "break" else chunks
        if what == "break":
            raise EngineError("lost its voice")


async def test_a_call_that_fails_is_made_once_more() -> None:
    async with Stage(Scripted("raise"), AT_16K) as stage:
        await stage.finished("Hello there.")
        await stage.ended()
    assert stage.failures == []
    assert stage.text() == "Hello there."


async def test_an_engine_that_keeps_failing_ends_the_reply_and_nothing_else() -> None:
    engine = Scripted("raise", "raise")
    async with Stage(engine, AT_16K) as stage:
        await stage.finished("Hello there.")
        await stage.ended()
        assert [failure.epoch for failure in stage.failures] == [1]
        assert "the model is broken" in stage.failures[0].message
        await stage.finished("Again.", epoch=2)
        await stage.ended(2)
    assert stage.text(2) == "Again."


async def test_an_engine_that_gives_no_audio_in_time_is_stopped_and_asked_again() -> None:
    engine = Scripted("hang")
    async with Stage(engine, AT_16K, patience_s=0.1) as stage:
        await stage.finished("Hello there.")
        await stage.ended()
        assert engine.stopped.wait(1)
    assert engine.said == ["Hello there.", "Hello there."]
    assert stage.text() == "Hello there."


async def test_what_was_heard_is_not_said_twice_when_the_engine_breaks_off() -> None:
    async with Stage(Scripted("break"), AT_16K) as stage:
        await stage.finished("alpha beta gamma.")
        await stage.ended()
    assert len(stage.failures) == 1
    assert 0 < len(stage.samples()) <= 0.3 * RATE


async def test_a_cancel_stops_the_engine() -> None:
    engine = Scripted("hang")
    async with Stage(engine, AT_16K) as stage:
        await stage.delta("Hello there, my friend. And")
        await stage.until(lambda: True)
        await stage.quiet(0.03)
        await stage.cancel()
        await stage.quiet(0.03)
        assert engine.stopped.wait(1)


async def test_an_engine_that_does_not_stream_gives_exact_times_at_once() -> None:
    async with Stage(Scripted(streams=False), AT_16K) as stage:
        await stage.finished("alpha beta gamma.")
        await stage.ended()
    assert [segment.exact for segment in stage.segments] == [True]


async def test_a_segment_that_makes_no_sound_is_told_all_the_same() -> None:
    async with Stage(Scripted("silence"), AT_16K) as stage:
        await stage.finished("mm.")
        await stage.ended()
    assert stage.text() == "mm."
    assert len(stage.samples()) == 0


async def test_a_piece_that_breaks_off_sounds_unfinished() -> None:
    engine = Scripted()
    async with Stage(engine, AT_16K) as stage:
        await stage.delta("one two three four five six seven eight nine ten eleven")
        await stage.until(lambda: bool(stage.frames))
        await stage.finished("one two three four five six seven eight nine ten eleven")
        await stage.ended()
    assert engine.said[0] == "one two three four five six seven eight,"
    assert engine.said[-1].endswith("eleven")


async def test_later_segments_are_larger() -> None:
    sentence = "One two three four five six seven eight nine. "
    engine = Scripted()
    async with Stage(engine, AT_16K) as stage:
        await stage.finished(sentence * 6)
        await stage.progress(heard=0, credit=100 * RATE)
        await stage.ended()
    assert engine.said[0].count(".") == 1
    assert max(said.count(".") for said in engine.said) > 2


class Recorder(NoOpTracer):
    """Keeps the attributes of spans."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, dict[str, object]]] = []

    def start_span(self, name: str, *args: object, attributes: dict[str, object], **more: object) -> Span:  # type: ignore[override]
        kept = dict(attributes)
        self.spans.append((name, kept))

        class Recorded(NonRecordingSpan):
            def set_attribute(self, key: str, value: object) -> None:
                kept[key] = value

        return Recorded(SpanContext(1, 1, is_remote=False, trace_flags=TraceFlags(0)))


async def test_one_span_per_reply() -> None:
    tracer = Recorder()
    async with Stage(Tone(), AT_16K, tracer=tracer) as stage:
        await stage.finished("One two three. Four five six.")
        await stage.ended()
        await stage.quiet(0.02)
    ((name, attributes),) = tracer.spans
    assert name == names.SPAN_SYNTHESIZE
    assert attributes[names.ENGINE] == "tone"
    assert attributes[names.EPOCH] == 1
    assert attributes[names.AUDIO_MS] == pytest.approx(6 * 300 + 300, abs=60)
    assert names.FIRST_AUDIO_MS in attributes
