"""The fold: any order and any repeats of a session's facts give one state (rule R3), and it is the right one."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from natter_protocol.base import Message
from natter_protocol.conversation import Author, ConversationAdded
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyProgress, ReplyStarted, ReplyWanted
from natter_protocol.session import CloseReason, SessionClosed, SessionConfigured, SessionOpened, SessionProgress
from natter_protocol.settings import SessionSettings
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from natter_protocol.turn import (
    Cause,
    TurnCommitted,
    TurnEager,
    TurnEmpty,
    TurnGranted,
    TurnReopened,
    TurnStarted,
)
from natter_runtime.fold import fold
from natter_runtime.state import Entry, Role, SessionState, TurnStatus, Wish
from tests.support.runtime_calls import SESSION, Call, random_call


def told(state: SessionState) -> list[tuple[str, str]]:
    return [(entry.role.value, entry.call.call if entry.call else entry.text) for entry in state.conversation]


# -- any order ----------------------------------------------------------------------------------


@given(st.randoms(use_true_random=False), st.integers(0, 12))
def test_any_order_and_any_repeats_give_the_same_state(rng: random.Random, steps: int) -> None:
    facts, _ = random_call(rng, steps)
    state = fold(facts)
    for _ in range(3):
        shuffled = facts + rng.choices(facts, k=rng.randrange(len(facts)))
        rng.shuffle(shuffled)
        assert fold(shuffled) == state


@given(st.randoms(use_true_random=False), st.integers(0, 12))
def test_the_state_is_what_happened(rng: random.Random, steps: int) -> None:
    facts, account = random_call(rng, steps)
    state = fold(facts)
    assert told(state) == account.told
    assert state.assigned == account.assigned
    assert [wish.request for wish in state.wishes] == account.pending_wishes
    assert (state.last_turn, state.last_epoch) == (account.turn, account.epoch)
    assert state.settings.system_prompt == f"v{state.version}"
    assert state.session == SESSION


@given(st.randoms(use_true_random=False), st.integers(0, 8))
def test_a_reply_number_that_was_handed_out_is_never_forgotten(rng: random.Random, steps: int) -> None:
    """Whatever part of the log is there: a new turn worker counts on from the highest."""
    facts, _ = random_call(rng, steps)
    part = facts[: rng.randrange(len(facts) + 1)]
    assert fold(part).last_epoch >= max((fact.epoch for fact in part), default=0)


# -- the session --------------------------------------------------------------------------------


def test_nothing_is_known_of_an_unheard_session() -> None:
    assert fold([]) == SessionState()


def test_opening_and_configuring() -> None:
    call = Call()
    call.say("gateway", SessionOpened(dialect="voice_agent", owner="key", opened_at=5.0, trace="00-aa-bb-01"))
    call.say("gateway", SessionConfigured(version=1, settings=SessionSettings(greeting="one")))
    call.say("gateway", SessionConfigured(version=2, settings=SessionSettings(greeting="two")))
    state = fold(reversed(call.facts))
    assert (state.opened, state.dialect, state.owner, state.opened_at) == (True, "voice_agent", "key", 5.0)
    assert (state.trace, state.version, state.settings.greeting) == ("00-aa-bb-01", 2, "two")
    assert state.closed is None


def test_the_first_reason_to_close_counts() -> None:
    call = Call()
    call.say("gateway", SessionClosed(reason=CloseReason.CLIENT))
    call.say("gateway", SessionClosed(reason=CloseReason.SHUTDOWN))
    assert fold(reversed(call.facts)).closed is CloseReason.CLIENT


def test_the_assignment_that_replaces_the_others_counts() -> None:
    call = Call()
    call.assign("stt", "stt-b", 9, after=4)
    call.assign("stt", "stt-a", 4, after=0)
    call.assign("stt", "stt-c", 12, after=9)
    call.assign("tts", "tts-a", 5, after=0)
    assert fold(call.facts).assigned == {"stt": "stt-c", "tts": "tts-a"}


def test_how_far_the_input_has_come_and_whether_anybody_is_there() -> None:
    call = Call()
    assert (fold(call.facts).input_sample, fold(call.facts).connected) == (0, True)
    call.say("gateway", SessionProgress(sample=32_000, received=16_000))
    call.say("gateway", SessionProgress(sample=33_600, received=17_600, connected=False))
    state = fold(reversed(call.facts))
    assert (state.input_sample, state.input_received, state.connected) == (33_600, 17_600, False)
    call.assign("gateway", "gateway-b", 9, after=1)
    call.say("gateway", SessionProgress(sample=33_600, received=17_600))
    assert fold(reversed(call.facts)).connected is True


def test_what_the_client_added_stands_after_the_reply_that_was_the_newest() -> None:
    call = Call()
    call.say("gateway", ConversationAdded(epoch=0, author=Author.SYSTEM, text="The caller is Ada."))
    call.say("turn", committed(1, 1, "Hello."))
    call.say("gateway", ReplyHeard(epoch=1, text="Hi.", ms=1, outcome=Outcome.COMPLETED))
    call.say("gateway", ConversationAdded(epoch=1, author=Author.USER, text="I am Ada."))
    call.say("gateway", ConversationAdded(epoch=1, author=Author.USER, text="Really."))
    call.say("turn", committed(2, 2, "Who am I?"))
    state = fold(reversed(call.facts))
    assert told(state) == [
        ("system", "The caller is Ada."),
        ("user", "Hello."),
        ("agent", "Hi."),
        ("user", "I am Ada."),
        ("user", "Really."),
        ("user", "Who am I?"),
    ]
    assert [entry.turn for entry in state.conversation] == [0, 1, 1, 0, 0, 2]


def test_a_reply_is_begun_when_the_client_knows_of_it() -> None:
    call = Call()
    call.say("turn", committed(1, 1, "One."))
    call.say("turn", committed(2, 2, "Two."))
    call.say("turn", committed(3, 3, "Three."))
    call.say("gateway", ReplyProgress(epoch=1, sample=0, text=""))
    call.say("llm", called(2, "c1"))
    replies = fold(call.facts).replies
    assert [replies[epoch].begun for epoch in (1, 2, 3)] == [True, True, False]


# -- turns --------------------------------------------------------------------------------------


def committed(turn: int, epoch: int, text: str, rev: int = 0, **fields: object) -> TurnCommitted:
    return TurnCommitted(turn=turn, rev=rev, epoch=epoch, text=text, start_sample=1, end_sample=2, **fields)  # type: ignore[arg-type]


def heard(epoch: int, text: str, outcome: Outcome = Outcome.COMPLETED) -> ReplyHeard:
    return ReplyHeard(epoch=epoch, text=text, ms=100, outcome=outcome)


def test_the_conversation_is_ordered_by_reply() -> None:
    call = Call()
    call.say("gateway", heard(1, "Hello!"))
    call.say("turn", TurnGranted(epoch=1, cause=Cause.GREETING))
    call.say("turn", committed(1, 2, "What is it?"))
    call.say("gateway", heard(2, "It is Natter."))
    call.say("turn", committed(2, 3, "And who are you?"))
    assert fold(reversed(call.facts)).conversation == (
        Entry(Role.AGENT, 1, "Hello!"),
        Entry(Role.USER, 2, "What is it?", turn=1),
        Entry(Role.AGENT, 2, "It is Natter.", turn=1),
        Entry(Role.USER, 3, "And who are you?", turn=2),
    )


def test_an_open_turn() -> None:
    call = Call()
    call.say("turn", committed(1, 1, "one"))
    call.say("turn", TurnStarted(turn=2, start_sample=500))
    state = fold(call.facts)
    assert state.open_turn is not None
    assert (state.open_turn.turn, state.open_turn.start_sample) == (2, 500)
    call.say("turn", committed(2, 2, "two"))
    assert fold(call.facts).open_turn is None


def test_only_a_commit_puts_the_users_words_into_the_conversation() -> None:
    call = Call()
    call.say("turn", TurnStarted(turn=1, start_sample=0))
    call.say("turn", TurnEager(turn=1, epoch=1, text="what is", end_sample=9))
    state = fold(call.facts)
    assert state.conversation == ()
    assert state.replies[1].turn == 1
    assert state.replies[1].cause is None
    assert state.last_epoch == 1


def test_a_reopened_turn_keeps_its_number_and_its_last_text() -> None:
    call = Call()
    call.say("turn", TurnStarted(turn=1, start_sample=100))
    call.say("turn", committed(1, 1, "I would like"))
    call.say("turn", TurnReopened(turn=1, rev=1, start_sample=900, void_only=(1,)))
    reopened = fold(call.facts)
    assert reopened.open_turn is not None
    assert (reopened.open_turn.rev, reopened.open_turn.start_sample) == (1, 1)
    assert reopened.conversation == ()
    call.say("gateway", heard(1, "", Outcome.UNHEARD))
    call.say("turn", committed(1, 2, "I would like a table.", rev=1))
    state = fold(reversed(call.facts))
    assert told(state) == [("user", "I would like a table.")]
    assert state.turns[1].status is TurnStatus.COMMITTED
    assert state.turns[1].epoch == 2
    assert state.replies[1].void


def test_a_reopened_turn_may_come_to_nothing() -> None:
    call = Call()
    call.say("turn", committed(1, 1, "hm"))
    call.say("turn", TurnReopened(turn=1, rev=1, start_sample=900, void_only=(1,)))
    call.say("turn", TurnEmpty(turn=1, rev=1, reason="noise", end_sample=1000))
    state = fold(call.facts)
    assert state.turns[1].status is TurnStatus.EMPTY
    assert state.conversation == ()
    assert state.open_turn is None


def test_the_number_of_a_reply_that_came_to_nothing_is_not_handed_out_again() -> None:
    call = Call()
    call.say("turn", committed(1, 7, "I would like"))
    call.say("turn", TurnReopened(turn=1, rev=1, start_sample=900))
    assert fold(call.facts).last_epoch == 7


def test_of_two_workers_the_later_one_decides() -> None:
    """The first died before its commit was heard by its successor, which then decided itself."""
    call = Call()
    call.say("turn", committed(1, 1, "book it"))
    call.claims["turn"] = 20
    call.say("turn", committed(1, 2, "book it"))
    state = fold(reversed(call.facts))
    assert told(state) == [("user", "book it")]
    assert state.turns[1].epoch == 2
    assert state.last_epoch == 2


# -- replies ------------------------------------------------------------------------------------


def test_an_interrupted_reply_counts_as_far_as_it_was_heard() -> None:
    call = Call()
    call.say("turn", committed(1, 1, "Tell me more."))
    call.say("llm", ReplyStarted(epoch=1))
    call.say("llm", ReplyFinished(epoch=1, text="There is much to tell. First of all"))
    call.say("gateway", ReplyProgress(epoch=1, sample=16_000, text="There is"))
    call.say("gateway", heard(1, "There is much", Outcome.INTERRUPTED))
    call.say("turn", TurnStarted(turn=2, start_sample=9, over_epoch=1, void_through=1))
    state = fold(reversed(call.facts))
    assert state.conversation[1] == Entry(Role.AGENT, 1, "There is much", turn=1, interrupted=True)
    assert state.replies[1].generated == "There is much to tell. First of all"
    assert state.replies[1].void
    assert state.void_through == 1


def test_a_reply_that_is_still_playing_counts_as_far_as_the_last_checkpoint() -> None:
    call = Call()
    call.say("turn", committed(1, 1, "Tell me."))
    call.say("gateway", ReplyProgress(epoch=1, sample=16_000, text="There"))
    call.say("gateway", ReplyProgress(epoch=1, sample=32_000, text="There is"))
    state = fold(reversed(call.facts))
    assert told(state) == [("user", "Tell me."), ("agent", "There is")]
    assert (state.replies[1].progress_sample, state.replies[1].outcome) == (32_000, None)


def test_what_nobody_heard_is_not_in_the_conversation() -> None:
    call = Call()
    call.say("turn", committed(1, 1, "Stop."))
    call.say("llm", ReplyFinished(epoch=1, text="All right."))
    call.say("gateway", heard(1, "", Outcome.UNHEARD))
    assert told(fold(call.facts)) == [("user", "Stop.")]


def test_a_wish_waits_until_it_is_granted() -> None:
    call = Call()
    call.say("gateway", ReplyWanted(cause=Cause.GREETING, request="r1", instructions="Hello!"))
    call.say("llm", ReplyWanted(cause=Cause.TOOL_RESULT, request="r2"))
    assert fold(reversed(call.facts)).wishes == (
        Wish("r1", Cause.GREETING, "Hello!"),
        Wish("r2", Cause.TOOL_RESULT, ""),
    )
    call.say("turn", TurnGranted(epoch=1, cause=Cause.GREETING, request="r1"))
    state = fold(reversed(call.facts))
    assert [wish.request for wish in state.wishes] == ["r2"]
    reply = state.replies[1]
    assert (reply.cause, reply.request, reply.instructions) == (Cause.GREETING, "r1", "Hello!")


def test_a_reply_is_void_whoever_said_so() -> None:
    call = Call()
    call.say("turn", committed(1, 1, "a"))
    call.say("turn", committed(2, 2, "b", void_only=(1,)))
    call.say("turn", committed(3, 5, "c", void_through=2, void_only=(4,)))
    state = fold(reversed(call.facts))
    assert [reply.void for reply in state.replies.values()] == [True, True, False]
    assert (state.void_through, state.void_only) == (2, (4,))


# -- tools --------------------------------------------------------------------------------------


def called(epoch: int, call: str) -> ToolCalled:
    return ToolCalled(turn=1, epoch=epoch, call=call, name="book", arguments={"day": "Tuesday"})


def test_calls_stand_in_the_order_they_were_made() -> None:
    call = Call()
    call.say("turn", committed(1, 1, "Book it."))
    call.say("gateway", heard(1, "One moment."))
    for id in ("zebra", "apple", "mango"):
        call.say("llm", called(1, id))
    assert told(fold(reversed(call.facts))) == [
        ("user", "Book it."),
        ("agent", "One moment."),
        ("tool", "zebra"),
        ("tool", "apple"),
        ("tool", "mango"),
    ]


def test_an_interruption_loses_no_result() -> None:
    call = Call()
    call.say("turn", committed(1, 1, "Book it."))
    call.say("llm", called(1, "c1"))
    call.say("turn", committed(2, 2, "Wait.", void_through=1))
    call.say("gateway", ToolReturned(call="c1", result="booked"))
    state = fold(reversed(call.facts))
    assert told(state) == [("user", "Book it."), ("tool", "c1"), ("user", "Wait.")]
    assert (state.calls["c1"].result, state.calls["c1"].outcome) == ("booked", ToolOutcome.RETURNED)


def test_a_call_without_a_result_is_still_running() -> None:
    call = Call()
    call.say("llm", called(1, "c1"))
    state = fold(call.facts)
    assert (state.calls["c1"].result, state.calls["c1"].outcome) == (None, None)
    assert state.calls["c1"].arguments == {"day": "Tuesday"}


def test_the_first_result_of_a_call_counts() -> None:
    call = Call()
    call.say("llm", called(1, "c1"))
    call.say("gateway", ToolReturned(call="c1", result="booked"))
    call.say("gateway", ToolReturned(call="c1", result="again"))
    call.say("gateway", ToolReturned(call="unknown", result="whose?"))
    state = fold(reversed(call.facts))
    assert state.calls["c1"].result == "booked"
    assert set(state.calls) == {"c1"}


def test_a_call_that_timed_out_stays_so() -> None:
    """The model was told of the time-out; a result of the client that crossed it comes too late."""
    call = Call()
    call.say("llm", called(1, "c1"))
    call.say("llm", ToolReturned(call="c1", result="no answer within 2 s", outcome=ToolOutcome.TIMED_OUT))
    call.say("gateway", ToolReturned(call="c1", result="booked"))
    for facts in (call.facts, list(reversed(call.facts))):
        known = fold(facts).calls["c1"]
        assert (known.result, known.outcome) == ("no answer within 2 s", ToolOutcome.TIMED_OUT)


def test_the_arguments_of_the_fold_are_not_consumed() -> None:
    facts: list[Message] = [committed(1, 1, "a")]
    assert fold(iter(facts)) == fold(facts)
