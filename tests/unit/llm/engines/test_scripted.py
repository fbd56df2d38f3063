"""The engine of tests and benchmarks."""

from __future__ import annotations

import asyncio

import pytest

from natter_llm.engine import ChatMessage, Done, Event, Request, Role, Text, ToolCall
from natter_llm.engines.scripted import ITEMS, Failure, Scripted, instructed, numbered, parse
from natter_runtime.clock import ManualClock, SystemClock
from natter_runtime.errors import EngineError, UsageError
from tests.support.llm_contract import collect, into, text_of
from tests.support.llm_rig import settle


def asking(users: int, calls: int = 0) -> Request:
    made = ChatMessage(Role.ASSISTANT, "", (ToolCall("c", "f", "{}"),))
    return Request((*[ChatMessage(Role.USER, "u")] * users, *[made] * calls))


async def test_reply_k_is_a_numbered_list() -> None:
    engine = Scripted(SystemClock())
    text = text_of(await collect(engine.generate(asking(3))))
    assert text == numbered(3)
    assert text.startswith("This is item one of reply 3. This is item two of reply 3.")
    assert text.count(".") == len(ITEMS)


async def test_asking_again_for_the_same_turn_gives_the_same_reply() -> None:
    engine = Scripted(SystemClock(), parse("First.\n\nSecond.\n\nThird."))
    texts = [text_of(await collect(engine.generate(asking(*counts)))) for counts in ((1,), (1,), (2,), (2, 1), (4,))]
    assert texts == ["First.", "First.", "Second.", "Third.", "First."]


def test_a_script() -> None:
    assert parse('One.\nTwo.\n\n\nWait.\n!tool f {"a": 1}\n\n!tool g\n\n!fail busy\n\n!refuse bad key\n') == [
        ["One.", "Two."],
        ["Wait.", ToolCall("scripted_1", "f", '{"a": 1}')],
        [ToolCall("scripted_2", "g", "{}")],
        [Failure("busy", retryable=True)],
        [Failure("bad key", retryable=False)],
    ]


@pytest.mark.parametrize(("script", "words"), [("", "no reply"), ("\n\n", "no reply"), ("!dance", "!dance")])
def test_a_wrong_script_says_so(script: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse(script)


async def test_lines_are_joined_and_calls_end_the_reply_as_such() -> None:
    engine = Scripted(SystemClock(), parse("One.\nTwo.\n!tool f"))
    events = await collect(engine.generate(asking(1)))
    assert text_of(events) == "One. Two."
    assert isinstance(events[-1], Done)
    assert events[-1].finish_reason == "tool_calls"


async def test_failures() -> None:
    engine = Scripted(SystemClock(), [[Failure("busy", True)], ["One", Failure("gone")]], in_order=True)
    with pytest.raises(EngineError, match="busy") as caught:
        await collect(engine.generate(asking(1)))
    assert caught.value.retryable
    heard: list[Event] = []
    with pytest.raises(EngineError, match="gone"):
        await into(heard, engine.generate(asking(1)))
    assert heard == [Text("One")]


async def test_delays_come_from_the_clock() -> None:
    clock = ManualClock()
    engine = Scripted(clock, [["a b"]], first_s=0.5, token_s=0.1)
    asked = asyncio.create_task(collect(engine.generate(asking(1))))
    for step, done in ((0.4, False), (0.2, False), (0.05, False), (0.06, True)):
        await settle()
        clock.advance(step)
        await settle()
        assert asked.done() is done
    assert text_of(asked.result()) == "a b"


def system(text: str) -> ChatMessage:
    return ChatMessage(Role.SYSTEM, text)


USER = ChatMessage(Role.USER, "u")
CALLED = ChatMessage(Role.ASSISTANT, "", (ToolCall("c", "f", "{}"),))
ORDER = 'Call the function order with {"size": {"cm": 3}} and call the function pay with {}. Then say exactly: "Done."'


def test_an_instruction_is_followed_step_by_step() -> None:
    calls = [ToolCall("told_0_0", "order", '{"size": {"cm": 3}}'), ToolCall("told_0_1", "pay", "{}")]
    assert instructed([USER, system(ORDER)]) == calls
    assert instructed([USER, system(ORDER), CALLED]) == ["Done."]
    assert instructed([USER, system(ORDER), CALLED, CALLED]) is None
    assert instructed([system(ORDER), USER]) == calls
    assert instructed([system(ORDER), USER, CALLED, USER]) == calls  # for every turn anew
    assert instructed([system("Be kind."), USER]) is None


async def test_what_is_instructed_comes_before_the_script() -> None:
    engine = Scripted(SystemClock(), parse("First."))
    request = Request((USER, system('Please say exactly: "As you wish."')))
    assert text_of(await collect(engine.generate(request))) == "As you wish."
    assert text_of(await collect(engine.generate(asking(1)))) == "First."
