from __future__ import annotations

import numpy as np
import pytest

from natter_protocol.base import Message
from natter_protocol.llm import LlmDelta
from natter_protocol.playback import CREDIT_S, PlaybackResend
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyProgress
from natter_protocol.settings import AudioFormat, Modality, OutputSettings, SessionSettings
from natter_protocol.turn import Cause, Scope, TurnCancel, TurnGranted, TurnStarted
from natter_tts.engines.tone import RATE, WORD_S
from tests.support.tts_stage import Stage

AT_16K = SessionSettings(output=OutputSettings(format=AudioFormat(rate=RATE)))
FRAME = RATE // 50
SENTENCE = "one two three four five six seven eight nine ten."


async def test_a_reply_is_spoken_word_by_word() -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.delta("Hello there, my")
        await stage.delta("Hello there, my friend. How are")
        await stage.finished("Hello there, my friend. How are you?")
        await stage.ended()
    assert stage.text() == "Hello there, my friend. How are you?"
    assert [segment.segment for segment in stage.final_segments()] == list(range(len(stage.final_segments())))
    loud = np.count_nonzero(stage.samples())
    assert loud == pytest.approx(7 * WORD_S * RATE, rel=0.05)


async def test_words_lie_where_they_are_heard() -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.finished("alpha beta gamma. Delta.")
        await stage.ended()
    words = [word for segment in stage.final_segments() for word in segment.words]
    assert all(segment.exact for segment in stage.final_segments())
    assert [word.end - word.start for word in words] == [round(WORD_S * RATE)] * 4
    samples = stage.samples()
    for word in words:
        assert np.abs(samples[word.start : word.end]).max() > 7000
    pause = samples[words[2].end + RATE // 20 : words[3].start - RATE // 20]
    assert len(pause) > 0.15 * RATE
    assert np.abs(pause).max() == 0


async def test_a_segment_is_told_before_its_audio_and_ends_exact() -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.finished("One two three. Four five six seven.")
        await stage.ended()
    numbers = [segment.segment for segment in stage.segments]
    for segment in stage.final_segments():
        assert numbers.count(segment.segment) == 2
        told = next(stage.order.index(item) for item in stage.segments if item.segment == segment.segment)
        its_audio = [
            index
            for index, item in enumerate(stage.order)
            if item in stage.frames and item.first_sample >= segment.first_sample and item.pcm.strip(b"\0")
        ]
        assert told < its_audio[0]
        assert segment.exact


async def test_the_estimate_and_the_truth_are_about_the_same_words() -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.finished("On March 3rd it costs $5.")
        await stage.ended()
    estimate, exact = stage.segments
    assert not estimate.exact
    assert estimate.first_audio_ms is not None
    assert [word.text for word in estimate.words] == [word.text for word in exact.words]
    assert [word.text for word in exact.words] == ["On ", "March ", "3rd ", "it ", "costs ", "$5."]
    assert exact.words[-1].end - exact.words[-1].start == round(2 * WORD_S * RATE)  # "five dollars"


async def test_frames_are_20_ms_and_the_last_one_says_so() -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.finished("Just this.")
        await stage.ended()
    assert {frame.samples for frame in stage.frames[:-1]} == {FRAME}
    assert [frame.end for frame in stage.frames] == [False] * (len(stage.frames) - 1) + [True]


async def test_the_output_has_the_rate_of_the_session() -> None:
    settings = SessionSettings(output=OutputSettings(format=AudioFormat(rate=24_000)))
    async with Stage(settings=settings) as stage:
        await stage.finished("alpha beta gamma.")
        await stage.ended()
    words = stage.final_segments()[0].words
    assert words[-1].end == pytest.approx(3 * WORD_S * 24_000, abs=2)
    assert len(stage.samples()) == pytest.approx(3 * WORD_S * 24_000, abs=24_000 * 0.05)


async def test_no_more_is_sent_than_there_is_credit_for() -> None:
    text = f"{SENTENCE} {SENTENCE} {SENTENCE}"
    async with Stage(settings=AT_16K) as stage:
        await stage.finished(text)
        credit = round(CREDIT_S * RATE)
        await stage.until(lambda: bool(stage.frames) and stage.frames[-1].next_sample > credit - FRAME)
        await stage.quiet()
        assert stage.frames[-1].next_sample <= credit
        await stage.progress(heard=RATE, credit=6 * RATE)
        await stage.until(lambda: stage.frames[-1].next_sample > 6 * RATE - FRAME)
        await stage.quiet()
        assert stage.frames[-1].next_sample <= 6 * RATE
        await stage.progress(heard=5 * RATE, credit=20 * RATE)
        await stage.ended()
    assert stage.text() == text


async def test_nothing_follows_a_cancel() -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.delta(f"{SENTENCE} {SENTENCE} and")
        await stage.until(lambda: bool(stage.frames))
        await stage.cancel()
        await stage.quiet(0.02)
        count, said = len(stage.frames), len(stage.segments)
        await stage.progress(heard=4 * RATE, credit=50 * RATE)
        await stage.finished(f"{SENTENCE} {SENTENCE} and more.")
        await stage.quiet()
        assert len(stage.frames) == count
        assert len(stage.segments) == said
        assert not any(frame.end for frame in stage.frames)
        await stage.finished("Another one.", epoch=2)
        await stage.ended(2)


@pytest.mark.parametrize(
    "void",
    [
        TurnCancel(scope=Scope.ONLY, epoch=1, reason="speculation"),
        TurnStarted(start_sample=0, turn=2, void_through=1),
        TurnStarted(start_sample=0, turn=2, void_only=(1,)),
    ],
)
async def test_whatever_says_that_a_reply_is_void_stops_it(void: Message) -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.delta(f"{SENTENCE} {SENTENCE} and")
        await stage.until(lambda: bool(stage.frames))
        await stage.say("turn", void)
        await stage.quiet(0.02)
        count = len(stage.frames)
        await stage.progress(heard=4 * RATE, credit=50 * RATE)
        await stage.quiet()
        assert len(stage.frames) == count


async def test_two_replies_do_not_disturb_each_other() -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.delta("First one here. It is", epoch=1)
        await stage.delta("Second one here. It is", epoch=2)
        await stage.finished("First one here. It is done.", epoch=1)
        await stage.finished("Second one here. It is done.", epoch=2)
        await stage.ended(1)
        await stage.ended(2)
    assert stage.text(1) == "First one here. It is done."
    assert stage.text(2) == "Second one here. It is done."
    assert len(stage.samples(1)) == len(stage.samples(2))


async def test_audio_is_sent_again_when_the_gateway_asks() -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.finished("alpha beta gamma.")
        await stage.ended()
        first = {frame.first_sample: frame.pcm for frame in stage.frames}
        count = len(stage.frames)
        await stage.say("gateway", PlaybackResend(epoch=1, first_sample=1000, end_sample=2000))
        await stage.until(lambda: len(stage.frames) >= count + 4)
        again = stage.frames[count:]
        assert again[0].first_sample <= 1000
        assert again[-1].next_sample >= 2000
        assert all(first[frame.first_sample] == frame.pcm for frame in again)
        assert again[0].seq > stage.frames[count - 1].seq


async def test_a_reply_that_was_heard_is_let_go() -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.finished("alpha beta.")
        await stage.ended()
        await stage.say("gateway", ReplyHeard(epoch=1, text="alpha beta.", ms=600, outcome=Outcome.COMPLETED))
        await stage.quiet(0.02)
        count = len(stage.frames)
        await stage.say("gateway", PlaybackResend(epoch=1, first_sample=0, end_sample=2000))
        await stage.delta("alpha beta. late", epoch=1)
        await stage.quiet()
        assert len(stage.frames) == count


@pytest.mark.parametrize("text", ["", "   ", "😀", "```\ncode\n```"])
async def test_a_reply_without_words_is_only_an_end(text: str) -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.finished(text)
        await stage.ended()
    assert [(frame.pcm, frame.first_sample, frame.end) for frame in stage.frames] == [(b"", 0, True)]
    assert stage.text() == text


async def test_the_fact_is_enough_when_every_delta_was_lost() -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.finished("Only this was heard of it.")
        await stage.ended()
    assert stage.text() == "Only this was heard of it."


async def test_a_session_of_text_stays_silent() -> None:
    settings = SessionSettings(output=OutputSettings(modality=Modality.TEXT))
    async with Stage(settings=settings) as stage:
        await stage.delta("Hello there, my friend. How")
        await stage.finished("Hello there, my friend. How are you?")
        await stage.quiet()
    assert stage.frames == []
    assert stage.segments == []


async def test_an_unknown_voice_is_the_default_one() -> None:
    settings = SessionSettings(output=OutputSettings(format=AudioFormat(rate=RATE), voice="alba"))
    async with Stage(settings=settings) as stage:
        await stage.finished("Hello.")
        await stage.ended()
    assert len(stage.samples())


def _left_behind(text: str, *, finished: bool) -> tuple[tuple[str, Message], ...]:
    history: list[tuple[str, Message]] = [
        ("turn", TurnGranted(cause=Cause.GREETING, epoch=1)),
        ("gateway", ReplyProgress(epoch=1, sample=9600, text="One two.")),
    ]
    if finished:
        history.append(("llm", ReplyFinished(text=text, epoch=1)))
    return tuple(history)


async def test_a_worker_goes_on_behind_the_last_word_that_was_heard() -> None:
    text = "One two. Three four. Five."
    async with Stage(settings=AT_16K, history=_left_behind(text, finished=True)) as stage:
        await stage.ended()
    assert stage.text() == "Three four. Five."
    assert stage.frames[0].first_sample == 9600
    assert stage.final_segments()[0].first_sample == 9600
    assert stage.final_segments()[0].segment == len("One two.")
    assert stage.final_segments()[0].words[0].start == 9600


async def test_a_worker_goes_on_with_a_reply_that_is_still_being_written() -> None:
    async with Stage(settings=AT_16K, history=_left_behind("", finished=False)) as stage:
        await stage.delta("One two. Three four.")
        await stage.finished("One two. Three four. Five.")
        await stage.ended()
    assert stage.text() == "Three four. Five."
    assert stage.frames[0].first_sample == 9600


async def test_what_is_over_is_not_spoken_again() -> None:
    history = (
        ("turn", TurnGranted(cause=Cause.GREETING, epoch=1)),
        ("llm", ReplyFinished(text="Hello.", epoch=1)),
        ("gateway", ReplyHeard(epoch=1, text="Hello.", ms=300, outcome=Outcome.COMPLETED)),
        ("llm", ReplyFinished(text="Never said.", epoch=2)),
        ("turn", TurnStarted(start_sample=0, turn=1, void_through=2)),
    )
    async with Stage(settings=AT_16K, history=history) as stage:
        await stage.quiet()
    assert stage.frames == []


async def test_a_delta_of_a_void_reply_starts_nothing() -> None:
    async with Stage(settings=AT_16K) as stage:
        await stage.cancel(3)
        await stage.say("llm", LlmDelta(text="Too late, my friend. Really", epoch=2))
        await stage.quiet()
    assert stage.frames == []
