"""What the client is told of the user's side."""

from __future__ import annotations

from natter_gateway.events import Event, ReplyFailed, SpeechStarted, SpeechStopped, UserFinal, UserPartial
from natter_gateway.narrator import Narrator
from natter_protocol.errors import ErrorCode, ErrorRaised
from natter_protocol.reply import Outcome
from natter_protocol.settings import ExecutionMode, SessionSettings, Tool
from natter_protocol.stt import SttPartial
from natter_protocol.tool import ToolCalled, ToolReturned
from natter_protocol.turn import Scope, TurnCancel, TurnCommitted, TurnEmpty, TurnReopened, TurnStarted
from natter_runtime.state import CallState, ReplyState, SessionState, TurnState, TurnStatus


def started(turn: int, over: int = 0) -> TurnStarted:
    return TurnStarted(turn=turn, start_sample=16_000, over_epoch=over)


def committed(turn: int, text: str) -> TurnCommitted:
    return TurnCommitted(turn=turn, epoch=turn, text=text, start_sample=16_000, end_sample=32_000)


def partial(turn: int, text: str) -> SttPartial:
    return SttPartial(turn=turn, text=text, end_sample=20_000)


def test_a_plain_turn() -> None:
    narrator = Narrator(SessionSettings())
    assert narrator.hear(started(1)) == [SpeechStarted(1, 1000)]
    assert narrator.hear(partial(1, "do you")) == [UserPartial(1, "do you")]
    assert narrator.hear(partial(1, "")) == []
    assert narrator.hear(committed(1, "Do you?")) == [SpeechStopped(1, 2000), UserFinal(1, "Do you?")]
    assert narrator.hear(partial(1, "do you see")) == []


def test_speech_over_the_agent_is_told_of_when_it_interrupts() -> None:
    narrator = Narrator(SessionSettings())
    assert narrator.hear(started(2, over=1)) == []
    assert narrator.hear(partial(2, "wait")) == []
    cancel = TurnCancel(turn=2, epoch=1, scope=Scope.THROUGH, reason="barge_in")
    assert narrator.hear(cancel) == [SpeechStarted(2, 1000)]
    assert narrator.hear(cancel) == []
    assert narrator.hear(partial(2, "wait a")) == [UserPartial(2, "wait a")]


def test_a_cancel_that_overtakes_the_start_of_its_turn_tells_of_it() -> None:
    narrator = Narrator(SessionSettings())
    cancel = TurnCancel(turn=2, epoch=1, scope=Scope.THROUGH, reason="barge_in", start_sample=16_000)
    assert narrator.hear(cancel) == [SpeechStarted(2, 1000)]
    assert narrator.hear(started(2, over=1)) == []
    assert narrator.hear(partial(2, "wait")) == [UserPartial(2, "wait")]


def test_a_back_channel_is_not_told_of_at_all() -> None:
    narrator = Narrator(SessionSettings())
    assert narrator.hear(started(2, over=1)) == []
    assert narrator.hear(TurnEmpty(turn=2, reason="backchannel", end_sample=20_000)) == []


def test_a_noise_while_nobody_spoke_ends_as_it_began() -> None:
    narrator = Narrator(SessionSettings())
    narrator.hear(started(1))
    assert narrator.hear(TurnEmpty(turn=1, reason="no_words", end_sample=24_000)) == [SpeechStopped(1, 1500)]


def test_a_lost_cancel_does_not_lose_the_start_of_speech() -> None:
    narrator = Narrator(SessionSettings())
    narrator.hear(started(2, over=1))
    events = narrator.hear(committed(2, "Stop."))
    assert events == [SpeechStarted(2, 1000), SpeechStopped(2, 2000), UserFinal(2, "Stop.")]


def test_a_dead_speculation_is_not_an_interruption() -> None:
    narrator = Narrator(SessionSettings())
    narrator.hear(started(2, over=1))
    assert narrator.hear(TurnCancel(epoch=3, scope=Scope.ONLY, reason="user_went_on")) == []


def test_a_reopened_turn_goes_on_under_the_same_number() -> None:
    narrator = Narrator(SessionSettings())
    narrator.hear(started(1))
    narrator.hear(committed(1, "I need"))
    assert narrator.hear(TurnReopened(turn=1, rev=1, start_sample=40_000)) == [SpeechStarted(1, 2500)]
    assert narrator.hear(committed(1, "I need a table."))[-1] == UserFinal(1, "I need a table.")


def test_a_provider_that_failed_is_told_of_with_its_reply() -> None:
    narrator = Narrator(SessionSettings())
    error = ErrorRaised(code=ErrorCode.ENGINE_FAILED, message="429", retryable=True, epoch=4)
    assert narrator.hear(error) == [ReplyFailed(4, "429", True)]
    assert narrator.hear(ErrorRaised(code=ErrorCode.ENGINE_FAILED, message="x")) == []


# -- a tool that holds the conversation -----------------------------------------------------------

HOLDING = SessionSettings(tools=(Tool("look", mode=ExecutionMode.HOLD), Tool("peek")))


def called(call: str, name: str) -> ToolCalled:
    return ToolCalled(epoch=1, call=call, name=name, arguments={})


def test_what_the_user_says_meanwhile_is_told_when_the_result_is_there() -> None:
    narrator = Narrator(HOLDING)
    narrator.hear(called("c1", "look"))
    assert narrator.hear(started(1)) == [SpeechStarted(1, 1000)]
    assert narrator.hear(partial(1, "are you")) == []
    assert narrator.hear(committed(1, "Are you there?")) == [SpeechStopped(1, 2000)]
    assert narrator.hear(ToolReturned(call="c1", result="seen")) == [UserFinal(1, "Are you there?")]
    assert narrator.hear(started(2)) == [SpeechStarted(2, 1000)]
    assert narrator.hear(partial(2, "good")) == [UserPartial(2, "good")]


def test_two_such_tools_hold_until_the_last() -> None:
    narrator = Narrator(HOLDING)
    narrator.hear(called("c1", "look"))
    narrator.hear(called("c2", "look"))
    narrator.hear(committed(1, "Hm."))
    assert narrator.returned("c1") == []
    assert narrator.returned("c2") == [UserFinal(1, "Hm.")]


def test_other_tools_hold_nothing() -> None:
    narrator = Narrator(HOLDING)
    narrator.hear(called("c1", "peek"))
    assert narrator.hear(committed(1, "Hm."))[-1] == UserFinal(1, "Hm.")


def test_which_tools_hold_may_change() -> None:
    narrator = Narrator(SessionSettings())
    narrator.configure(HOLDING)
    narrator.hear(called("c1", "look"))
    assert narrator.hear(committed(1, "Hm.")) == [SpeechStarted(1, 1000), SpeechStopped(1, 2000)]


# -- after another gateway ------------------------------------------------------------------------


def restored(*turns: TurnState, replies: tuple[ReplyState, ...] = ()) -> tuple[Narrator, list[Event]]:
    state = SessionState(
        turns={turn.turn: turn for turn in turns},
        replies={reply.epoch: reply for reply in replies},
        last_turn=max((turn.turn for turn in turns), default=0),
    )
    narrator = Narrator(HOLDING)
    return narrator, narrator.restore(state)


def test_an_open_turn_goes_on() -> None:
    narrator, told = restored(TurnState(3, start_sample=16_000))
    assert told == []
    assert (narrator.listening, narrator.next_turn) == (True, 3)
    assert narrator.hear(committed(3, "Yes.")) == [SpeechStopped(3, 2000), UserFinal(3, "Yes.")]
    assert narrator.next_turn == 4


def test_a_turn_over_a_reply_is_not_known_to_the_client_yet() -> None:
    narrator, _ = restored(TurnState(3, start_sample=16_000), replies=(ReplyState(2, begun=True),))
    assert narrator.hear(committed(3, "Stop."))[0] == SpeechStarted(3, 1000)


def test_a_turn_whose_answer_has_not_begun_is_told_again() -> None:
    turn = TurnState(2, status=TurnStatus.COMMITTED, text="Rye?", epoch=4)
    assert restored(turn, replies=(ReplyState(4),))[1] == [UserFinal(2, "Rye?")]
    assert restored(turn, replies=(ReplyState(4, begun=True),))[1] == []
    assert restored(turn, replies=(ReplyState(4, outcome=Outcome.UNHEARD),))[1] == []


def test_a_conversation_that_was_held_is_held() -> None:
    narrator = Narrator(HOLDING)
    call = CallState("c1", "look", {}, epoch=1, turn=1)
    narrator.restore(SessionState(calls={"c1": call}))
    assert narrator.hear(committed(2, "Hm."))[-1] == SpeechStopped(2, 2000)
    assert narrator.returned("c1") == [UserFinal(2, "Hm.")]
