"""The worker on the memory bus, with the scripted engine."""

from __future__ import annotations

import asyncio
import threading

import pytest

from natter_protocol.errors import ErrorCode
from natter_protocol.settings import InputSettings, TranscriptionMode
from natter_protocol.stt import SttFinal, SttPartial
from natter_runtime import names, tracing
from natter_stt.config import SttConfig
from natter_stt.engine import EngineInfo, Hypothesis, Passage, StreamOptions
from tests.support.stt_audio import MS
from tests.support.stt_call import Call, speak
from tests.support.stt_engines import GREETING, Watched, told


async def test_a_turn_becomes_partials_and_a_final() -> None:
    async with Call(GREETING) as call:
        await speak(call, 1200)
        await call.start(1000)
        for until_ms in range(1300, 2300, 100):
            await speak(call, until_ms)
            await asyncio.sleep(0.01)
        await speak(call, 2400)
        await call.silence(128, after_ms=2200)
        final = await call.next(SttFinal)
        assert (final.turn, final.rev) == (1, 0)
        assert final.text == "Hello there my friend."
        assert (final.start_sample, final.end_sample) == (1000 * MS, 2200 * MS)
        assert (final.confidence, final.ends_sentence) == (1.0, 1.0)
        assert final.decode_ms > 0
        partials = [partial.text for partial in call.all(SttPartial)]
        assert len(partials) >= 2
        assert all("Hello there my friend".startswith(text) for text in partials)
        assert partials == sorted(partials, key=len)
        assert all(partial.end_sample <= call.position for partial in call.all(SttPartial))


async def test_a_partial_says_whether_a_sentence_would_end_there() -> None:
    async with Call(told((1000, "Hello there. My friend"))) as call:
        await speak(call, 1640)
        await call.start(1000)
        await speak(call, 1660)
        first = await call.next(SttPartial)
        await speak(call, 2300)
        later = await call.next(SttPartial, 1)
        assert (first.text, first.confidence, first.ends_sentence) == ("Hello there", 1.0, 1.0)
        assert later.text.startswith("Hello there. My")
        assert (later.confidence, later.ends_sentence) == (1.0, 0.0)


async def test_a_partial_without_words_has_no_evidence() -> None:
    async with Call(told((5000, "Late."))) as call:
        await speak(call, 1500)
        await call.start(1000)
        await speak(call, 1520)
        partial = await call.next(SttPartial)
        assert (partial.text, partial.confidence, partial.ends_sentence) == ("", None, None)


async def test_numbers_are_written_as_people_write_them() -> None:
    async with Call(told((1000, "my number is five five five zero one four two"))) as call:
        await speak(call, 2400)
        await call.start(1000)
        await speak(call, 2840)
        await call.next(SttPartial)
        await speak(call, 4400)
        await call.silence(128, after_ms=4150)
        assert await call.texts(1) == ["my number is 5550142"]
        shown = [partial.text for partial in call.all(SttPartial)]
        assert all("my number is 5550142".startswith(text) or text == "my number is five" for text in shown)


async def test_numbers_are_left_as_they_are_heard_if_that_is_wanted() -> None:
    async with Call(told((1000, "at ten thirty a m")), SttConfig(text="spoken")) as call:
        await speak(call, 2400)
        await call.start(1000)
        await speak(call, 2900)
        await call.silence(128, after_ms=2600)
        assert await call.texts(1) == ["at ten thirty a m"]


async def test_audio_before_the_onset_is_heard() -> None:
    engine = Watched(GREETING)
    async with Call(engine) as call:
        await speak(call, 1400)
        await call.start(1000)
        await speak(call, 1500)
        await call.next(SttPartial)
        assert engine.asked[0][0] == 600 * MS


async def test_nothing_is_decoded_while_nobody_has_the_turn() -> None:
    engine = Watched(GREETING)
    async with Call(engine) as call:
        await speak(call, 3000)
        assert engine.asked == []
        assert call.said == []


async def test_a_final_hears_a_tail_of_silence_and_starts_from_the_last_partial() -> None:
    engine = Watched(GREETING)
    async with Call(engine) as call:
        await speak(call, 2000)
        await call.start(1000)
        await speak(call, 2020)
        await call.next(SttPartial)
        await speak(call, 2300)
        await call.silence(96, after_ms=2200)
        await speak(call, 2480)
        await call.silence(256, after_ms=2200)
        await call.next(SttFinal)
        assert engine.asked[-1] == (600 * MS, 2400 * MS, "Hello there my")


async def test_accuracy_above_all_does_without_drafts() -> None:
    engine = Watched(GREETING)
    async with Call(engine) as call:
        await call.configure(InputSettings(mode=TranscriptionMode.MAX_ACCURACY))
        await speak(call, 2000)
        await call.start(1000)
        await speak(call, 2600)
        await call.next(SttPartial)
        await call.silence(400, after_ms=2200)
        await call.next(SttFinal)
        assert engine.asked[-1][2] == ""


async def test_a_pause_brings_one_final_however_often_it_is_told_of() -> None:
    async with Call(GREETING) as call:
        await speak(call, 2600)
        await call.start(1000)
        for ms in range(96, 400, 32):
            await call.silence(ms, after_ms=2200)
        await call.next(SttFinal)
        await asyncio.sleep(0.05)
        assert len(call.all(SttFinal)) == 1


async def test_a_final_waits_for_its_audio() -> None:
    async with Call(GREETING) as call:
        await speak(call, 2100)
        await call.start(1000)
        await call.silence(128, after_ms=2200)
        await asyncio.sleep(0.02)
        assert call.all(SttFinal) == []
        await speak(call, 2340)
        assert await call.texts(1) == ["Hello there my friend."]


async def test_who_goes_on_after_a_pause_gets_another_final() -> None:
    async with Call(told((1000, "Hello there"), (2200, "my friend."))) as call:
        await speak(call, 1900)
        await call.start(1000)
        await call.silence(128, after_ms=1600)
        await call.next(SttFinal)
        await speak(call, 3000)
        await call.silence(128, after_ms=2800, rev=1)
        assert await call.texts(2) == ["Hello there", "Hello there my friend."]
        first, second = call.all(SttFinal)
        assert (first.rev, second.rev) == (0, 1)
        assert second.start_sample == first.start_sample


async def test_partials_go_on_after_a_pause_though_nobody_says_that_it_is_over() -> None:
    async with Call(told((1000, "Hello there"), (2200, "my friend."))) as call:
        await speak(call, 1900)
        await call.start(1000)
        await call.silence(128, after_ms=1600)
        await call.next(SttFinal)
        before = len(call.all(SttPartial))
        await speak(call, 2900)
        assert (await call.next(SttPartial, before)).text.startswith("Hello there")


async def test_a_final_takes_the_place_of_a_partial() -> None:
    engine = Watched(GREETING)
    engine.gate = threading.Event()
    async with Call(engine) as call:
        await speak(call, 2400)
        await call.start(1000)
        await speak(call, 2420)
        await call.silence(128, after_ms=2200)
        engine.gate.set()
        assert await call.texts(1) == ["Hello there my friend."]
        assert call.all(SttPartial) == []


async def test_a_closed_turn_is_silent_and_the_next_one_begins_behind_it() -> None:
    engine = Watched(told((1000, "Hello."), (1700, "Again.")))
    async with Call(engine) as call:
        await speak(call, 1600)
        await call.start(1000)
        await call.silence(128, after_ms=1300)
        await call.next(SttFinal)
        await call.commit(1300)
        asked = len(engine.asked)
        await speak(call, 1660)
        assert len(engine.asked) == asked
        await call.start(1600, turn=2)
        await speak(call, 2300)
        await call.silence(160, after_ms=2000, turn=2)
        final = await call.next(SttFinal, 1)
        assert (final.turn, final.text) == (2, "Again.")
        assert engine.asked[-1][0] == 1300 * MS


async def test_a_turn_that_came_to_nothing_is_closed() -> None:
    engine = Watched(GREETING)
    async with Call(engine) as call:
        await speak(call, 1500)
        await call.start(1000)
        await call.drop(1200)
        asked = len(engine.asked)
        await speak(call, 3000)
        assert len(engine.asked) == asked


async def test_a_commit_of_an_older_revision_closes_nothing() -> None:
    async with Call(GREETING) as call:
        await speak(call, 1500)
        await call.start(1000)
        await call.silence(32, after_ms=1400, rev=1)
        await call.commit(1400, rev=0)
        await speak(call, 2400)
        await call.silence(128, after_ms=2200, rev=1)
        assert await call.texts(1) == ["Hello there my friend."]


async def test_a_reopened_turn_is_one_utterance_with_one_text() -> None:
    async with Call(told((1000, "I would like"), (3000, "a table."))) as call:
        await speak(call, 2200)
        await call.start(1000)
        await call.silence(128, after_ms=1900)
        await call.next(SttFinal)
        await call.commit(1900)
        await speak(call, 3100)
        await call.reopen(3000, rev=1)
        await speak(call, 3900)
        await call.silence(160, after_ms=3600, rev=1)
        final = await call.next(SttFinal, 1)
        assert (final.turn, final.rev) == (1, 1)
        assert final.text == "I would like a table."
        assert final.start_sample == 1000 * MS


LONG = " ".join(f"word{index}" for index in range(140))


async def test_a_long_turn_loses_no_word() -> None:
    engine = Watched(told((1000, LONG)))
    async with Call(engine) as call:
        await speak(call, 1200)
        await call.start(1000)
        for until_ms in range(2000, 44_000, 1000):
            await speak(call, until_ms)
            await asyncio.sleep(0.002)
        await speak(call, 43_200)
        await call.silence(128, after_ms=43_000)
        assert await call.texts(1) == [LONG]
        assert max(end - first for first, end, _ in engine.asked) <= 15_000 * MS
        shown = [partial.text for partial in call.all(SttPartial)]
        assert all(LONG.startswith(text) for text in shown)


async def test_a_long_turn_that_was_not_decoded_before_its_end_loses_no_word() -> None:
    engine = Watched(told((1000, LONG)))
    engine.gate = threading.Event()
    async with Call(engine) as call:
        await speak(call, 1200)
        await call.start(1000)
        await speak(call, 43_200)
        await call.silence(128, after_ms=43_000)
        engine.gate.set()
        assert await call.texts(1) == [LONG]
        assert max(end - first for first, end, _ in engine.asked) <= 15_000 * MS


async def test_a_long_pause_in_a_long_turn_is_decoded_once() -> None:
    engine = Watched(told((1000, " ".join(["first"] * 30)), (11_000, "and second.")))
    async with Call(engine) as call:
        await speak(call, 1200)
        await call.start(1000)
        await speak(call, 10_300)
        await call.silence(128, after_ms=10_000)
        await call.next(SttFinal)
        await speak(call, 10_600)
        await call.silence(576, after_ms=10_000)
        await speak(call, 12_000)
        await call.silence(200, after_ms=11_600)
        assert (await call.texts(2))[1] == " ".join(["first"] * 30) + " and second."
        assert engine.asked[-1][0] == 10_100 * MS


async def test_settings_change_while_the_session_runs() -> None:
    engine = Watched(GREETING)
    async with Call(engine) as call:
        await call.configure(InputSettings(keyterms=("Anneliese",), prompt="A bakery.", languages=("en-GB",)))
        await call.configure(InputSettings(keyterms=("Anneliese",), prompt="A bakery.", languages=("en-GB",)))
        assert engine.opened == [StreamOptions(), StreamOptions(("en",), "A bakery.", ("Anneliese",))]


async def test_the_language_of_the_settings_is_that_of_the_next_utterance() -> None:
    class Polyglot(Watched):
        """Hears the name of the language that it was told to expect."""

        def decode(self, passage: Passage, draft: Hypothesis | None = None, *, careful: bool = False) -> Hypothesis:
            (language,) = self.opened[-1].languages
            return Hypothesis(language, language=language)

    engine = Polyglot(GREETING, EngineInfo("polyglot", "", ("en", "es"), 15_000))
    async with Call(engine) as call:
        await call.configure(InputSettings(languages=("en",)))
        await speak(call, 2200)
        await call.start(1000)
        await call.silence(128, after_ms=2000)
        first = await call.next(SttFinal)
        assert (first.text, first.language) == ("en", "en")
        await call.commit(2000)
        await call.configure(InputSettings(languages=("es-MX",)))
        await speak(call, 4200)
        await call.start(3000, turn=2)
        await call.silence(128, after_ms=4000, turn=2)
        second = await call.next(SttFinal, 1)
        assert (second.text, second.language) == ("es", "es")


async def test_of_words_over_the_agent_it_is_told_how_like_a_back_channel_they_are() -> None:
    class Comparing(Watched):
        """Finds all that is said over the agent alike."""

        def decode(self, passage: Passage, draft: Hypothesis | None = None, *, careful: bool = False) -> Hypothesis:
            return Hypothesis("Don't.", confidence=0.6, backchannel=-1.5 if passage.over_agent else None)

    async with Call(Comparing(GREETING)) as call:
        await speak(call, 2200)
        await call.start(1000, over_epoch=1)
        await call.silence(128, after_ms=2000)
        assert (await call.next(SttFinal)).backchannel == -1.5
        await call.commit(2000)
        await speak(call, 4200)
        await call.start(3000, turn=2)
        await call.silence(128, after_ms=4000, turn=2)
        assert (await call.next(SttFinal, 1)).backchannel is None


async def test_a_language_that_the_engine_does_not_hear_is_told_once() -> None:
    async with Call(GREETING) as call:
        await call.configure(InputSettings(languages=("ja",)))
        await call.configure(InputSettings(languages=("ja",), prompt="more"))
        error = await call.error()
        assert error.code is ErrorCode.ENGINE_FAILED
        assert not error.fatal
        assert "ja" in error.message
        assert len(call.all(type(error))) == 1


async def test_every_final_has_a_span_under_what_caused_it() -> None:
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter").InMemorySpanExporter()
    provider = sdk.TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(pytest.importorskip("opentelemetry.sdk.trace.export").SimpleSpanProcessor(memory))
    tracer = provider.get_tracer("test")
    async with Call(GREETING) as call:
        call.runtime.tracer = tracer
        turn = tracer.start_span("turn")
        await speak(call, 2400)
        await call.start(1000)
        await call.silence(128, after_ms=2200, trace=tracing.of(turn))
        final = await call.next(SttFinal)
    span = next(span for span in memory.get_finished_spans() if span.name == names.SPAN_STT_FINAL)
    assert span.parent.span_id == turn.get_span_context().span_id
    about = {name: value for name, value in span.attributes.items() if not name.startswith("messaging.")}
    assert about == {names.ENGINE: "scripted", names.AUDIO_MS: 1800, names.TURN: 1, names.REV: 0}
    assert span.attributes[names.MESSAGING_DESTINATION].endswith("live.turn.probability")
    assert f"{span.context.span_id:016x}" in final.trace
