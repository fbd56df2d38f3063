"""What every engine must do, whatever is behind it; inherited by one test class per engine."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

from natter_llm.engine import ChatMessage, Done, Engine, Event, Request, Role, Text, ToolCall, ToolSpec

T = TypeVar("T")

WEATHER = ToolSpec(
    "get_weather",
    "Get the weather for a city",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
ASKED = Request((ChatMessage(Role.SYSTEM, "Be kind."), ChatMessage(Role.USER, "What is Natter?")))
WANTS_TOOL = Request((ChatMessage(Role.USER, "What is the weather in Berlin?"),), (WEATHER,))


async def collect(stream: AsyncGenerator[Event, None]) -> list[Event]:
    """Return all events of ``stream``."""
    async with contextlib.aclosing(stream):
        return [event async for event in stream]


async def into(heard: list[T], items: AsyncIterator[T]) -> None:
    """Put ``items`` into ``heard`` as they come, so that what came before a failure is there."""
    async for item in items:
        heard.append(item)


def text_of(events: list[Event]) -> str:
    """Return the words in ``events``."""
    return "".join(event.delta for event in events if isinstance(event, Text))


class LlmEngineContract:
    """Subclasses say how to make an engine that is warm, answers :data:`ASKED` and calls for :data:`WANTS_TOOL`."""

    cancel_after_s = 0.0
    """When a request is cancelled that has hardly begun."""

    @contextlib.asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        """Make an engine, and let go of it afterwards."""
        raise NotImplementedError
        yield

    async def test_says_what_it_is(self) -> None:
        async with self.engine() as engine:
            assert engine.info.name
            assert engine.info.model

    async def test_ends_with_one_done(self) -> None:
        async with self.engine() as engine:
            events = await collect(engine.generate(ASKED))
        assert [isinstance(event, Done) for event in events] == [False] * (len(events) - 1) + [True]
        assert text_of(events).strip()

    async def test_streams_in_several_pieces_that_join_to_clean_text(self) -> None:
        async with self.engine() as engine:
            events = await collect(engine.generate(ASKED))
        pieces = [event.delta for event in events if isinstance(event, Text)]
        assert len(pieces) > 1
        assert all(pieces)
        assert "  " not in "".join(pieces)

    async def test_calls_a_tool_with_json_arguments(self) -> None:
        async with self.engine() as engine:
            events = await collect(engine.generate(WANTS_TOOL))
        calls = [event for event in events if isinstance(event, ToolCall)]
        assert [(call.name, call.arguments.replace(" ", "")) for call in calls] == [
            ("get_weather", '{"city":"Berlin"}')
        ]
        assert calls[0].id
        assert isinstance(events[-1], Done)
        assert events[-1].finish_reason == "tool_calls"

    async def test_goes_on_after_a_result(self) -> None:
        async with self.engine() as engine:
            asked = await collect(engine.generate(WANTS_TOOL))
            call = next(event for event in asked if isinstance(event, ToolCall))
            told = (
                *WANTS_TOOL.messages,
                ChatMessage(Role.ASSISTANT, "Let me check.", (call,)),
                ChatMessage(Role.TOOL, '{"temperature_c": 21}', call=call.id),
            )
            events = await collect(engine.generate(Request(told, WANTS_TOOL.tools)))
        assert text_of(events).strip()
        assert not any(isinstance(event, ToolCall) for event in events)

    async def test_requests_do_not_touch_each_other(self) -> None:
        async with self.engine() as engine:
            alone = text_of(await collect(engine.generate(ASKED)))
            both = await asyncio.gather(*(collect(engine.generate(ASKED)) for _ in range(3)))
        assert [text_of(events) for events in both] == [alone] * 3

    async def test_can_be_stopped_in_the_middle_and_used_again(self) -> None:
        async with self.engine() as engine:
            async with contextlib.aclosing(engine.generate(ASKED)) as stream:
                await anext(stream)
            assert text_of(await collect(engine.generate(ASKED))).strip()

    async def test_a_cancelled_task_leaves_nothing_behind(self) -> None:
        async with self.engine() as engine:
            asking = asyncio.create_task(collect(engine.generate(ASKED)))
            await asyncio.sleep(self.cancel_after_s)
            asking.cancel()
            await asyncio.wait([asking])
            assert text_of(await collect(engine.generate(ASKED))).strip()
