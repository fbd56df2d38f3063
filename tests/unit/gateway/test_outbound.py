"""The agent's side, spoken, where another gateway has left it; the rest is tested through whole sessions."""

from __future__ import annotations

from opentelemetry.trace import NoOpTracer

from natter_gateway.events import AgentWord, Event, ReplyBegan, ReplyOver
from natter_gateway.outbound import Outbound
from natter_protocol.base import Message
from natter_protocol.playback import PlaybackResend
from natter_protocol.reply import Outcome, ReplyHeard
from natter_protocol.settings import SessionSettings
from natter_protocol.tts import TtsSegment, Word
from natter_protocol.turn import Cause
from natter_runtime.state import ReplyState, SessionState
from natter_runtime.voids import Voids

WORDS = (Word("one ", 0, 12_000), Word("two ", 12_000, 24_000), Word("three", 24_000, 36_000))
SEGMENTS = tuple(
    TtsSegment(epoch=epoch, segment=0, text="one two three", first_sample=0, words=WORDS) for epoch in (1, 2, 3)
)


def restored(*replies: ReplyState, voids: Voids | None = None) -> tuple[Outbound, list[Event], list[Message]]:
    told: list[Event] = []
    said: list[Message] = []
    side = Outbound(SessionSettings(), voids or Voids(), told.append, said.append, NoOpTracer(), 70)
    side.restore(SessionState(replies={reply.epoch: reply for reply in replies}), SEGMENTS, 10.0)
    return side, told, said


def test_a_running_reply_is_asked_for_from_its_word_on() -> None:
    reply = ReplyState(2, cause=Cause.USER, begun=True, progress_sample=20_000, heard="one")
    side, told, said = restored(reply)
    (asked,) = said
    assert isinstance(asked, PlaybackResend)
    assert (asked.epoch, asked.first_sample) == (2, 12_000)
    assert told == []
    assert side.going_on() == (2, 500)
    assert (side.newest, side.busy) == (2, True)


def test_a_reply_that_was_not_begun_is_asked_for_from_its_start_and_begins_once() -> None:
    _, told, said = restored(ReplyState(2, cause=Cause.GREETING))
    assert [message.first_sample for message in said if isinstance(message, PlaybackResend)] == [0]
    assert told == []


def test_what_was_stopped_while_nobody_was_there_is_ended_with_what_was_heard() -> None:
    voids = Voids()
    voids.void_through(2)
    reply = ReplyState(2, cause=Cause.USER, void=True, begun=True, progress_sample=26_000, heard="one two")
    side, told, said = restored(reply, voids=voids)
    assert told == [ReplyOver(2, "one two", Outcome.INTERRUPTED)]
    heard = [message for message in said if isinstance(message, ReplyHeard)]
    assert [(message.text, message.outcome) for message in heard] == [("one two", Outcome.INTERRUPTED)]
    assert not any(isinstance(message, PlaybackResend) for message in said)
    assert not side.busy


def test_what_is_over_and_what_was_only_a_guess_is_left_alone() -> None:
    over = ReplyState(1, cause=Cause.USER, begun=True, outcome=Outcome.COMPLETED)
    guess = ReplyState(3)
    side, told, said = restored(over, guess)
    assert (told, said, side.busy) == ([], [], False)
    assert not any(isinstance(event, ReplyBegan | AgentWord) for event in told)
