"""What the client is told of the user's side."""

from __future__ import annotations

from natter_gateway.events import ReplyFailed, SpeechStarted, SpeechStopped, UserFinal, UserPartial
from natter_gateway.narrator import Narrator
from natter_protocol.errors import ErrorCode, ErrorRaised
from natter_protocol.stt import SttPartial
from natter_protocol.turn import Scope, TurnCancel, TurnCommitted, TurnEmpty, TurnReopened, TurnStarted


def started(turn: int, over: int = 0) -> TurnStarted:
    return TurnStarted(turn=turn, start_sample=16_000, over_epoch=over)


def committed(turn: int, text: str) -> TurnCommitted:
    return TurnCommitted(turn=turn, epoch=turn, text=text, start_sample=16_000, end_sample=32_000)


def partial(turn: int, text: str) -> SttPartial:
    return SttPartial(turn=turn, text=text, end_sample=20_000)


def test_a_plain_turn() -> None:
    narrator = Narrator()
    assert narrator.hear(started(1)) == [SpeechStarted(1, 1000)]
    assert narrator.hear(partial(1, "do you")) == [UserPartial(1, "do you")]
    assert narrator.hear(partial(1, "")) == []
    assert narrator.hear(committed(1, "Do you?")) == [SpeechStopped(1, 2000), UserFinal(1, "Do you?")]
    assert narrator.hear(partial(1, "do you see")) == []


def test_speech_over_the_agent_is_told_of_when_it_interrupts() -> None:
    narrator = Narrator()
    assert narrator.hear(started(2, over=1)) == []
    assert narrator.hear(partial(2, "wait")) == []
    cancel = TurnCancel(turn=2, epoch=1, scope=Scope.THROUGH, reason="barge_in")
    assert narrator.hear(cancel) == [SpeechStarted(2, 1000)]
    assert narrator.hear(cancel) == []
    assert narrator.hear(partial(2, "wait a")) == [UserPartial(2, "wait a")]


def test_a_cancel_that_overtakes_the_start_of_its_turn_tells_of_it() -> None:
    narrator = Narrator()
    cancel = TurnCancel(turn=2, epoch=1, scope=Scope.THROUGH, reason="barge_in", start_sample=16_000)
    assert narrator.hear(cancel) == [SpeechStarted(2, 1000)]
    assert narrator.hear(started(2, over=1)) == []
    assert narrator.hear(partial(2, "wait")) == [UserPartial(2, "wait")]


def test_a_back_channel_is_not_told_of_at_all() -> None:
    narrator = Narrator()
    assert narrator.hear(started(2, over=1)) == []
    assert narrator.hear(TurnEmpty(turn=2, reason="backchannel", end_sample=20_000)) == []


def test_a_noise_while_nobody_spoke_ends_as_it_began() -> None:
    narrator = Narrator()
    narrator.hear(started(1))
    assert narrator.hear(TurnEmpty(turn=1, reason="no_words", end_sample=24_000)) == [SpeechStopped(1, 1500)]


def test_a_lost_cancel_does_not_lose_the_start_of_speech() -> None:
    narrator = Narrator()
    narrator.hear(started(2, over=1))
    events = narrator.hear(committed(2, "Stop."))
    assert events == [SpeechStarted(2, 1000), SpeechStopped(2, 2000), UserFinal(2, "Stop.")]


def test_a_dead_speculation_is_not_an_interruption() -> None:
    narrator = Narrator()
    narrator.hear(started(2, over=1))
    assert narrator.hear(TurnCancel(epoch=3, scope=Scope.ONLY, reason="user_went_on")) == []


def test_a_reopened_turn_goes_on_under_the_same_number() -> None:
    narrator = Narrator()
    narrator.hear(started(1))
    narrator.hear(committed(1, "I need"))
    assert narrator.hear(TurnReopened(turn=1, rev=1, start_sample=40_000)) == [SpeechStarted(1, 2500)]
    assert narrator.hear(committed(1, "I need a table."))[-1] == UserFinal(1, "I need a table.")


def test_a_provider_that_failed_is_told_of_with_its_reply() -> None:
    narrator = Narrator()
    error = ErrorRaised(code=ErrorCode.ENGINE_FAILED, message="429", retryable=True, epoch=4)
    assert narrator.hear(error) == [ReplyFailed(4, "429", True)]
    assert narrator.hear(ErrorRaised(code=ErrorCode.ENGINE_FAILED, message="x")) == []
