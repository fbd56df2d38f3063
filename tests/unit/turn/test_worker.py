"""The turn service in a call: what it hears becomes what it says."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from natter_protocol import subjects
from natter_protocol.audio import INPUT_RATE, AudioFrame, AudioReplay
from natter_protocol.playback import PlaybackProgress, PlaybackState
from natter_protocol.reply import Outcome, ReplyHeard, ReplyWanted
from natter_protocol.settings import InputSettings, SessionSettings, TurnPolicy
from natter_protocol.tool import ToolCalled
from natter_protocol.turn import (
    Cause,
    Scope,
    TurnCancel,
    TurnCommitted,
    TurnGranted,
    TurnHold,
    TurnProbability,
    TurnReopened,
    TurnResume,
    TurnStarted,
)
from natter_runtime.errors import EngineError
from natter_turn import worker
from tests.support.turn_call import SESSION, Call, Sound

WINDOW = 512


def playing(epoch: int, heard: int = 4800, state: PlaybackState = PlaybackState.PLAYING) -> PlaybackProgress:
    return PlaybackProgress(epoch=epoch, state=state, heard=heard, sent=heard + 1600, credit=120_000)


async def test_speech_starts_a_turn_and_a_pause_with_words_ends_it() -> None:
    async with Call() as call:
        await call.pause(0.5)
        await call.speak(0.8)
        started = await call.next(TurnStarted)
        assert started.turn == 1
        assert started.start_sample == pytest.approx(0.5 * INPUT_RATE, abs=WINDOW)
        await call.pause(0.3)
        await call.final("What is the time?")
        await call.pause(2.0)
        committed = await call.next(TurnCommitted)
        assert (committed.turn, committed.epoch, committed.text) == (1, 1, "What is the time?")
        assert committed.end_sample == pytest.approx(1.3 * INPUT_RATE, abs=WINDOW)
        assert committed.silence_ms >= 160
        assert committed.rule


async def test_how_the_pause_stands_is_told_while_it_lasts() -> None:
    async with Call() as call:
        await call.speak(0.5)
        await call.pause(0.4)
        newest = call.all(TurnProbability)[-1]
        assert (newest.turn, newest.silence_ms) == (1, pytest.approx(400, abs=40))
        assert newest.last_speech_sample == pytest.approx(0.5 * INPUT_RATE, abs=WINDOW)


async def test_the_judge_hears_the_turn_and_the_first_of_the_silence_after_it() -> None:
    judge = Sound(lambda audio: 0.97)
    async with Call(judge) as call:
        await call.speak(1.0)
        await call.pause(0.4)
        async with asyncio.timeout(5):
            while not any(told.complete == 0.97 for told in call.all(TurnProbability)):
                await call.pause(0.04)
    (audio,) = judge.heard
    assert len(audio) == pytest.approx(1.0 * INPUT_RATE + worker.JUDGE_TAIL, abs=WINDOW)
    assert np.abs(audio[:8000]).max() > 0.2
    assert np.abs(audio[-worker.JUDGE_TAIL + WINDOW :]).max() == 0.0


async def test_of_a_long_turn_its_last_eight_seconds_are_judged() -> None:
    judge = Sound(lambda audio: 0.5)
    async with Call(judge) as call:
        await call.speak(10.0)
        await call.pause(0.4)
        async with asyncio.timeout(5):
            while not judge.heard:
                await asyncio.sleep(0.01)
    assert len(judge.heard[0]) == pytest.approx(worker.JUDGED_S * INPUT_RATE, abs=worker.JUDGE_TAIL)
    assert len(judge.heard[0]) <= worker.JUDGED_S * INPUT_RATE


async def test_a_judge_that_fails_does_not_keep_a_turn_open(caplog: pytest.LogCaptureFixture) -> None:
    def broken(audio: object) -> float:
        raise EngineError("the model is broken")

    async with Call(Sound(broken)) as call:
        assert (await call.ask("What is the time?")).text == "What is the time?"
    assert "the turn cannot be judged by its sound: the model is broken" in caplog.text


async def test_a_judge_without_time_does_not_keep_a_turn_open(caplog: pytest.LogCaptureFixture) -> None:
    async with Call(Sound(lambda audio: 0.9)) as call:
        call.executor.close()
        assert (await call.ask("What is the time?")).text == "What is the time?"
    assert "no time to judge the turn by its sound" in caplog.text


async def test_a_gap_in_the_audio_is_asked_for_again() -> None:
    async with Call() as call:
        await call.pause(0.5)
        call.lost = set(range(call.position, call.position + INPUT_RATE // 5))
        await call.speak(0.8)
        replay = await call.next(AudioReplay)
        assert (replay.first_sample, replay.end_sample) == (8000, 8000 + INPUT_RATE // 5)
        started = await call.next(TurnStarted)
        assert started.start_sample == pytest.approx(8000, abs=WINDOW)


async def test_a_wish_is_granted_once_the_floor_is_free() -> None:
    async with Call() as call:
        await call.says("gateway", ReplyWanted(cause=Cause.GREETING, request="r1", instructions="Hello!"))
        granted = await call.next(TurnGranted)
        assert (granted.epoch, granted.cause, granted.request) == (1, Cause.GREETING, "r1")
        await call.says("gateway", ReplyWanted(cause=Cause.REPLY_CREATE, request="r2", instructions=""))
        assert len(call.all(TurnGranted)) == 1
        await call.says("gateway", ReplyHeard(epoch=1, text="Hello!", ms=300, outcome=Outcome.COMPLETED))
        assert (await call.next(TurnGranted, 1)).request == "r2"


async def test_speaking_over_the_agent_holds_it_and_then_cancels_it() -> None:
    async with Call() as call:
        await call.ask("What is the time?")
        await call.says("gateway", playing(1))
        await call.speak(0.3)
        hold = await call.next(TurnHold)
        assert hold.epoch == 1
        assert hold.ttl_ms > 0
        await call.speak(2.0)
        await call.final("No, tell me about the weather instead", turn=2)
        await call.speak(0.5)
        cancel = await call.next(TurnCancel)
        assert (cancel.scope, cancel.turn) == (Scope.THROUGH, 2)
        assert cancel.epoch >= 1
        assert (await call.next(TurnStarted, 1)).over_epoch == 1


async def test_a_sound_over_the_agent_that_was_nothing_lets_it_go_on() -> None:
    async with Call() as call:
        await call.ask("What is the time?")
        await call.says("gateway", playing(1))
        await call.speak(0.2)
        hold = await call.next(TurnHold)
        await call.pause(1.0)
        await call.final("", turn=2)
        await call.pause(3.0)
        assert (await call.next(TurnResume)).hold == hold.hold
        assert not any(cancel.scope is Scope.THROUGH for cancel in call.all(TurnCancel))


async def test_the_user_who_goes_on_before_anything_was_heard_is_still_in_the_same_turn() -> None:
    async with Call() as call:
        committed = await call.ask("I would like a table.")
        await call.speak(1.0)
        reopened = await call.next(TurnReopened)
        assert (reopened.turn, reopened.rev, reopened.epoch) == (1, committed.rev + 1, committed.epoch)


async def test_after_a_tool_ran_what_the_user_adds_is_another_turn() -> None:
    async with Call() as call:
        await call.ask("I would like a table.")
        await call.says("llm", ToolCalled(epoch=1, turn=1, call="c", name="book", arguments={}))
        await call.speak(1.0)
        await call.pause(1.0)
        assert call.all(TurnReopened) == []


async def test_new_settings_count_for_the_next_decision() -> None:
    patient = SessionSettings(input=InputSettings(turn=TurnPolicy(min_silence_ms=2500, max_silence_ms=3000)))
    async with Call() as call:
        await call.configure(patient)
        await call.speak(0.8)
        await call.pause(0.3)
        await call.final("What is the time?")
        await call.pause(1.8)
        assert call.all(TurnCommitted) == []
        await call.pause(1.5)
        assert (await call.next(TurnCommitted)).silence_ms >= 2500


@pytest.mark.parametrize(("heard", "over"), [("de", False), ("", True)])
async def test_the_words_are_judged_by_the_language_that_was_heard(heard: str, over: bool) -> None:
    policy = TurnPolicy(min_silence_ms=200, max_silence_ms=4000)
    async with Call(settings=SessionSettings(input=InputSettings(turn=policy))) as call:
        await call.speak(0.8)
        await call.pause(0.3)
        await call.final("Ich komme mit dem", language=heard)
        await call.pause(2.4)
        assert bool(call.all(TurnCommitted)) is over


async def test_a_turn_that_was_open_when_its_worker_died_is_heard_again_by_the_next() -> None:
    async with Call() as call:
        await call.pause(0.5)
        await call.speak(1.0)
        first = await call.next(TurnStarted)
        await call.attend(20)
        replay = await call.next(AudioReplay)
        assert replay.first_sample <= first.start_sample
        await call.speak(0.5)
        await call.pause(0.3)
        await call.final("What is the time?")
        await call.pause(2.0)
        committed = await call.next(TurnCommitted)
        assert (committed.turn, committed.text) == (1, "What is the time?")
        assert committed.end_sample == pytest.approx(2.0 * INPUT_RATE, abs=WINDOW)
        assert len(call.all(TurnStarted)) == 1


async def test_the_agents_own_audio_is_no_speech_of_the_user() -> None:
    async with Call() as call:
        await call.pause(0.2)
        loud = (np.sin(np.arange(480) / 10) * 20_000).astype("<i2").tobytes()
        for index in range(50):
            await call.seat("gateway").play(subjects.audio_out(SESSION), AudioFrame(loud, index * 480, epoch=1))
        await call.pause(0.5)
        assert call.all(TurnStarted) == []
