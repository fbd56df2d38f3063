"""Both buses: the event log (rule R3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from natter_protocol import subjects
from natter_protocol.base import Lane
from natter_runtime import bus_nats
from natter_runtime.bus import Bus
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.bus_nats import StreamLimits
from natter_runtime.clock import SystemClock
from natter_runtime.errors import LogConflict, LogFull
from tests.conftest import MakeBus
from tests.support.nats_server import nats_server
from tests.support.runtime_ear import Ear, settle

Pair = tuple[Bus, Bus]
TINY = 8 * 1024


def fact(session: str, name: str = "started") -> str:
    return subjects.build(session, Lane.EVT, "turn", name)


async def append(bus: Bus, subject: str, data: bytes, id: str, expect_last: int | None = None) -> int:
    """Append and wait for the promise."""
    async with asyncio.timeout(2.0):
        return await (await bus.log.append(subject, data, id=id, expect_last=expect_last))


async def test_an_event_is_heard_live_and_kept(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    ear = Ear()
    await there.subscribe(subjects.lane(session, Lane.EVT), ear)
    await there.flush()
    sequence = await append(here, fact(session), b"one", "turn.1.1")
    assert await ear.wait(1) == [b"one"]
    assert ear.heard[0].subject == fact(session)
    (stored,) = await there.log.read(fact(session))
    assert (stored.sequence, stored.subject, stored.data, stored.id) == (sequence, fact(session), b"one", "turn.1.1")


async def test_the_log_knows_when_an_event_was_stored(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    before = SystemClock().wall()
    await append(here, fact(session), b"one", "turn.1.1")
    (stored,) = await there.log.read(fact(session))
    assert before - 1 <= stored.at <= SystemClock().wall() + 1


async def test_sequences_grow(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    numbers = [
        await append(bus, fact(session), b"x", f"turn.1.{number}")
        for number, bus in enumerate((here, there, here, there))
    ]
    assert numbers == sorted(set(numbers))
    assert numbers[0] > 0


async def test_a_repeated_id_is_stored_once_and_gets_the_first_number(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    first = await append(here, fact(session), b"x", "turn.1.1")
    assert await append(here, fact(session), b"x", "turn.1.1") == first
    assert await append(there, fact(session), b"x", "turn.1.1") == first
    assert [event.sequence for event in await here.log.read(fact(session))] == [first]


async def test_a_retry_of_a_conditional_append_is_no_conflict(bus_pair: Pair, session: str) -> None:
    here, _ = bus_pair
    subject = subjects.assigned(session, "stt")
    first = await append(here, subject, b"x", "gateway.0.7", expect_last=0)
    assert await append(here, subject, b"x", "gateway.0.7", expect_last=0) == first


async def test_the_same_id_in_another_session_is_another_event(bus_pair: Pair, session: str) -> None:
    here, _ = bus_pair
    first = await append(here, fact(session), b"x", "turn.1.1")
    assert await append(here, fact(f"{session}b"), b"x", "turn.1.1") > first


async def test_expecting_the_last_sequence(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    subject, other = subjects.assigned(session, "stt"), subjects.assigned(session, "tts")
    first = await append(here, subject, b"1", "gateway.0.1", expect_last=0)
    await append(here, other, b"elsewhere", "gateway.0.2", expect_last=0)
    second = await append(there, subject, b"2", "gateway.0.3", expect_last=first)
    with pytest.raises(LogConflict):
        await append(here, subject, b"3", "gateway.0.4", expect_last=first)
    with pytest.raises(LogConflict):
        await append(here, subject, b"3", "gateway.0.5", expect_last=0)
    assert [event.sequence for event in await here.log.read(subject)] == [first, second]


async def test_of_two_that_write_at_once_one_wins(bus_pair: Pair, session: str) -> None:
    subject = subjects.assigned(session, "gateway")
    results = await asyncio.gather(
        *(append(bus, subject, b"x", f"gateway.0.{number}", 0) for number, bus in enumerate(bus_pair)),
        return_exceptions=True,
    )
    assert sorted(isinstance(result, LogConflict) for result in results) == [False, True]


async def test_reading_by_pattern_oldest_first(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    names = ["started", "committed", "started", "empty"]
    for number, name in enumerate(names):
        await append(here, fact(session, name), str(number).encode(), f"turn.1.{number}")
    await append(here, fact(f"{session}b"), b"another", "turn.1.1")
    assert [event.data for event in await there.log.read(subjects.lane(session, Lane.EVT))] == [b"0", b"1", b"2", b"3"]
    assert [event.data for event in await there.log.read(fact(session))] == [b"0", b"2"]
    assert await there.log.read(fact(session, "granted")) == []


async def test_reading_more_than_one_batch(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    async with asyncio.timeout(5.0):
        await asyncio.gather(
            *[await here.log.append(fact(session), str(n).encode(), id=f"turn.1.{n}") for n in range(700)]
        )
    assert [int(event.data) for event in await there.log.read(fact(session))] == list(range(700))


async def test_the_last_sequence_of_a_subject(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    assert await there.log.last(fact(session)) == 0
    await append(here, fact(session), b"x", "turn.1.1")
    second = await append(here, fact(session), b"x", "turn.1.2")
    await append(here, fact(session, "empty"), b"x", "turn.1.3")
    assert await there.log.last(fact(session)) == second


async def test_only_facts_are_kept(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    await here.publish(subjects.build(session, Lane.LIVE, "stt", "partial"), b"x")
    await here.publish(subjects.build(session, Lane.CTL, "turn", "cancel"), b"x")
    await settle(here, there)
    assert await there.log.read(subjects.lane(session, Lane.EVT)) == []


async def test_deleting_forgets_a_session_and_no_other(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    await append(here, fact(session), b"x", "turn.1.1")
    other = await append(here, fact(f"{session}b"), b"x", "turn.1.1")
    await here.log.delete(subjects.lane(session, Lane.EVT))
    assert await there.log.read(subjects.lane(session, Lane.EVT)) == []
    assert await there.log.last(fact(session)) == 0
    assert [event.sequence for event in await there.log.read(fact(f"{session}b"))] == [other]
    assert await append(here, subjects.assigned(session, "stt"), b"x", "gateway.0.1", expect_last=0) > other


@pytest.fixture(params=["memory", pytest.param("nats", marks=pytest.mark.nats)])
async def tiny(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    """A bus whose log takes 8 KiB."""
    if request.param == "memory":
        yield MemoryBroker(max_bytes=TINY).bus()
        return
    with nats_server() as url:
        bus = await bus_nats.connect(url, name="test", limits=StreamLimits(max_bytes=TINY))
        yield bus
        await bus.close()


async def test_a_full_log_refuses_the_next_event_and_keeps_the_others(tiny: Bus, session: str) -> None:
    assert await tiny.log.fullness() == 0.0
    promises = [await tiny.log.append(fact(session), bytes(1000), id=f"turn.1.{number}") for number in range(20)]
    results = await asyncio.gather(*promises, return_exceptions=True)
    accepted = sum(isinstance(result, int) for result in results)
    assert 3 <= accepted <= 8
    assert all(isinstance(result, LogFull) for result in results[accepted:])
    assert len(await tiny.log.read(fact(session))) == accepted
    assert 0.5 < await tiny.log.fullness() <= 1.0
    await tiny.log.delete(subjects.lane(session, Lane.EVT))
    assert await tiny.log.fullness() < 0.5
    assert await append(tiny, fact(session), b"again", "turn.2.1") > accepted


async def test_a_refused_event_is_heard_all_the_same(make_bus: MakeBus, session: str) -> None:
    """Why a live assignment counts for nothing until it is taken."""
    bus, ear = await make_bus(), Ear()
    subject = subjects.assigned(session, "stt")
    await bus.subscribe(subject, ear)
    await bus.flush()
    with pytest.raises(LogConflict):
        await append(bus, subject, b"x", "gateway.0.1", expect_last=99)
    assert await ear.wait(1) == [b"x"]
    assert await bus.log.read(subject) == []
