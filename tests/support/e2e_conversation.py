"""A call as people make them: a question, a question that takes a tool, an answer that is spoken over."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.support import corpus
from tests.support.e2e_caller import Caller, tool

SESSION: dict[str, Any] = {
    "extensions": ["turn.metrics"],
    "tools": [tool("gold_ring", "Find the gold ring")],
}
TOOLS = {"gold_ring": '{"place": "on the table"}'}


async def converse(caller: Caller) -> None:
    """Have the conversation, over the knowledge of :data:`tests.support.e2e_stack.KNOWLEDGE`.

    Raises:
        AssertionError: it does not go as it should.
    """
    await asyncio.sleep(0.5)
    caller.say(corpus.need("osr_03.wav").path)
    await caller.until("reply.done", 1)
    caller.say(corpus.need("osr_00.wav").path)
    await caller.until("tool.call")
    await caller.until("reply.done", 3)  # what was said while the tool ran, and what came of it
    caller.say(corpus.need("osr_03.wav").path)
    await caller.until("reply.started", 4)
    await asyncio.sleep(1.0)
    caller.say(corpus.need("osr_07.wav").path)
    await caller.until("reply.done", 5)
    check(caller)


def check(caller: Caller) -> None:
    """Fail unless everything was understood, answered and stopped as it should be."""
    heard = [event["text"].lower() for event in caller.of("transcript.user")]
    for words, text in zip(("pink shell", "gold ring", "pink shell", "storm"), heard, strict=True):
        assert words in text
    said = [event["text"] for event in caller.of("transcript.agent")]
    assert "Captain Morgan" in said[0]
    assert "on the table" in said[2]
    interrupted = caller.of("transcript.agent")[3]
    assert interrupted["interrupted"] is True
    assert 0 < len(interrupted["text"].split()) < len(said[0].split())
    statuses = [event["status"] for event in caller.of("reply.done")]
    assert statuses == ["completed", "completed", "completed", "interrupted", "completed"]


def deviations_ms(caller: Caller) -> list[float]:
    """Return by how much each turn's ledger differs from what the caller itself measured."""
    found = []
    for event in caller.of("turn.metrics"):
        steps = sum(step["ms"] for step in event["steps"]) + event["unaccounted_ms"]
        assert abs(steps - event["total_ms"]) < 1.0, "the ledger adds up"
        audible = caller.audible_at(event["reply_id"])
        ended = max(end for end in caller.ends if end < audible)
        found.append(event["total_ms"] - (audible - ended) * 1000)
    return found
