"""A session without output audio: what ``llm`` writes, as the client reads it."""

from __future__ import annotations

from natter_gateway.events import AgentWord, Event, ReplyBegan, ReplyOver, ToolWanted
from natter_gateway.written import Written
from natter_protocol.base import Message
from natter_protocol.llm import LlmDelta
from natter_protocol.playback import PlaybackProgress, PlaybackState
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyProgress
from natter_protocol.settings import SessionSettings, Tool
from natter_protocol.tool import ToolCalled
from natter_protocol.turn import Cause, Scope, TurnCancel, TurnCommitted, TurnGranted
from natter_runtime.state import ReplyState, SessionState
from natter_runtime.voids import Voids


class Desk:
    """A written side, and what came out of it."""

    def __init__(self) -> None:
        self.voids = Voids()
        self.told: list[Event] = []
        self.said: list[Message] = []
        settings = SessionSettings(tools=(Tool("book", side_effects=True),))
        self.side = Written(settings, self.voids, self.told.append, self.said.append)

    def hear(self, message: Message) -> None:
        self.voids.note(message)
        self.side.hear(message, 0.0, 0)

    def heard(self) -> list[ReplyHeard]:
        return [message for message in self.said if isinstance(message, ReplyHeard)]


def committed(epoch: int) -> TurnCommitted:
    return TurnCommitted(turn=epoch, epoch=epoch, text="?", start_sample=0, end_sample=1)


def words(*texts: str, epoch: int = 1) -> list[Event]:
    return [AgentWord(epoch, text) for text in texts]


def test_words_are_told_as_they_become_whole() -> None:
    desk = Desk()
    desk.hear(committed(1))
    desk.hear(LlmDelta(epoch=1, text="Yes, tw"))
    desk.hear(LlmDelta(epoch=1, text="Yes, two loa"))
    desk.hear(LlmDelta(epoch=1, text="Yes, tw"))  # out of date
    assert desk.told == [ReplyBegan(1), *words("Yes, ", "two ")]
    assert desk.side.busy
    assert desk.side.going_on() == (1, 0)
    desk.hear(ReplyFinished(epoch=1, text="Yes, two loaves."))
    assert desk.told[3:] == [*words("loaves."), ReplyOver(1, "Yes, two loaves.", Outcome.COMPLETED)]
    assert [(heard.text, heard.outcome) for heard in desk.heard()] == [("Yes, two loaves.", Outcome.COMPLETED)]
    states = [message.state for message in desk.said if isinstance(message, PlaybackProgress)]
    assert states == [PlaybackState.PLAYING, PlaybackState.ENDED]
    assert not desk.side.busy


def test_a_speculation_waits_for_its_commit() -> None:
    desk = Desk()
    desk.hear(LlmDelta(epoch=2, text="Perhaps. "))
    assert desk.told == []
    desk.hear(TurnGranted(epoch=2, cause=Cause.REPLY_CREATE))
    assert desk.told == [ReplyBegan(2), *words("Perhaps. ", epoch=2)]
    assert desk.side.newest == 2


def test_replies_come_one_after_the_other() -> None:
    desk = Desk()
    desk.hear(committed(1))
    desk.hear(committed(2))
    desk.hear(ReplyFinished(epoch=2, text="Two."))
    assert desk.told == []
    desk.hear(ReplyFinished(epoch=1, text="One."))
    assert [event for event in desk.told if isinstance(event, ReplyOver)] == [
        ReplyOver(1, "One.", Outcome.COMPLETED),
        ReplyOver(2, "Two.", Outcome.COMPLETED),
    ]


def test_what_was_told_counts_as_heard_when_it_is_cut_short() -> None:
    desk = Desk()
    desk.hear(committed(1))
    desk.hear(LlmDelta(epoch=1, text="Yes, two loaves "))
    desk.hear(TurnCancel(epoch=1, scope=Scope.THROUGH, reason="barge_in"))
    assert desk.told[-1] == ReplyOver(1, "Yes, two loaves", Outcome.INTERRUPTED)
    desk.hear(ReplyFinished(epoch=1, text="Yes, two loaves are left."))
    assert isinstance(desk.told[-1], ReplyOver)
    desk.hear(committed(2))
    desk.hear(TurnCancel(epoch=2, scope=Scope.ONLY, reason="reopened"))
    assert [heard.outcome for heard in desk.heard()] == [Outcome.INTERRUPTED, Outcome.UNHEARD]


def test_nothing_is_told_while_nobody_is_there() -> None:
    desk = Desk()
    desk.hear(committed(1))
    desk.hear(LlmDelta(epoch=1, text="One "))
    desk.side.pause(5.0)
    desk.hear(ReplyFinished(epoch=1, text="One two."))
    assert desk.told == [ReplyBegan(1), *words("One ")]
    assert desk.said[-1] == ReplyProgress(epoch=1, sample=4, text="One")
    desk.side.go_on(9.0)
    assert desk.told[2:] == [*words("two."), ReplyOver(1, "One two.", Outcome.COMPLETED)]


def test_another_gateway_goes_on_at_the_character() -> None:
    desk = Desk()
    running = ReplyState(3, cause=Cause.USER, begun=True, progress_sample=4, heard="One", generated="One two.")
    over = ReplyState(2, cause=Cause.USER, begun=True, outcome=Outcome.COMPLETED)
    desk.side.restore(SessionState(replies={2: over, 3: running}), (), 0.0)
    assert desk.told == [AgentWord(3, "two."), ReplyOver(3, "One two.", Outcome.COMPLETED)]


def test_what_was_written_before_its_turn_was_over_is_told_when_it_is_over() -> None:
    desk = Desk()
    desk.side.restore(SessionState(replies={3: ReplyState(3, generated="One two.")}), (), 0.0)
    assert desk.told == []
    desk.hear(committed(3))
    assert desk.told[-1] == ReplyOver(3, "One two.", Outcome.COMPLETED)


def test_a_call_begins_its_reply_and_says_whether_it_does_something() -> None:
    desk = Desk()
    desk.hear(committed(1))
    desk.hear(ToolCalled(epoch=1, call="c", name="book", arguments={"seats": 2}))
    assert desk.told == [ReplyBegan(1), ToolWanted(1, "c", "book", {"seats": 2}, side_effects=True)]


def test_the_end_of_the_session_ends_what_is_told() -> None:
    desk = Desk()
    desk.hear(committed(1))
    desk.hear(LlmDelta(epoch=1, text="One "))
    desk.side.close()
    assert desk.heard()[0].outcome is Outcome.INTERRUPTED
