"""From the fold of a session to what a model is told."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from natter_llm import history
from natter_llm.engine import ChatMessage, Role, ToolCall
from natter_llm.history import Moment, messages, recent
from natter_protocol.base import Message
from natter_protocol.conversation import Author, ConversationAdded
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyProgress
from natter_protocol.session import SessionConfigured
from natter_protocol.settings import SessionSettings, Tool
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from natter_protocol.turn import Cause, TurnCommitted, TurnGranted
from natter_runtime.fold import fold
from natter_runtime.state import SessionState


def state(*facts: Message, settings: SessionSettings | None = None) -> SessionState:
    numbers = itertools.count(1)
    configured = SessionConfigured(by="gateway", version=1, settings=settings or SessionSettings())
    return fold(msgspec.structs.replace(fact, session="s", claim=1, seq=next(numbers)) for fact in (configured, *facts))


def asked(turn: int, epoch: int, text: str) -> TurnCommitted:
    return TurnCommitted(by="turn", turn=turn, epoch=epoch, text=text, start_sample=0, end_sample=1)


def heard(epoch: int, text: str, outcome: Outcome = Outcome.COMPLETED) -> ReplyHeard:
    return ReplyHeard(by="gateway", epoch=epoch, text=text, ms=1, outcome=outcome)


def told(session: SessionState, moment: Moment, **options: object) -> list[tuple[str, str]]:
    found = messages(session, moment, spoken_style=False, **options)  # type: ignore[arg-type]
    return [(message.role.value, message.content) for message in found]


def test_an_empty_session_tells_only_the_words_that_are_guessed() -> None:
    assert told(state(), Moment(1, spoken="hello")) == [("user", "hello")]
    assert told(state(), Moment(1, Cause.REPLY_CREATE)) == []


def test_the_system_prompt_comes_first_with_the_hint_that_words_are_spoken() -> None:
    session = state(asked(1, 1, "Hi"), settings=SessionSettings(system_prompt="Be kind."))
    assert told(session, Moment(1)) == [("system", "Be kind."), ("user", "Hi")]
    first = messages(session, Moment(1))[0]
    assert first.content == f"Be kind.\n\n{history.SPOKEN_STYLE}"


def test_the_conversation_in_its_order() -> None:
    session = state(asked(1, 2, "One"), heard(1, "Welcome."), heard(2, "Two."), asked(2, 3, "Three"))
    assert told(session, Moment(3)) == [
        ("assistant", "Welcome."),
        ("user", "One"),
        ("assistant", "Two."),
        ("user", "Three"),
    ]


def test_only_what_was_heard_counts_and_the_model_knows_what_was_cut() -> None:
    session = state(
        asked(1, 1, "One"),
        ReplyFinished(by="llm", epoch=1, text="A long answer."),
        heard(1, "A long ", Outcome.INTERRUPTED),
        asked(2, 2, "Two"),
        heard(2, "", Outcome.UNHEARD),
        asked(3, 3, "Three"),
        settings=SessionSettings(system_prompt="P"),
    )
    assert told(session, Moment(3)) == [
        ("system", f"P\n\n{history.CUT_NOTE}"),
        ("user", "One"),
        ("assistant", "A long…"),
        ("user", "Two"),
        ("user", "Three"),
    ]


def test_progress_stands_in_for_what_nobody_has_told_yet() -> None:
    session = state(
        asked(1, 1, "One"),
        ReplyFinished(by="llm", epoch=1, text="A long answer."),
        ReplyProgress(by="gateway", epoch=1, sample=10, text="A long"),
        asked(2, 2, "Two"),
    )
    assert ("assistant", "A long…") in told(session, Moment(2))


def test_a_speculation_whose_turn_was_committed_meanwhile_is_told_once() -> None:
    session = state(asked(1, 1, "What is Natter?"))
    assert told(session, Moment(1, spoken="what is natter")) == [("user", "What is Natter?")]


def test_what_a_reply_itself_has_said_is_not_told_when_it_is_made_anew() -> None:
    session = state(asked(1, 1, "One"), ReplyProgress(by="gateway", epoch=1, sample=1, text="Half"))
    assert told(session, Moment(1)) == [("user", "One")]


def added(epoch: int, author: Author, text: str) -> ConversationAdded:
    return ConversationAdded(by="gateway", epoch=epoch, author=author, text=text)


def test_what_the_client_added_is_told_where_it_was_added() -> None:
    session = state(
        added(0, Author.SYSTEM, "The caller is Ada."),
        asked(1, 1, "Hello"),
        heard(1, "Hi."),
        added(1, Author.USER, "I am Ada."),
        asked(2, 2, "Who am I?"),
        added(2, Author.USER, "Too late for this one."),
    )
    assert told(session, Moment(2)) == [
        ("system", "The caller is Ada."),
        ("user", "Hello"),
        ("assistant", "Hi."),
        ("user", "I am Ada."),
        ("user", "Who am I?"),
    ]


def called(epoch: int, call: str, name: str = "weather") -> ToolCalled:
    return ToolCalled(by="llm", turn=1, epoch=epoch, call=call, name=name, arguments={"city": "Köln"})


def test_a_call_and_its_result_take_the_shape_that_chat_apis_want() -> None:
    session = state(
        asked(1, 1, "Weather?"),
        heard(1, "Let me check."),
        called(1, "c0"),
        called(1, "c1"),
        ToolReturned(by="gateway", call="c1", result="rain"),
    )
    assert messages(session, Moment(2, Cause.TOOL_RESULT, request="tools_1"), spoken_style=False) == (
        ChatMessage(Role.USER, "Weather?"),
        ChatMessage(
            Role.ASSISTANT,
            "Let me check.",
            (ToolCall("c0", "weather", '{"city": "Köln"}'), ToolCall("c1", "weather", '{"city": "Köln"}')),
        ),
        ChatMessage(Role.TOOL, history.PENDING, call="c0"),
        ChatMessage(Role.TOOL, "rain", call="c1"),
    )


@pytest.mark.parametrize(
    ("outcome", "result", "text"),
    [
        (ToolOutcome.RETURNED, "42", "42"),
        (ToolOutcome.RETURNED, "", "(no result)"),
        (ToolOutcome.FAILED, "no such city", "Error: no such city"),
        (ToolOutcome.FAILED, "", "Error: the tool failed"),
        (ToolOutcome.TIMED_OUT, "no answer within 2 s", "Error: weather gave no answer in time."),
    ],
)
def test_results_in_words(outcome: ToolOutcome, result: str, text: str) -> None:
    session = state(called(1, "c"), ToolReturned(by="gateway", call="c", result=result, outcome=outcome))
    assert history.result_text(session.calls["c"]) == text


def test_results_are_told_again_where_the_conversation_went_on_meanwhile() -> None:
    tool = Tool(name="weather", on_success="Be cheerful.", on_error="Apologise.")
    session = state(
        asked(1, 1, "Weather?"),
        called(1, "c"),
        asked(2, 2, "Hello?"),
        heard(2, "One moment."),
        ToolReturned(by="gateway", call="c", result="rain"),
        TurnGranted(by="turn", epoch=3, cause=Cause.TOOL_RESULT, request="tools_1"),
        settings=SessionSettings(tools=(tool,)),
    )
    last = told(session, Moment(3, Cause.TOOL_RESULT, request="tools_1"))[-2:]
    assert last == [("system", f"{history.ARRIVED}\nweather: rain"), ("system", "Be cheerful.")]


def test_instructions_after_a_failure_are_those_for_errors_and_said_once() -> None:
    tool = Tool(name="weather", on_success="Be cheerful.", on_error="Apologise.")
    session = state(
        called(1, "c0"),
        called(1, "c1"),
        *(ToolReturned(by="gateway", call=c, result="x", outcome=ToolOutcome.FAILED) for c in ("c0", "c1")),
        settings=SessionSettings(tools=(tool,)),
    )
    found = told(session, Moment(2, Cause.TOOL_RESULT, request="tools_1"))
    assert [text for role, text in found if role == "system"] == ["Apologise."]


def test_one_off_instructions_come_last() -> None:
    session = state(asked(1, 1, "One"))
    assert told(session, Moment(2, Cause.REPLY_CREATE, instructions="Sing."))[-1] == ("system", "Sing.")
    assert told(session, Moment(2, Cause.IDLE))[-1] == ("system", history.IDLE)
    assert told(session, Moment(2, Cause.IDLE, instructions="Ask."))[-1] == ("system", "Ask.")


def test_old_messages_are_left_out_at_a_question() -> None:
    whole = [ChatMessage(Role.USER, "1"), ChatMessage(Role.ASSISTANT, "a"), ChatMessage(Role.TOOL, "t", call="c")]
    later = [ChatMessage(Role.USER, "2"), ChatMessage(Role.ASSISTANT, "b")]
    assert recent([*whole, *later], 5) == [*whole, *later]
    assert recent([*whole, *later], 4) == later
    assert recent([*whole, *later], 3) == later
    assert recent(whole, 2) == []
