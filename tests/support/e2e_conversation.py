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
    caller.say(corpus.need(QUESTION).path)
    at = await caller.understood()
    assert "pink shell" in caller.told[at].event["text"].lower()
    (done,) = await caller.answered(at)
    said = caller.said(done["reply_id"])
    assert (done["status"], said["interrupted"]) == ("completed", False), said
    assert "Captain Morgan" in said["text"], f"{said} to {caller.told[at].event} after {caller.kinds()}"


async def ask_for_a_tool(caller: Caller) -> None:
    """Ask what only a tool knows: it is called once, and the answer is told."""
    calls = len(caller.of("tool.call"))
    caller.say(corpus.need(WANTS_TOOL).path)
    at = await caller.understood()
    assert "gold ring" in caller.told[at].event["text"].lower()
    _, told = await caller.answered(at, 2)  # what was said while it ran, and what came of it
    assert "on the table" in caller.said(told["reply_id"])["text"]
    assert len(caller.of("tool.call")) == calls + 1


async def speak_over(caller: Caller) -> None:
    """Ask, and speak over the answer: it stops, what was heard of it is told, and the new question is answered."""
    started = len(caller.of("reply.started"))
    caller.say(corpus.need(QUESTION).path)
    await caller.until("reply.started", started + 1)
    await asyncio.sleep(1.0)
    caller.say(corpus.need(SPOKEN_OVER).path)
    at = await caller.understood()
    assert "storm" in caller.told[at].event["text"].lower()
    (answered,) = await caller.answered(at)
    assert answered["status"] == "completed"
    reply = caller.of("reply.started")[started]["reply_id"]
    said = caller.said(reply)
    assert said["interrupted"] is True
    assert 0 < len(said["text"].split()) < 17, "the whole answer has 17 words"
    mine = [told.event["type"] for told in caller.told if told.event.get("reply_id") == reply]
    assert mine[-1] == "reply.done", "nothing comes of it any more"


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
