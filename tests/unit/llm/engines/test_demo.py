"""The demo as an engine."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from natter_llm.engine import ChatMessage, Done, Request, Role, Text, ToolCall, ToolSpec
from natter_llm.engines.demo import Demo
from natter_runtime.clock import ManualClock
from natter_runtime.errors import UsageError
from tests.support.llm_contract import ASKED, collect


async def test_streams_word_by_word() -> None:
    events = await collect(Demo.load(None, ManualClock()).generate(ASKED))
    words = [event.delta for event in events if isinstance(event, Text)]
    assert words[:4] == ["Natter", " is", " a", " voice"]
    assert events[-1] == Done("stop")


async def test_tomorrow_is_counted_from_the_clock() -> None:
    clock = ManualClock()
    tool = ToolSpec(
        "book_taxi",
        "Book a taxi",
        {"type": "object", "properties": {"day": {"type": "string", "format": "date"}}, "required": ["day"]},
    )
    request = Request((ChatMessage(Role.USER, "Book a taxi for tomorrow"),), (tool,))
    events = await collect(Demo.load(None, clock).generate(request))
    calls = [event for event in events if isinstance(event, ToolCall)]
    tomorrow = datetime.date.fromtimestamp(clock.wall()) + datetime.timedelta(1)
    assert json.loads(calls[0].arguments) == {"day": tomorrow.isoformat()}
    assert events[-1] == Done("tool_calls")


async def test_another_file(tmp_path: Path) -> None:
    file = tmp_path / "bakery.md"
    file.write_text("# Bakery\n## Bread\nRye bread costs five euros.")
    demo = Demo.load(file, ManualClock())
    await demo.warm_up()
    events = await collect(demo.generate(Request((ChatMessage(Role.USER, "How much is the rye bread?"),))))
    assert "".join(event.delta for event in events if isinstance(event, Text)) == "Rye bread costs five euros."
    assert demo.info.model == "retrieval: Bakery"
    await demo.close()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="NATTER_DEMO_KNOWLEDGE"):
        Demo.load(tmp_path / "none.md", ManualClock())
