"""What only the memory bus can go through; the contract of both is in ``tests/conformance/bus``."""

from __future__ import annotations

import pytest

from natter_protocol import subjects
from natter_protocol.base import Lane
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import ManualClock
from natter_runtime.errors import LogFull
from tests.support.runtime_ear import Ear, settle

EVENT = bytes(100)


def fact(session: str) -> str:
    return subjects.build(session, Lane.EVT, "turn", "started")


async def append(broker: MemoryBroker, session: str, number: int) -> int:
    return await (await broker.bus().log.append(fact(session), EVENT, id=f"turn.1.{number}"))


async def test_sessions_in_which_nothing_happens_any_more_are_forgotten() -> None:
    """There is no operator who would empty the log of a process."""
    clock = ManualClock()
    broker = MemoryBroker(max_bytes=1000, max_age_s=60.0, clock=clock)
    log = broker.bus().log
    for number in range(5):
        await append(broker, "old", number)
    clock.advance(40.0)
    for number in range(5):
        await append(broker, "young", number)
    with pytest.raises(LogFull):
        await append(broker, "new", 1)
    clock.advance(30.0)
    await append(broker, "new", 1)
    assert await log.read(fact("old")) == []
    assert len(await log.read(fact("young"))) == 5
    assert await log.fullness() == 0.6


async def test_a_session_in_use_is_kept_as_a_whole() -> None:
    clock = ManualClock()
    broker = MemoryBroker(max_age_s=60.0, clock=clock)
    for number in range(5):
        await append(broker, "long", number)
        clock.advance(50.0)
    assert len(await broker.bus().log.read(fact("long"))) == 5


async def test_a_pattern_over_all_sessions_is_read_in_the_order_of_the_stream() -> None:
    broker = MemoryBroker()
    for number in range(3):
        for session in ("a", "b"):
            await append(broker, session, number)
    stored = await broker.bus().log.read(subjects.LOG_PATTERN)
    assert [event.sequence for event in stored] == [1, 2, 3, 4, 5, 6]


async def test_a_bus_keeps_no_subscription_that_is_over() -> None:
    """A process serves sessions for weeks; each subscription holds a whole session."""
    broker = MemoryBroker()
    bus = broker.bus()
    for leave in ("unsubscribe", "drain"):
        subscription = await bus.subscribe(fact("s"), Ear())
        await getattr(subscription, leave)()
    assert bus._open == set()
    assert broker._subscriptions == []


async def test_a_message_on_its_way_is_not_heard_after_unsubscribing() -> None:
    broker = MemoryBroker()
    bus, ear = broker.bus(), Ear()
    subscription = await bus.subscribe(fact("s"), ear)
    await bus.publish(fact("s"), b"on its way")
    await subscription.unsubscribe()
    await settle(bus)
    assert ear.data == []
