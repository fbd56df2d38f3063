from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from natter_runtime.errors import EngineError
from natter_runtime.executor import ModelExecutor, Priority, Skipped
from natter_stt.decoding import Decoder, Effort
from natter_stt.ear import Ear
from natter_stt.engine import EngineInfo, StreamOptions
from natter_stt.utterance import Utterance
from tests.support.stt_audio import MS, frames, noise
from tests.support.stt_engines import Broken, Watched, told

FINAL = Effort(Priority.FINAL)


@pytest.fixture
def executor() -> Iterator[ModelExecutor]:
    executor = ModelExecutor("test")
    yield executor
    executor.close()


def ear_with(ms: int, level: float = 0.05) -> Ear:
    ear = Ear()
    for frame in frames(noise(ms, level)):
        ear.take(frame)
    return ear


def begun(at_ms: int = 500) -> Utterance:
    return Utterance.begin(1, 0, at_ms * MS)


async def test_what_was_said_is_put_into_the_utterance(executor: ModelExecutor) -> None:
    decoder, utterance = Decoder(told((500, "One two three.")), executor, 5.0), begun()
    await decoder.hear(utterance, ear_with(2000), 1200 * MS, FINAL)
    assert utterance.transcript.text == "One two"
    assert utterance.heard_to == 1200 * MS


async def test_the_newest_hypothesis_is_the_draft_if_drafts_are_wanted(executor: ModelExecutor) -> None:
    engine = Watched(told((500, "One two three.")))
    decoder, utterance, ear = Decoder(engine, executor, 5.0), begun(), ear_with(2000)
    await decoder.hear(utterance, ear, 1200 * MS, FINAL)
    await decoder.hear(utterance, ear, 1800 * MS, FINAL)
    await decoder.hear(utterance, ear, 2000 * MS, Effort(Priority.FINAL, drafts=False))
    assert [draft for _, _, draft in engine.asked] == ["", "One two", ""]


async def test_what_is_too_long_is_decoded_in_pieces_and_all_but_the_last_is_settled(executor: ModelExecutor) -> None:
    text = " ".join(f"w{index}" for index in range(100))
    engine = Watched(told((500, text)))
    decoder, utterance = Decoder(engine, executor, 5.0), begun()
    await decoder.hear(utterance, ear_with(33_000), 33_000 * MS, FINAL)
    assert utterance.transcript.text == text
    assert len(utterance.settled) == len(engine.asked) - 1 >= 2
    assert [first for first, _, _ in engine.asked[1:]] == [end for _, end, _ in engine.asked[:-1]]
    assert utterance.segment_start == engine.asked[-1][0]


async def test_what_is_settled_meanwhile_is_not_undone(executor: ModelExecutor) -> None:
    engine = Watched(told((500, "One two three.")))
    engine.gate = threading.Event()
    decoder, utterance = Decoder(engine, executor, 5.0), begun()
    async with asyncio.TaskGroup() as group:
        group.create_task(decoder.hear(utterance, ear_with(2000), 1500 * MS, FINAL))
        await asyncio.sleep(0.01)
        utterance.settle(1000 * MS)
        engine.gate.set()
    assert utterance.transcript.text == ""
    assert utterance.segment_start == 1000 * MS


async def test_no_signal_and_next_to_no_audio_are_not_worth_a_decode(executor: ModelExecutor) -> None:
    engine = Watched(told((0, "You")))
    decoder = Decoder(engine, executor, 5.0)
    muted = begun()
    await decoder.hear(muted, ear_with(2000, level=0.0), 2000 * MS, FINAL)
    brief = begun()
    await decoder.hear(brief, ear_with(180), 180 * MS, FINAL)
    assert engine.asked == []
    assert muted.heard_to == 2000 * MS
    assert brief.transcript.text == ""


async def test_a_decode_that_takes_too_long_has_failed(executor: ModelExecutor) -> None:
    engine = Watched(told((500, "One.")))
    engine.gate = threading.Event()
    with pytest.raises(EngineError, match=r"0\.05 s"):
        await Decoder(engine, executor, 0.05).hear(begun(), ear_with(2000), 1500 * MS, FINAL)
    engine.gate.set()


async def test_what_a_library_raises_is_an_engine_error(executor: ModelExecutor) -> None:
    engine = Broken(told(), lambda: ZeroDivisionError("in the graph"))
    with pytest.raises(EngineError, match="ZeroDivisionError: in the graph"):
        await Decoder(engine, executor, 5.0).hear(begun(), ear_with(2000), 1500 * MS, FINAL)


async def test_a_partial_that_waits_too_long_is_skipped(executor: ModelExecutor) -> None:
    busy = threading.Event()
    engine = Watched(told((500, "One.")))
    decoder = Decoder(engine, executor, 5.0)
    async with asyncio.TaskGroup() as group:
        group.create_task(executor.run(lambda: busy.wait(5)))
        await asyncio.sleep(0.01)
        late = decoder.hear(begun(), ear_with(2000), 1500 * MS, Effort(Priority.PARTIAL, expires_in=0.0))
        partial = group.create_task(_outcome(late))
        await asyncio.sleep(0.01)
        busy.set()
    assert isinstance(partial.result(), Skipped)
    assert engine.asked == []


async def _outcome(work: Coroutine[Any, Any, None]) -> Exception | None:
    try:
        await work
    except (EngineError, Skipped) as error:
        return error
    return None


async def test_a_stream_is_opened_anew_only_for_other_wishes(executor: ModelExecutor) -> None:
    engine = Watched(told((500, "One.")))
    decoder = Decoder(engine, executor, 5.0)
    decoder.configure(StreamOptions())
    decoder.configure(StreamOptions(keyterms=("Anneliese",)))
    decoder.configure(StreamOptions(keyterms=("Anneliese",)))
    assert engine.opened == [StreamOptions(), StreamOptions(keyterms=("Anneliese",))]


async def test_audio_that_is_not_there_is_nothing(executor: ModelExecutor) -> None:
    utterance = begun()
    await Decoder(told((500, "One.")), executor, 5.0).hear(utterance, Ear(), 1500 * MS, FINAL)
    assert utterance.transcript.text == ""
    assert utterance.heard_to == 500 * MS


async def test_a_short_passage_may_be_heard_with_care_if_there_is_time(executor: ModelExecutor) -> None:
    engine = Watched(told((500, "One two three.")))
    decoder, utterance, ear = Decoder(engine, executor, 5.0), begun(), ear_with(2000)
    await decoder.hear(utterance, ear, 1000 * MS, Effort(Priority.FINAL, careful_ms=1000))
    await decoder.hear(utterance, ear, 2000 * MS, Effort(Priority.FINAL, careful_ms=1000))
    await decoder.hear(utterance, ear, 1000 * MS, FINAL)
    assert engine.careful == [True, False, False]


async def test_what_was_written_for_noise_is_nothing(executor: ModelExecutor) -> None:
    info = EngineInfo("scripted", "script", ("en",), 15_000, phantoms=("you",))
    decoder, utterance = Decoder(Watched(told((500, "You")), info), executor, 5.0), begun()
    await decoder.hear(utterance, ear_with(2000), 1500 * MS, FINAL)
    assert utterance.transcript.text == ""


async def test_only_the_last_word_on_all_of_it_is_asked_whether_it_was_a_back_channel(executor: ModelExecutor) -> None:
    engine = Watched(told((500, "Okay so what")))
    decoder, ear = Decoder(engine, executor, 5.0), ear_with(2000)
    over, alone = Utterance.begin(1, 0, 500 * MS, over_agent=True), begun()
    await decoder.hear(over, ear, 900 * MS, Effort(Priority.PARTIAL))
    await decoder.hear(over, ear, 1200 * MS, FINAL)
    over.settle(1200 * MS)
    await decoder.hear(over, ear, 1900 * MS, FINAL)
    await decoder.hear(alone, ear, 1200 * MS, FINAL)
    assert engine.over_agent == [False, True, False, False]
