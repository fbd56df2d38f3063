"""The edge of the tool state machine: what happens when the log or the session fails."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from natter_llm.config import LlmConfig
from natter_llm.dispatch import Dispatcher, Origin
from natter_llm.engine import ToolCall
from natter_llm.engines.scripted import Scripted
from natter_llm.tools import Accepted
from natter_protocol.reply import ReplyFinished, ReplyStarted, ReplyWanted
from natter_protocol.settings import ExecutionMode, InputSettings, SessionSettings
from natter_protocol.tool import ToolCalled, ToolReturned
from natter_protocol.turn import Cause, Scope, TurnEager, TurnEmpty, TurnStarted
from natter_runtime import names
from natter_runtime.clock import SystemClock
from natter_runtime.errors import LogError
from tests.support.llm_rig import WEATHER, Puppet, Rig, rig, settle

SETTINGS = SessionSettings(tools=(WEATHER,))


def tracing() -> tuple[TracerProvider, InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider, exporter


TURN = f"00-{'ab' * 16}-{'cd' * 8}-01"


async def test_spans_of_a_reply_and_its_call_lie_below_the_turn() -> None:
    provider, exporter = tracing()
    call = ToolCall("x", "get_weather", '{"city": "Berlin"}')
    engine = Scripted(SystemClock(), [["One moment.", call]], in_order=True)
    async with rig(engine, SETTINGS, tracer=provider.get_tracer("test")) as r, r.worker():
        await r.commit(1, "Weather?", trace=TURN)
        called = await r.wait_for(ToolCalled)
        finished = await r.wait_for(ReplyFinished, 1)
        await r.gateway.say(ToolReturned(call=called.call, result="sunny"))
        await r.wait_for(ReplyWanted)
    spans = {span.name: span for span in exporter.get_finished_spans()}
    generate, tool = spans["llm.generate"], spans["tool get_weather"]
    assert generate.attributes is not None
    assert tool.attributes is not None
    assert generate.attributes[names.MODEL] == "scripted"
    assert generate.attributes[names.OPERATION] == "chat"
    assert generate.attributes[names.OUTPUT_TOKENS] == 2
    assert generate.attributes[names.FIRST_TOKEN_MS] is not None
    assert generate.attributes[names.MESSAGING_DESTINATION] == "natter.v1.s.{session}.evt.turn.committed"
    assert names.AGENT_TEXT not in generate.attributes
    assert tool.attributes[names.OPERATION] == "execute_tool"
    assert tool.attributes[names.TOOL_NAME] == "get_weather"
    assert tool.attributes[names.TOOL_CALL] == called.call
    assert tool.attributes[names.OUTCOME] == "returned"
    for span in (generate, tool):
        assert span.parent is not None
        assert f"{span.parent.span_id:016x}" == "cd" * 8
        assert span.status.is_unset
    assert f"{tool.context.span_id:016x}" in called.trace
    assert finished.trace == TURN, "what is spoken hangs below the turn too"
    assert finished.wait_ms >= 0.0


async def test_what_fails_says_why() -> None:
    provider, exporter = tracing()
    tool = msgspec.structs.replace(WEATHER, timeout_s=0.05)
    call = ToolCall("x", "get_weather", '{"city": "Berlin"}')
    engine = Scripted(SystemClock(), [["One moment.", call]], in_order=True)
    settings = SessionSettings(tools=(tool,))
    async with rig(engine, settings, tracer=provider.get_tracer("test")) as r, r.worker():
        await r.commit(1, "Weather?", trace=TURN)
        await r.wait_for(ToolReturned)
        await r.wait_for(ReplyWanted)
    (failed,) = [span for span in exporter.get_finished_spans() if span.name.startswith("tool")]
    assert failed.status.description == "timed_out"


async def test_an_answer_is_linked_to_the_speculation_that_was_given_up_for_it() -> None:
    provider, exporter = tracing()
    async with rig(Puppet(), tracer=provider.get_tracer("test")) as r, r.worker():
        await r.turn.say(TurnEager(turn=1, epoch=1, text="Is it", end_sample=50, trace=TURN))
        await r.wait_for(ReplyStarted)
        await r.cancel(1, Scope.ONLY)
        await r.commit(2, "Is it warm?", rev=1, trace=TURN)
        await r.wait_for(ReplyStarted, 2)
    gone, made = sorted(exporter.get_finished_spans(), key=lambda span: (span.attributes or {})[names.EPOCH])
    assert gone.attributes is not None
    assert gone.attributes[names.DISCARDED] is True
    assert gone.attributes[names.MESSAGING_DESTINATION] == "natter.v1.s.{session}.evt.turn.eager"
    assert [event.name for event in gone.events] == [names.EVENT_CANCEL]
    assert [link.context.span_id for link in made.links] == [gone.context.span_id]


async def test_a_call_that_cannot_be_stored_ends_the_session() -> None:
    async with rig(Puppet(), SETTINGS) as r, r.worker() as seat, asyncio.TaskGroup() as group:

        async def refuse(*_: object, **__: object) -> int:
            raise LogError("the log is gone")

        seat.store = refuse  # type: ignore[method-assign]
        dispatcher = Dispatcher(seat, group, r.attendant.tracer)
        await dispatcher.dispatch(Origin(1, 1, 0), [Accepted(WEATHER, {"city": "Rome"})])
        await dispatcher.close()
        assert seat.failure is not None
        assert "the log is gone" in str(seat.failure)
    assert r.of(ReplyWanted) == []


async def test_cancelling_the_reply_does_not_lose_the_call_that_is_being_made() -> None:
    async with rig(Puppet(), SETTINGS) as r, r.worker() as seat, asyncio.TaskGroup() as group:
        dispatcher = Dispatcher(seat, group, r.attendant.tracer)
        made = [Accepted(WEATHER, {"city": city}) for city in ("Rome", "Oslo")]
        asking = asyncio.create_task(dispatcher.dispatch(Origin(1, 1, 0), made))
        await asyncio.sleep(0)
        asking.cancel()
        await r.wait_for(ToolCalled, count=2)
        await dispatcher.close()


async def test_nothing_is_called_for_a_void_reply() -> None:
    async with rig(Puppet(), SETTINGS) as r, r.worker() as seat, asyncio.TaskGroup() as group:
        await r.cancel(1)
        await settle()
        dispatcher = Dispatcher(seat, group, r.attendant.tracer)
        await dispatcher.dispatch(Origin(1, 1, 0), [Accepted(WEATHER, {"city": "Rome"})])
        await settle()
    assert r.of(ToolCalled) == []


async def test_a_dead_replys_result_is_told_when_the_interruption_was_nothing() -> None:
    call = ToolCall("x", "get_weather", '{"city": "Berlin"}')
    async with rig(Scripted(SystemClock(), [[call]], in_order=True), SETTINGS) as r, r.worker():
        await r.commit(1, "Weather?")
        called = await r.wait_for(ToolCalled)
        await r.wait_for(ReplyFinished, 1)
        await r.turn.say(TurnStarted(turn=2, start_sample=10, over_epoch=1, void_through=1))
        await r.gateway.say(ToolReturned(call=called.call, result="sunny"))
        await settle()
        assert r.of(ReplyWanted) == []
        await r.turn.say(TurnEmpty(turn=2, reason="no_words", end_sample=20, void_through=1))
        await r.wait_for(ReplyWanted)


# -- words that fill the time ---------------------------------------------------------------------

QUICK = LlmConfig(filler_s=0.05)


async def one_call(r: Rig, number: int = 0) -> ToolCalled:
    await r.commit(1, "Weather?")
    return await r.wait_for(ToolCalled, count=number + 1)


async def test_a_call_that_takes_long_is_bridged_once() -> None:
    call = [ToolCall(str(number), "get_weather", '{"city": "Berlin"}') for number in range(2)]
    engine = Scripted(SystemClock(), [call], in_order=True)
    async with rig(engine, SETTINGS, QUICK) as r, r.worker():
        called = await one_call(r)
        wish = await r.wait_for(ReplyWanted)
        assert (wish.cause, wish.instructions, wish.request) == (Cause.FILLER, "One moment, please.", "filler_1")
        await r.grant(2, Cause.FILLER, request=wish.request, instructions=wish.instructions)
        assert (await r.wait_for(ReplyFinished, 2)).text == "One moment, please."
        await asyncio.sleep(0.1)
        assert len(r.of(ReplyWanted)) == 1
        await r.gateway.say(ToolReturned(call=called.call, result="sunny"))


@pytest.mark.parametrize(
    ("config", "said"),
    [(QUICK, "Einen Moment, bitte."), (LlmConfig(filler_s=0.05, filler="Hm."), "Hm.")],
)
async def test_the_words_are_those_of_the_calls_language_unless_there_are_others(config: LlmConfig, said: str) -> None:
    german = msgspec.structs.replace(SETTINGS, input=InputSettings(languages=("de-CH", "fr")))
    engine = Scripted(SystemClock(), [[ToolCall("x", "get_weather", '{"city": "Berlin"}')]], in_order=True)
    async with rig(engine, german, config) as r, r.worker():
        await one_call(r)
        assert (await r.wait_for(ReplyWanted)).instructions == said


async def test_a_filler_that_comes_too_late_is_silent() -> None:
    engine = Scripted(SystemClock(), [[ToolCall("x", "get_weather", '{"city": "Berlin"}')]], in_order=True)
    async with rig(engine, SETTINGS, QUICK) as r, r.worker():
        called = await one_call(r)
        wish = await r.wait_for(ReplyWanted)
        await r.gateway.say(ToolReturned(call=called.call, result="sunny"))
        await r.wait_for(ReplyWanted, count=2)
        await r.grant(2, Cause.FILLER, request=wish.request, instructions=wish.instructions)
        assert (await r.wait_for(ReplyFinished, 2)).text == ""


async def test_a_call_that_returns_in_time_and_one_that_holds_are_not_bridged() -> None:
    holding = SessionSettings(tools=(msgspec.structs.replace(WEATHER, mode=ExecutionMode.HOLD),))
    for settings, returns in ((SETTINGS, True), (holding, False)):
        engine = Scripted(SystemClock(), [[ToolCall("x", "get_weather", '{"city": "Berlin"}')]], in_order=True)
        async with rig(engine, settings, QUICK) as r, r.worker():
            called = await one_call(r)
            if returns:
                await r.gateway.say(ToolReturned(call=called.call, result="sunny"))
            await asyncio.sleep(0.15)
            assert Cause.FILLER not in [wish.cause for wish in r.of(ReplyWanted)]
