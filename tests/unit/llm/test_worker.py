"""A session on the memory bus: what the other services say, and what the llm service makes of it."""

from __future__ import annotations

import itertools

import pytest

from natter_llm.engine import ChatMessage, Done, Role, Text, ToolCall
from natter_llm.engines.scripted import Scripted
from natter_llm.worker import HEARD_S, unsettled
from natter_protocol.llm import LlmDelta
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyStarted, ReplyWanted
from natter_protocol.settings import ExecutionMode, SessionSettings, Tool
from natter_protocol.tool import ToolCalled, ToolReturned
from natter_protocol.turn import Cause, Scope, TurnCommitted, TurnGranted, TurnReopened
from natter_runtime.clock import SystemClock
from natter_runtime.fold import fold
from tests.support.llm_rig import Puppet, rig, settle


def contents(messages: tuple[ChatMessage, ...]) -> list[tuple[Role, str]]:
    return [(message.role, message.content) for message in messages if message.role is not Role.SYSTEM]


async def test_answers_a_committed_turn() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker():
        await r.commit(1, "What is up?", turn=1, rev=2)
        request = await puppet.request(0)
        await puppet.answer(0, "The sky.")
        finished = await r.wait_for(ReplyFinished, 1)
    assert contents(request.messages) == [(Role.USER, "What is up?")]
    assert request.messages[0].content.startswith("Be kind.")
    started = r.of(ReplyStarted, 1)[0]
    assert (started.turn, started.rev, started.cause, started.model) == (1, 2, Cause.USER, "puppet-1")
    assert [delta.text for delta in r.of(LlmDelta, 1)] == ["The sky."]
    assert (finished.text, finished.ok, finished.input_tokens, finished.output_tokens) == ("The sky.", True, 7, 3)
    assert finished.first_token_ms is not None
    assert 0 <= finished.first_token_ms <= finished.total_ms


async def test_scripted_engine_numbers_its_replies() -> None:
    async with rig(Scripted(SystemClock())) as r, r.worker():
        await r.commit(1, "one")
        first = await r.wait_for(ReplyFinished, 1)
        await r.heard(1, first.text)
        await r.commit(2, "two", turn=2)
        second = await r.wait_for(ReplyFinished, 2)
    assert first.text.startswith("This is item one of reply 1.")
    assert second.text.startswith("This is item one of reply 2.")


async def test_says_a_greeting_word_for_word() -> None:
    puppet = Puppet()
    settings = SessionSettings(greeting="Bakery, good morning!")
    async with rig(puppet, settings) as r, r.worker():
        await r.grant(1, Cause.GREETING)
        finished = await r.wait_for(ReplyFinished, 1)
    assert finished.text == "Bakery, good morning!"
    assert [delta.text for delta in r.of(LlmDelta, 1)] == ["Bakery, good morning!"]
    assert r.of(ReplyStarted, 1)[0].model == ""
    assert puppet.requests == []


async def test_says_a_filler_with_the_words_of_its_wish_and_leaves_the_answer_alone() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker():
        await r.commit(1, "Question")
        await puppet.request(0)
        await r.gateway.say(ReplyWanted(cause=Cause.FILLER, request="f1", instructions="One moment."))
        await r.grant(2, Cause.FILLER, request="f1")
        assert (await r.wait_for(ReplyFinished, 2)).text == "One moment."
        await puppet.answer(0, "Answer.")
        assert (await r.wait_for(ReplyFinished, 1)).text == "Answer."


async def test_adopts_a_speculation_of_the_same_epoch() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker():
        await r.eager(1, "what is natter")
        request = await puppet.request(0)
        await puppet.answer(0, "A platform.")
        await r.wait_for(ReplyFinished, 1)
        await r.commit(1, "What is Natter?")
        await settle()
    assert contents(request.messages) == [(Role.USER, "what is natter")]
    assert len(puppet.requests) == 1
    assert len(r.of(ReplyStarted)) == len(r.of(ReplyFinished)) == 1


async def test_discards_a_speculation_when_the_turn_goes_on() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker():
        await r.eager(1, "what is")
        await puppet.request(0)
        await r.cancel(1, Scope.ONLY)
        await settle()
        assert puppet.closed[0]
        await r.eager(2, "what is natter", rev=1)
        await r.commit(2, "What is Natter?", rev=1)
        request = await puppet.request(1)
        await puppet.answer(1, "A platform.")
        await r.wait_for(ReplyFinished, 2)
    assert [content.lower() for _, content in contents(request.messages)] in (["what is natter"], ["what is natter?"])
    assert r.of(ReplyFinished, 1) == []


async def test_a_commit_with_another_epoch_replaces_the_speculation() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker():
        await r.eager(1, "what is nat")
        await puppet.request(0)
        await r.commit(2, "What is NATS?")
        request = await puppet.request(1)
        assert puppet.closed[0]
        await puppet.answer(1, "A bus.")
        await r.wait_for(ReplyFinished, 2)
    assert contents(request.messages) == [(Role.USER, "What is NATS?")]


async def test_cancel_stops_the_model_in_the_middle() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker():
        await r.commit(1, "Tell me everything")
        await puppet.feed(0, Text("It all "), Text("began"))
        await r.wait_for(LlmDelta, 1)
        await r.cancel(1)
        await settle()
        assert puppet.closed[0]
        said = len(r.said)
        await settle()
        assert len(r.said) == said
    assert r.of(ReplyFinished) == []


async def test_a_fact_that_repeats_what_is_void_stops_it_too() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker():
        await r.commit(1, "One")
        await puppet.request(0)
        await r.commit(2, "Two", turn=2, through=1)
        await puppet.request(1)
        assert puppet.closed[0]


async def test_a_reopened_turn_takes_its_answer_back() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker():
        await r.commit(1, "I want")
        await puppet.request(0)
        await r.turn.say(TurnReopened(turn=1, rev=1, start_sample=50))
        await settle()
        assert puppet.closed[0]
        await r.commit(2, "I want tea.", rev=1)
        request = await puppet.request(1)
    assert contents(request.messages) == [(Role.USER, "I want tea.")]


async def test_waits_until_it_is_known_what_was_heard() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker():
        await r.commit(1, "One")
        await puppet.answer(0, "First answer, all of it.")
        await r.wait_for(ReplyFinished, 1)
        await r.commit(2, "Two", turn=2, through=1)
        await settle()
        assert len(puppet.requests) == 1
        await r.heard(1, "First answer,", Outcome.INTERRUPTED)
        request = await puppet.request(1)
    assert contents(request.messages) == [(Role.USER, "One"), (Role.ASSISTANT, "First answer,…"), (Role.USER, "Two")]


async def test_goes_on_without_knowing_after_a_while_and_never_waits_for_it_again() -> None:
    puppet = Puppet()
    clock = SystemClock()
    async with rig(puppet) as r, r.worker():
        await r.commit(1, "One")
        await puppet.answer(0, "First.")
        await r.wait_for(ReplyFinished, 1)
        start = clock.monotonic()
        await r.commit(2, "Two", turn=2)
        await puppet.answer(1, "Second.")
        waited = clock.monotonic() - start
        await r.wait_for(ReplyFinished, 2)
        await r.heard(2, "Second.")
        start = clock.monotonic()
        await r.commit(3, "Three", turn=3)
        await puppet.request(2)
        again = clock.monotonic() - start
    assert waited >= HEARD_S * 0.9
    assert again < HEARD_S / 2


async def test_a_new_configuration_counts_from_the_next_answer() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker():
        await r.commit(1, "One")
        await puppet.answer(0, "First.")
        await r.wait_for(ReplyFinished, 1)
        await r.heard(1, "First.")
        await r.configure(2, SessionSettings(system_prompt="Be brief."))
        await r.commit(2, "Two", turn=2)
        request = await puppet.request(1)
    assert request.messages[0].content.startswith("Be brief.")


async def test_one_off_instructions_go_last() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker():
        await r.gateway.say(ReplyWanted(cause=Cause.REPLY_CREATE, request="c1", instructions="Say we are looking."))
        await r.grant(1, Cause.REPLY_CREATE, request="c1")
        request = await puppet.request(0)
    assert request.messages[-1] == ChatMessage(Role.SYSTEM, "Say we are looking.")


@pytest.mark.parametrize("finished", [False, True])
async def test_takes_over_what_another_worker_left(finished: bool) -> None:
    puppet = Puppet()
    async with rig(puppet) as r:
        await r.commit(1, "One")
        if finished:
            async with r.worker():
                await puppet.answer(0, "First.")
                await r.wait_for(ReplyFinished, 1)
        async with r.worker():
            await settle()
            assert len(puppet.requests) == 1
            if not finished:
                await puppet.answer(0, "First.")
                await r.wait_for(ReplyFinished, 1)
    assert len(r.of(ReplyFinished, 1)) == 1


async def test_takes_over_a_greeting_that_nobody_said() -> None:
    async with rig(Puppet(), SessionSettings(greeting="Hello.")) as r:
        await r.grant(1, Cause.GREETING)
        async with r.worker():
            assert (await r.wait_for(ReplyFinished, 1)).text == "Hello."


async def test_takes_over_nothing_that_is_void() -> None:
    puppet = Puppet()
    async with rig(puppet) as r:
        await r.commit(1, "One")
        await r.commit(2, "Two", turn=2, through=1)
        async with r.worker():
            request = await puppet.request(0)
            await settle()
        assert len(puppet.requests) == 1
    assert contents(request.messages)[-1] == (Role.USER, "Two")


async def test_a_reply_whose_calls_were_made_is_not_generated_twice() -> None:
    puppet = Puppet()
    async with rig(puppet) as r:
        await r.commit(1, "Weather?")
        async with r.worker() as seat:
            await puppet.request(0)
            await seat.store(ToolCalled(turn=1, epoch=1, call="call_1_00_x", name="get_weather", arguments={}))
        async with r.worker():
            assert (await r.wait_for(ReplyFinished, 1)).text == ""
    assert len(puppet.requests) == 1


async def test_the_end_of_the_session_stops_everything() -> None:
    puppet = Puppet()
    async with rig(puppet) as r:
        async with r.worker():
            await r.commit(1, "One")
            await puppet.request(0)
        assert puppet.closed == [True]


async def test_old_commits_that_are_read_late_start_nothing() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker() as seat:
        await r.commit(2, "Two", turn=2)
        await puppet.request(0)
        seat.inbox.put(TurnCommitted(turn=1, epoch=1, text="One", start_sample=0, end_sample=1))
        seat.inbox.put(TurnGranted(epoch=1, cause=Cause.REPLY_CREATE))
        await settle()
        assert len(puppet.requests) == 1
        assert not puppet.closed[0]


def test_unsettled_are_committed_replies_without_an_outcome() -> None:
    facts = [
        TurnCommitted(by="turn", claim=1, seq=1, turn=1, epoch=1, text="a", start_sample=0, end_sample=1),
        TurnCommitted(by="turn", claim=1, seq=2, turn=2, epoch=3, text="b", start_sample=0, end_sample=1),
        ReplyStarted(by="llm", claim=1, seq=1, epoch=2),
        ReplyHeard(by="gateway", claim=1, seq=1, epoch=1, text="x", ms=1, outcome=Outcome.COMPLETED),
    ]
    assert unsettled(fold(facts), 9) == {3}
    assert unsettled(fold(facts), 3) == set()


async def test_live_deltas_hold_the_whole_text_and_are_few() -> None:
    engine = Scripted(SystemClock(), token_s=0.002)
    async with rig(engine) as r, r.worker():
        await r.commit(1, "Count")
        finished = await r.wait_for(ReplyFinished, 1)
    deltas = [delta.text for delta in r.of(LlmDelta, 1)]
    assert deltas[-1] == finished.text
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(deltas))
    assert len(deltas) <= finished.total_ms / 25 + 2
    assert len(deltas) < len(finished.text.split())


# -- a tool that holds the conversation -----------------------------------------------------------

HOLD = SessionSettings(tools=(Tool("look", mode=ExecutionMode.HOLD),))


async def test_nobody_is_answered_while_a_tool_holds_the_conversation() -> None:
    puppet = Puppet()
    async with rig(puppet, HOLD) as r, r.worker():
        await r.commit(1, "Look it up.")
        await puppet.feed(0, ToolCall("x", "look", "{}"), Done("tool_calls"))
        called = await r.wait_for(ToolCalled)
        await r.wait_for(ReplyFinished, 1)
        await r.heard(1, "")
        await r.eager(2, "Hurry up.", turn=2)
        await r.commit(2, "Hurry up.", turn=2)
        assert (await r.wait_for(ReplyFinished, 2)).text == ""
        assert len(puppet.requests) == 1
        await r.heard(2, "")
        await r.grant(3, Cause.REPLY_CREATE, instructions="Say that it takes long.")
        await puppet.answer(1, "It takes long.")
        assert (await r.wait_for(ReplyFinished, 3)).text == "It takes long."
        await r.heard(3, "It takes long.")
        await r.gateway.say(ToolReturned(call=called.call, result="seen"))
        wish = await r.wait_for(ReplyWanted)
        await r.grant(4, Cause.TOOL_RESULT, request=wish.request)
        request = await puppet.request(2)
        assert (Role.USER, "Hurry up.") in contents(request.messages)


async def test_after_the_hold_the_result_is_told_though_the_reply_that_asked_was_cut_short() -> None:
    puppet = Puppet()
    async with rig(puppet, HOLD) as r, r.worker():
        await r.commit(1, "Look it up.")
        await puppet.feed(0, Text("Let me see."), ToolCall("x", "look", "{}"), Done("tool_calls"))
        called = await r.wait_for(ToolCalled)
        await r.cancel(1)
        await r.heard(1, "Let", Outcome.INTERRUPTED)
        await r.commit(2, "Hurry up.", turn=2, through=1)
        await r.wait_for(ReplyFinished, 2)
        await r.heard(2, "")
        await r.gateway.say(ToolReturned(call=called.call, result="seen"))
        assert (await r.wait_for(ReplyWanted)).cause is Cause.TOOL_RESULT


async def test_what_does_something_is_not_done_twice_at_the_same_time() -> None:
    puppet = Puppet()
    settings = SessionSettings(tools=(Tool("book", side_effects=True),))
    async with rig(puppet, settings) as r, r.worker():
        await r.commit(1, "Book it.")
        await puppet.feed(0, ToolCall("x", "book", '{"seats": 2}'), Done("tool_calls"))
        await r.wait_for(ToolCalled)
        await r.wait_for(ReplyFinished, 1)
        await r.heard(1, "")
        await r.commit(2, "Book it, I said.", turn=2)
        await puppet.feed(1, ToolCall("y", "book", '{"seats": 2}'), ToolCall("z", "book", '{"seats": 3}'))
        await puppet.feed(1, Done("tool_calls"))
        again = await puppet.request(2)
        assert "book is running with these very arguments" in again.messages[-2].content
        await puppet.answer(2, "It is being booked.")
        await r.wait_for(ReplyFinished, 2)
        assert [call.arguments for call in r.of(ToolCalled)] == [{"seats": 2}, {"seats": 3}]
