"""Both buses: of a queue group one member gets each message, until it leaves the group."""

from __future__ import annotations

from natter_protocol import subjects
from natter_runtime.bus import Bus
from tests.conftest import MakeBus
from tests.support.runtime_ear import Ear, settle

MESSAGES = 60


def claim(session: str) -> str:
    """A subject between instances that no other test uses."""
    return subjects.svc("stt", "claim", session)


async def _members(make_bus: MakeBus, subject: str, count: int) -> tuple[list[Bus], list[Ear]]:
    buses, ears = [], []
    for _ in range(count):
        bus, ear = await make_bus(), Ear()
        await bus.subscribe(subject, ear, queue="stt")
        await bus.flush()
        buses.append(bus)
        ears.append(ear)
    return buses, ears


async def test_each_message_is_delivered_once_and_all_members_get_some(make_bus: MakeBus, session: str) -> None:
    publisher = await make_bus()
    buses, ears = await _members(make_bus, claim(session), 3)
    for number in range(MESSAGES):
        await publisher.publish(claim(session), str(number).encode())
    await settle(publisher, *buses)
    assert sorted(int(data) for ear in ears for data in ear.data) == list(range(MESSAGES))
    assert all(ear.heard for ear in ears)


async def test_who_listens_without_a_group_hears_all(make_bus: MakeBus, session: str) -> None:
    publisher, tap = await make_bus(), Ear()
    buses, ears = await _members(make_bus, claim(session), 2)
    await publisher.subscribe(claim(session), tap)
    await publisher.flush()
    for _ in range(10):
        await publisher.publish(claim(session), b"x")
    await settle(publisher, *buses)
    assert len(tap.heard) == 10
    assert sum(len(ear.heard) for ear in ears) == 10


async def test_two_groups_both_get_each_message(make_bus: MakeBus, session: str) -> None:
    publisher = await make_bus()
    ears = {"stt": Ear(), "tts": Ear()}
    for queue, ear in ears.items():
        await publisher.subscribe(claim(session), ear, queue=queue)
    await publisher.flush()
    await publisher.publish(claim(session), b"x")
    await settle(publisher)
    assert [ear.data for ear in ears.values()] == [[b"x"], [b"x"]]


async def test_who_drains_leaves_the_group(make_bus: MakeBus, session: str) -> None:
    publisher, leaver = await make_bus(), await make_bus()
    leaving = Ear()
    subscription = await leaver.subscribe(claim(session), leaving, queue="stt")
    await leaver.flush()
    (stayer,), (staying,) = await _members(make_bus, claim(session), 1)
    await subscription.drain()
    await settle(leaver)
    for _ in range(10):
        await publisher.publish(claim(session), b"x")
    await settle(publisher, stayer, leaver)
    assert len(staying.heard) == 10
    assert leaving.heard == []


async def test_a_group_that_all_have_left_is_empty(make_bus: MakeBus, session: str) -> None:
    """Then a request has no responders: that is how a full platform is noticed at once."""
    bus = await make_bus()
    subscription = await bus.subscribe(claim(session), Ear(), queue="stt")
    await bus.flush()
    await subscription.drain()
    again = Ear()
    await bus.subscribe(claim(session), again, queue="stt")
    await bus.flush()
    await bus.publish(claim(session), b"x")
    assert await again.wait(1) == [b"x"]
