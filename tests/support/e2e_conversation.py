"""A call as people make them: a question, a question that takes a tool, an answer that is spoken over.

Over the knowledge of :data:`tests.support.e2e_stack.KNOWLEDGE`.
"""

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

QUESTION, WANTS_TOOL, SPOKEN_OVER = "osr_03.wav", "osr_00.wav", "osr_07.wav"


async def converse(caller: Caller) -> None:
    """Have the whole conversation.

    Raises:
        AssertionError: it does not go as it should.
    """
    await asyncio.sleep(0.5)
    await ask(caller)
    await ask_for_a_tool(caller)
    await speak_over(caller)


async def ask(caller: Caller) -> None:
    """Ask what is in the knowledge, and hear the answer."""
    done = len(caller.of("reply.done"))
    caller.say(corpus.need(QUESTION).path)
    event = await caller.until("reply.done", done + 1)
    said = caller.of("transcript.agent")[-1]
    assert "pink shell" in caller.of("transcript.user")[-1]["text"].lower()
    assert (event["status"], said["interrupted"]) == ("completed", False)
    assert "Captain Morgan" in said["text"]


async def ask_for_a_tool(caller: Caller) -> None:
    """Ask what only a tool knows: it is called once, and the answer is told."""
    done, calls = len(caller.of("reply.done")), len(caller.of("tool.call"))
    caller.say(corpus.need(WANTS_TOOL).path)
    await caller.until("tool.call", calls + 1)
    await caller.until("reply.done", done + 2)  # what was said while it ran, and what came of it
    assert "gold ring" in caller.of("transcript.user")[-1]["text"].lower()
    assert "on the table" in caller.of("transcript.agent")[-1]["text"]
    assert len(caller.of("tool.call")) == calls + 1


async def speak_over(caller: Caller) -> None:
    """Ask, and speak over the answer: it stops, what was heard of it is told, and the new question is answered."""
    done, started = len(caller.of("reply.done")), len(caller.of("reply.started"))
    caller.say(corpus.need(QUESTION).path)
    await caller.until("reply.started", started + 1)
    await asyncio.sleep(1.0)
    caller.say(corpus.need(SPOKEN_OVER).path)
    await caller.until("reply.done", done + 2)
    stopped, answered = caller.of("reply.done")[-2:]
    interrupted = caller.of("transcript.agent")[-2]
    assert (stopped["status"], answered["status"]) == ("interrupted", "completed")
    assert interrupted["interrupted"] is True
    assert 0 < len(interrupted["text"].split()) < 17, "the whole answer has 17 words"
    assert "storm" in caller.of("transcript.user")[-1]["text"].lower()
    first = stopped["reply_id"]
    at = next(i for i, told in enumerate(caller.told) if told.event is stopped)
    late = [told for told in caller.told[at:] if told.event.get("reply_id") == first]
    assert [told.event["type"] for told in late] == ["reply.done"], "nothing comes of it any more"


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
