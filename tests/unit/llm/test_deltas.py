"""How often the text of a reply is sent."""

from __future__ import annotations

import asyncio

from natter_llm.deltas import INTERVAL_S, Deltas
from natter_runtime.clock import ManualClock
from tests.support.llm_rig import settle


async def test_the_first_at_once_then_at_most_one_per_interval_and_the_last() -> None:
    clock, sent = ManualClock(), []

    async def send(text: str) -> None:
        sent.append(text)

    deltas = Deltas(send, clock)
    running = asyncio.create_task(deltas.run())
    deltas.add("a")
    await settle()
    assert sent == ["a"]
    for letter in "bcd":
        deltas.add(letter)
        await settle()
    assert sent == ["a"]
    clock.advance(INTERVAL_S)
    await settle()
    assert sent == ["a", "abcd"]
    clock.advance(INTERVAL_S)
    await settle()
    assert sent == ["a", "abcd"]
    deltas.add("e")
    await settle()
    deltas.add("f")
    running.cancel()
    await asyncio.wait([running])
    await deltas.finish()
    await deltas.finish()
    assert sent == ["a", "abcd", "abcde", "abcdef"]
