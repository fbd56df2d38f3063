"""Both buses: who hears what, in which order, and what a handler may do."""

from __future__ import annotations

import asyncio
import contextvars

import pytest

from natter_protocol import subjects
from natter_protocol.base import Lane
from natter_runtime.bus import Bus, Delivery
from tests.support.runtime_ear import Ear, settle

Pair = tuple[Bus, Bus]


def fact(session: str, name: str = "started") -> str:
    return subjects.build(session, Lane.EVT, "turn", name)


async def test_a_message_reaches_who_listens_on_its_subject(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    wanted, other = Ear(), Ear()
    await there.subscribe(fact(session), wanted)
    await there.subscribe(fact(session, "empty"), other)
    await there.flush()
    await here.publish(fact(session), b"hello")
    assert await wanted.wait(1) == [b"hello"]
    await settle(here, there)
    assert wanted.heard[0].subject == fact(session)
    assert other.heard == []


async def test_a_publisher_hears_itself(bus_pair: Pair, session: str) -> None:
    here, _ = bus_pair
    ear = Ear()
    await here.subscribe(fact(session), ear)
    await here.publish(fact(session), b"echo")
    assert await ear.wait(1) == [b"echo"]


@pytest.mark.parametrize(
    ("pattern", "hears"),
    [
        ("natter.v1.s.{session}.evt.turn.started", True),
        ("natter.v1.s.*.evt.turn.started", True),
        ("natter.v1.s.{session}.*.turn.*", True),
        ("natter.v1.s.{session}.evt.>", True),
        ("natter.v1.s.{session}.>", True),
        ("natter.v1.s.{session}.evt.turn.started.>", False),
        ("natter.v1.s.{session}.evt.turn", False),
        ("natter.v1.s.{session}.evt.*", False),
        ("natter.v1.s.{session}.live.>", False),
        ("natter.v1.s.another.>", False),
    ],
)
async def test_wildcards(bus_pair: Pair, session: str, pattern: str, hears: bool) -> None:
    here, there = bus_pair
    pattern = pattern.format(session=session)
    ear = Ear()
    await there.subscribe(pattern, ear)
    await there.flush()
    await here.publish(fact(session), b"x")
    await settle(here, there)
    assert ear.data == ([b"x"] if hears else [])
    assert subjects.matches(pattern, fact(session)) is hears


async def test_overlapping_patterns_each_hear_the_message(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    ears = {subjects.everything(session): Ear(), subjects.lane(session, Lane.EVT): Ear(), fact(session): Ear()}
    for pattern, ear in ears.items():
        await there.subscribe(pattern, ear)
    await there.flush()
    await here.publish(fact(session), b"x")
    await settle(here, there)
    assert [ear.data for ear in ears.values()] == [[b"x"]] * 3


async def test_one_subscription_hears_one_publisher_in_order(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    ear = Ear()
    await there.subscribe(subjects.lane(session, Lane.EVT), ear)
    await there.flush()
    for number in range(500):
        await here.publish(fact(session, ("started", "empty")[number % 2]), str(number).encode())
    assert await ear.wait(500) == [str(number).encode() for number in range(500)]


async def test_audio_comes_in_order_and_untouched(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    ear = Ear()
    await there.subscribe(subjects.audio_in(session), ear)
    await there.flush()
    frames = [bytes([number % 256]) * 640 for number in range(100)]
    for frame in frames:
        await here.publish(subjects.audio_in(session), frame)
    assert await ear.wait(100) == frames


async def test_headers_travel(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    ear = Ear()
    await there.subscribe(fact(session), ear)
    await there.flush()
    await here.publish(fact(session), b"with", headers={"traceparent": "00-ab-cd-01", "Kind": "a b"})
    await here.publish(fact(session), b"without")
    await ear.wait(2)
    assert dict(ear.heard[0].headers) == {"traceparent": "00-ab-cd-01", "Kind": "a b"}
    assert dict(ear.heard[1].headers) == {}


async def test_who_has_unsubscribed_hears_nothing(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    ear = Ear()
    subscription = await there.subscribe(fact(session), ear)
    await there.flush()
    await subscription.unsubscribe()
    await settle(there)
    await here.publish(fact(session), b"x")
    await settle(here, there)
    assert ear.data == []
    await subscription.unsubscribe()  # once more does no harm


async def test_draining_takes_no_more_and_handles_what_came(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    ear = Ear()
    subscription = await there.subscribe(fact(session), ear)
    await settle(there)
    for number in range(20):
        await here.publish(fact(session), str(number).encode())
    await here.flush()
    await there.flush()
    await subscription.drain()
    await settle(there)
    await here.publish(fact(session), b"late")
    await settle(here, there)
    assert ear.data == [str(number).encode() for number in range(20)]


async def test_an_exception_in_a_handler_ends_nothing(
    bus_pair: Pair, session: str, caplog: pytest.LogCaptureFixture
) -> None:
    here, there = bus_pair
    ear = Ear()

    def handler(delivery: Delivery) -> None:
        ear(delivery)
        if delivery.data == b"bad":
            raise ValueError("broken handler")

    await there.subscribe(fact(session), handler)
    await there.flush()
    for data in (b"bad", b"good"):
        await here.publish(fact(session), data)
    assert await ear.wait(2) == [b"bad", b"good"]
    assert "broken handler" in caplog.text


async def test_nothing_is_delivered_within_publish(bus_pair: Pair, session: str) -> None:
    here, _ = bus_pair
    ear = Ear()
    await here.subscribe(fact(session), ear)
    await here.flush()
    publishing = here.publish(fact(session), b"x")
    with pytest.raises(StopIteration):  # it ends without waiting, and so nobody else has run
        publishing.send(None)
    assert ear.data == []
    assert await ear.wait(1) == [b"x"]


async def test_a_handler_runs_in_the_context_that_subscribed(bus_pair: Pair, session: str) -> None:
    here, there = bus_pair
    who: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")
    told: list[str] = []

    async def subscribe() -> None:
        who.set("subscriber")
        await there.subscribe(fact(session), lambda _: told.append(who.get()))

    await asyncio.create_task(subscribe())
    await there.flush()
    who.set("publisher")
    await here.publish(fact(session), b"x")
    await settle(here, there)
    assert told == ["subscriber"]


async def test_nobody_needs_to_listen(bus_pair: Pair, session: str) -> None:
    here, _ = bus_pair
    await here.publish(fact(session), b"into the void")
    await here.publish(subjects.audio_out(session), b"too")
    await here.flush()
