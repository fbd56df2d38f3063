"""Both buses: questions and answers."""

from __future__ import annotations

import asyncio

import pytest

from natter_protocol import subjects
from natter_runtime.bus import Bus, Delivery
from natter_runtime.errors import NoResponders, RequestTimeout
from natter_runtime.tasks import spawn
from tests.support.runtime_ear import Ear, settle

Pair = tuple[Bus, Bus]


def question(session: str) -> str:
    return subjects.svc("llm", "info", session)


class Answerer:
    """Answers each question with its own text in capitals, from a task, as services do."""

    def __init__(self, bus: Bus, group: asyncio.TaskGroup, times: int = 1) -> None:
        self._bus = bus
        self._group = group
        self._times = times

    def __call__(self, request: Delivery) -> None:
        spawn(self._group, self._answer(request), "answer")

    async def _answer(self, request: Delivery) -> None:
        for _ in range(self._times):
            await self._bus.respond(request, request.data.upper())


async def test_a_request_gets_its_answer(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    async with asyncio.TaskGroup() as group:
        await there.subscribe(question(session), Answerer(there, group))
        await there.flush()
        answers = await asyncio.gather(
            *(here.request(question(session), text, timeout=2.0) for text in (b"a", b"b", b"c"))
        )
        assert [answer.data for answer in answers] == [b"A", b"B", b"C"]


async def test_the_first_of_several_answers_counts(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    async with asyncio.TaskGroup() as group:
        await there.subscribe(question(session), Answerer(there, group, times=3))
        await there.flush()
        assert (await here.request(question(session), b"x", timeout=2.0)).data == b"X"
        assert (await here.request(question(session), b"y", timeout=2.0)).data == b"Y"


async def test_nobody_listens_is_told_at_once(bus_pair: Pair, session: str) -> None:
    here, _ = bus_pair
    async with asyncio.timeout(1.0):  # far below the request's own deadline
        with pytest.raises(NoResponders):
            await here.request(question(session), b"x", timeout=30.0)


async def test_nobody_listens_any_more_is_told_at_once(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    subscription = await there.subscribe(question(session), Ear(), queue="llm")
    await there.flush()
    await subscription.drain()
    await settle(there)
    async with asyncio.timeout(1.0):
        with pytest.raises(NoResponders):
            await here.request(question(session), b"x", timeout=30.0)


async def test_no_answer_is_a_time_out(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    ear = Ear()
    await there.subscribe(question(session), ear)
    await there.flush()
    with pytest.raises(RequestTimeout):
        await here.request(question(session), b"x", timeout=0.05)
    assert ear.data == [b"x"]


async def test_an_answer_that_comes_too_late_harms_nobody(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    ear = Ear()
    await there.subscribe(question(session), ear)
    await there.flush()
    with pytest.raises(RequestTimeout):
        await here.request(question(session), b"x", timeout=0.05)
    await there.respond(ear.heard[0], b"late")
    await settle(here, there)


async def test_what_was_only_published_wants_no_answer(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    ear = Ear()
    await there.subscribe(question(session), ear)
    await there.flush()
    await here.publish(question(session), b"x")
    await ear.wait(1)
    assert ear.heard[0].reply == ""
    await there.respond(ear.heard[0], b"unasked")
