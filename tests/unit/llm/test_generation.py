"""One reply: tools, failures, deadlines, and what a speculation must not do."""

from __future__ import annotations

import asyncio

import pytest

from natter_llm.config import LlmConfig
from natter_llm.engine import Done, Role, Text, ToolCall
from natter_llm.engines.scripted import Failure, Scripted
from natter_llm.history import PENDING
from natter_llm.language import ENGLISH
from natter_protocol.errors import ErrorCode, ErrorRaised
from natter_protocol.llm import LlmDelta
from natter_protocol.reply import Outcome, ReplyFinished, ReplyWanted
from natter_protocol.settings import SessionSettings
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from natter_protocol.turn import Cause, Scope
from natter_runtime.clock import SystemClock
from natter_runtime.errors import EngineError
from tests.support.llm_rig import WEATHER, Puppet, rig, settle

BERLIN = ToolCall("x1", "get_weather", '{"city": "Berlin"}')
SETTINGS = SessionSettings(tools=(WEATHER,))


def scripted(*replies: list[str | ToolCall | Failure]) -> Scripted:
    return Scripted(SystemClock(), replies, in_order=True)


async def test_a_call_its_result_and_the_reply_that_tells_it() -> None:
    puppet = Puppet()
    async with rig(puppet, SETTINGS) as r, r.worker():
        await r.commit(1, "Weather in Berlin?")
        await puppet.feed(0, Text("Let me check."), BERLIN, Done("tool_calls"))
        called = await r.wait_for(ToolCalled)
        finished = await r.wait_for(ReplyFinished, 1)
        await settle()
        assert r.of(ReplyWanted) == []
        await r.heard(1, finished.text)
        await r.gateway.say(ToolReturned(call=called.call, result='{"temp": 21}'))
        wanted = await r.wait_for(ReplyWanted)
        await r.grant(2, Cause.TOOL_RESULT, request=wanted.request)
        request = await puppet.request(1)
        await puppet.answer(1, "It is 21 degrees.")
        await r.wait_for(ReplyFinished, 2)
    assert (called.name, called.arguments, called.epoch, called.turn) == ("get_weather", {"city": "Berlin"}, 1, 1)
    assert (wanted.cause, wanted.request, wanted.epoch) == (Cause.TOOL_RESULT, "tools_1", 1)
    assert [message.role for message in request.messages[-3:]] == [Role.USER, Role.ASSISTANT, Role.TOOL]
    assert request.messages[-2].content == "Let me check."
    assert request.messages[-2].calls[0].id == request.messages[-1].call == called.call
    assert request.messages[-1].content == '{"temp": 21}'


async def test_the_call_is_stored_before_the_reply_is_finished() -> None:
    async with rig(scripted(["Wait.", BERLIN]), SETTINGS) as r, r.worker():
        await r.commit(1, "Weather?")
        await r.wait_for(ReplyFinished, 1)
        kinds = [type(message) for message in r.said]
        stored = [event.subject.rsplit(".", 2)[-2:] for event in await r.broker.bus().log.read("natter.v1.s.*.evt.>")]
    assert kinds.index(ToolCalled) < kinds.index(ReplyFinished)
    assert ["tool", "called"] in stored


async def test_several_calls_keep_their_order_and_are_told_together() -> None:
    calls = [ToolCall(str(n), "get_weather", f'{{"city": "{city}"}}') for n, city in enumerate(("Rome", "Oslo"))]
    async with rig(scripted([*calls]), SETTINGS) as r, r.worker() as seat:
        await r.commit(1, "Weather in Rome and Oslo?")
        await r.wait_for(ToolCalled, count=2)
        await r.wait_for(ReplyFinished, 1)
        first, second = (call.call for call in r.of(ToolCalled))
        assert first < second
        await r.gateway.say(ToolReturned(call=second, result="cold"))
        await settle()
        assert r.of(ReplyWanted) == []
        await r.gateway.say(ToolReturned(call=first, result="warm"))
        await r.wait_for(ReplyWanted)
        await settle()
        assert [entry.call.result for entry in seat.state.conversation if entry.call] == ["warm", "cold"]
    assert len(r.of(ReplyWanted)) == 1


async def test_a_result_before_the_text_is_finished_waits_for_it() -> None:
    """A tool may answer at once, while the reply is still being told to the log."""
    puppet = Puppet()
    async with rig(puppet, SETTINGS) as r, r.worker():
        await r.commit(1, "Weather?")
        await puppet.feed(0, BERLIN, Done("tool_calls"))
        called = await r.wait_for(ToolCalled)
        await r.gateway.say(ToolReturned(call=called.call, result="sunny"))
        await r.wait_for(ReplyWanted)
        kinds = [type(message) for message in r.said]
    assert kinds.index(ReplyFinished) < kinds.index(ReplyWanted)


async def test_a_repeated_result_changes_nothing() -> None:
    async with rig(scripted([BERLIN]), SETTINGS) as r, r.worker() as seat:
        await r.commit(1, "Weather?")
        called = await r.wait_for(ToolCalled)
        for result in ("first", "second"):
            await r.gateway.say(ToolReturned(call=called.call, result=result))
        await r.gateway.say(ToolReturned(call="call_unknown", result="x"))
        await r.wait_for(ReplyWanted)
        await settle()
        assert seat.state.calls[called.call].result == "first"
    assert len(r.of(ReplyWanted)) == 1


async def test_a_tool_that_does_not_answer_is_timed_out() -> None:
    slow = SessionSettings(tools=(type(WEATHER)(name="get_weather", timeout_s=0.05, on_error="Say sorry."),))
    puppet = Puppet()
    async with rig(puppet, slow) as r, r.worker():
        await r.commit(1, "Weather?")
        await puppet.feed(0, BERLIN, Done("tool_calls"))
        returned = await r.wait_for(ToolReturned)
        wanted = await r.wait_for(ReplyWanted)
        await r.heard(1, "")
        await r.grant(2, Cause.TOOL_RESULT, request=wanted.request)
        request = await puppet.request(1)
        await r.gateway.say(ToolReturned(call=returned.call, result="too late"))
        await settle()
    assert len(r.of(ReplyWanted)) == 1
    assert returned.outcome is ToolOutcome.TIMED_OUT
    assert [message.content for message in request.messages[-2:]] == [
        "Error: get_weather gave no answer in time.",
        "Say sorry.",
    ]


async def test_arguments_that_do_not_fit_are_told_back_and_never_dispatched() -> None:
    puppet = Puppet()
    async with rig(puppet, SETTINGS) as r, r.worker():
        await r.commit(1, "Weather?")
        await puppet.feed(0, ToolCall("a", "get_weather", '{"city": "berlin"}'), Done("tool_calls"))
        second = await puppet.request(1)
        await puppet.feed(1, ToolCall("b", "get_weather", "{"), Done("tool_calls"))
        await puppet.feed(2, Text("Which city do you mean?"), Done("stop"))
        finished = await r.wait_for(ReplyFinished, 1)
    assert r.of(ToolCalled) == []
    assert finished.text == "Which city do you mean?"
    assert second.messages[-1].role is Role.TOOL
    assert "city: 'berlin' does not match" in second.messages[-1].content


async def test_a_model_that_cannot_write_arguments_has_failed() -> None:
    bad = ToolCall("a", "get_weather", "{}")
    async with rig(scripted([bad], [bad], [bad], ["never"]), SETTINGS) as r, r.worker():
        await r.commit(1, "Weather?")
        finished = await r.wait_for(ReplyFinished, 1)
    assert not finished.ok
    assert finished.text == ENGLISH.apology
    assert r.of(ToolCalled) == []
    assert "city" in r.of(ErrorRaised)[0].message


async def test_the_good_call_of_two_is_made_once() -> None:
    bad = ToolCall("b", "get_weather", "[]")
    async with rig(scripted([BERLIN, bad], [BERLIN], ["never"]), SETTINGS) as r, r.worker():
        await r.commit(1, "Weather?")
        await r.wait_for(ReplyFinished, 1)
    assert [call.arguments for call in r.of(ToolCalled)] == [{"city": "Berlin"}]


async def test_a_speculation_calls_no_tool_until_its_turn_is_committed() -> None:
    async with rig(scripted(["Let me check.", BERLIN]), SETTINGS) as r, r.worker():
        await r.eager(1, "Weather in Berlin")
        await r.wait_for(LlmDelta, 1)
        await settle()
        assert r.of(ToolCalled) == []
        await r.commit(1, "Weather in Berlin?")
        await r.wait_for(ToolCalled)


async def test_a_reply_that_was_begun_early_is_complete_only_after_its_calls() -> None:
    async with rig(scripted([BERLIN]), SETTINGS) as r, r.worker():
        await r.eager(1, "Weather in Berlin")
        await settle()
        assert r.of(ReplyFinished) == []
        await r.commit(1, "Weather in Berlin?")
        await r.wait_for(ReplyFinished, 1)
        assert [type(fact) for fact in r.said if isinstance(fact, ToolCalled | ReplyFinished)] == [
            ToolCalled,
            ReplyFinished,
        ]


async def test_a_discarded_speculation_calls_no_tool_ever() -> None:
    async with rig(scripted([BERLIN], ["Fine."]), SETTINGS) as r, r.worker():
        await r.eager(1, "Weather in Berlin")
        await settle()
        await r.cancel(1, Scope.ONLY)
        await r.commit(2, "Whether in Berlin or not.")
        await r.wait_for(ReplyFinished, 2)
        await settle()
    assert r.of(ToolCalled) == []


async def test_an_interruption_loses_no_result() -> None:
    puppet = Puppet()
    async with rig(puppet, SETTINGS) as r, r.worker():
        await r.commit(1, "Weather in Berlin?")
        await puppet.feed(0, Text("Let me check."), BERLIN, Done("tool_calls"))
        called = await r.wait_for(ToolCalled)
        await r.wait_for(ReplyFinished, 1)
        await r.cancel(1)
        await r.heard(1, "Let me", Outcome.INTERRUPTED)
        await r.commit(2, "And in Paris?", turn=2, through=1)
        before = await puppet.request(1)
        await puppet.answer(1, "One thing after the other.")
        await r.wait_for(ReplyFinished, 2)
        await r.heard(2, "One thing after the other.")
        await r.gateway.say(ToolReturned(call=called.call, result="sunny"))
        await r.commit(3, "Well?", turn=3)
        after = await puppet.request(2)
        await settle()
    assert PENDING in [message.content for message in before.messages]
    assert "sunny" in [message.content for message in after.messages]
    assert r.of(ReplyWanted) == []


async def test_retries_once_before_the_first_word() -> None:
    async with rig(scripted([Failure("busy", retryable=True)], ["Here I am."])) as r, r.worker():
        await r.commit(1, "Hello?")
        finished = await r.wait_for(ReplyFinished, 1)
    assert (finished.text, finished.ok) == ("Here I am.", True)
    assert r.of(ErrorRaised) == []


@pytest.mark.parametrize(
    "replies",
    [([Failure("busy", retryable=True)], [Failure("busy", retryable=True)]), ([Failure("bad key")], ["never"])],
)
async def test_apologises_when_the_model_fails_before_its_first_word(
    replies: tuple[list[str | ToolCall | Failure], ...],
) -> None:
    config = LlmConfig(apology="Sorry about that.")
    async with rig(scripted(*replies), config=config) as r, r.worker():
        await r.commit(1, "Hello?")
        finished = await r.wait_for(ReplyFinished, 1)
    raised = r.of(ErrorRaised)[0]
    assert (finished.text, finished.ok) == ("Sorry about that.", False)
    assert [delta.text for delta in r.of(LlmDelta, 1)] == ["Sorry about that."]
    assert (raised.code, raised.epoch, raised.fatal) == (ErrorCode.ENGINE_FAILED, 1, False)
    assert raised.retryable == (len(replies[0]) == 1 and raised.message == "busy")


async def test_what_was_said_before_a_failure_stands() -> None:
    async with rig(scripted(["It was", Failure("gone", retryable=True)], ["never"])) as r, r.worker():
        await r.commit(1, "Hello?")
        finished = await r.wait_for(ReplyFinished, 1)
    assert (finished.text, finished.ok) == ("It was", False)


async def test_nobody_hears_of_a_failed_speculation_and_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natter_llm.generation.RETRY_S", 0.0)  # it has failed for good long before the commit
    busy: list[str | ToolCall | Failure] = [Failure("busy", retryable=True)]
    async with rig(scripted(busy, busy, ["There you are."])) as r, r.worker():
        await r.eager(1, "Hello")
        await asyncio.sleep(0.3)
        assert r.of(ErrorRaised) == []
        assert r.of(ReplyFinished) == []
        await r.commit(1, "Hello")
        finished = await r.wait_for(ReplyFinished, 1)
    assert (finished.text, finished.ok) == ("There you are.", True)


async def test_a_defect_in_an_engine_ends_the_reply_and_nothing_else() -> None:
    puppet = Puppet()
    async with rig(puppet) as r, r.worker():
        await r.commit(1, "Hello?")
        await puppet.feed(0, ZeroDivisionError("oops"))
        assert not (await r.wait_for(ReplyFinished, 1)).ok
        await r.heard(1, "")
        await r.commit(2, "Again?", turn=2)
        await puppet.answer(1, "Yes.")
        assert (await r.wait_for(ReplyFinished, 2)).ok


async def test_a_reply_that_takes_too_long_is_ended() -> None:
    puppet = Puppet()
    async with rig(puppet, config=LlmConfig(total_s=0.05)) as r, r.worker():
        await r.commit(1, "Hello?")
        await puppet.feed(0, Text("Well,"))
        finished = await r.wait_for(ReplyFinished, 1)
        assert puppet.closed[0]
    assert (finished.text, finished.ok) == ("Well,", False)
    assert "0.05 s" in r.of(ErrorRaised)[0].message


async def test_tools_end_after_so_many_steps_without_the_user() -> None:
    puppet = Puppet()
    async with rig(puppet, SETTINGS, LlmConfig(max_tool_steps=1)) as r, r.worker():
        await r.commit(1, "Weather?")
        offered = []
        for step in range(3):
            request = await puppet.request(step)
            offered.append(bool(request.tools))
            await puppet.feed(step, *([BERLIN] if request.tools else [Text("Enough.")]), Done("stop"))
            if request.tools:
                called = await r.wait_for(ToolCalled, count=step + 1)
                await r.wait_for(ReplyFinished, step + 1)
                await r.heard(step + 1, "")
                await r.gateway.say(ToolReturned(call=called.call, result="sunny"))
                wanted = await r.wait_for(ReplyWanted, count=step + 1)
                await r.grant(step + 2, Cause.TOOL_RESULT, request=wanted.request)
        await r.wait_for(ReplyFinished, 3)
    assert offered == [True, True, False]


async def test_pending_calls_are_taken_over() -> None:
    async with rig(scripted([BERLIN], ["It is sunny."]), SETTINGS) as r:
        async with r.worker():
            await r.commit(1, "Weather?")
            called = await r.wait_for(ToolCalled)
            await r.wait_for(ReplyFinished, 1)
        async with r.worker():
            await r.gateway.say(ToolReturned(call=called.call, result="sunny"))
            await r.wait_for(ReplyWanted)
        async with r.worker():
            await settle()
    assert len(r.of(ReplyWanted)) == 1


async def test_results_that_came_while_nobody_was_there_are_still_told() -> None:
    async with rig(scripted([BERLIN]), SETTINGS) as r:
        async with r.worker():
            await r.commit(1, "Weather?")
            called = await r.wait_for(ToolCalled)
            await r.wait_for(ReplyFinished, 1)
        await r.gateway.say(ToolReturned(call=called.call, result="sunny"))
        async with r.worker():
            await r.wait_for(ReplyWanted)


def test_engine_errors_say_whether_to_ask_again() -> None:
    assert EngineError("x", retryable=True).retryable
