"""Both buses: letting go."""

from __future__ import annotations

import pytest

from natter_protocol import subjects
from natter_protocol.base import Lane
from natter_runtime.errors import BusError
from tests.conftest import MakeBus
from tests.support.runtime_ear import Ear, settle


async def test_a_closed_bus_says_and_hears_nothing(make_bus: MakeBus, session: str) -> None:
    closed, other = await make_bus(), await make_bus()
    subject = subjects.build(session, Lane.LIVE, "stt", "partial")
    fact = subjects.build(session, Lane.EVT, "turn", "started")
    ear, tap = Ear(), Ear()
    await closed.subscribe(subject, ear)
    await other.subscribe(subject, tap)
    await settle(closed, other)
    await closed.close()
    with pytest.raises(BusError):
        await closed.publish(subject, b"x")
    with pytest.raises(BusError):
        await closed.subscribe(subject, ear)
    with pytest.raises(BusError):
        await closed.request(subject, b"x", timeout=1.0)
    with pytest.raises(BusError):
        await (await closed.log.append(fact, b"x", id="turn.1.1"))
    with pytest.raises(BusError):
        await closed.log.read(fact)
    await other.publish(subject, b"y")
    await settle(other)
    assert ear.data == []
    assert tap.data == [b"y"]
    assert await other.log.read(fact) == []


async def test_closing_twice_does_no_harm(make_bus: MakeBus) -> None:
    bus = await make_bus()
    await bus.close()
    await bus.close()


async def test_unsubscribing_after_closing_does_no_harm(make_bus: MakeBus, session: str) -> None:
    bus = await make_bus()
    subscription = await bus.subscribe(subjects.everything(session), Ear())
    await bus.close()
    await subscription.unsubscribe()
    await subscription.drain()


async def test_what_was_published_before_closing_arrives(make_bus: MakeBus, session: str) -> None:
    leaving, other, ear = await make_bus(), await make_bus(), Ear()
    subject = subjects.build(session, Lane.EVT, "turn", "started")
    await other.subscribe(subject, ear)
    await other.flush()
    await leaving.publish(subject, b"last words")
    await leaving.close()
    assert await ear.wait(1) == [b"last words"]


async def test_who_asked_not_to_be_told_of_reconnects_is_not(make_bus: MakeBus) -> None:
    bus = await make_bus()
    forget = bus.on_reconnect(lambda: None)
    forget()
