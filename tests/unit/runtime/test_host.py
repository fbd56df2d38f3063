"""The worker's side: offering, serving, leaving. What needs both sides is in ``tests/integration/test_claims.py``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from natter_protocol import codec, subjects
from natter_protocol.base import Message
from natter_protocol.errors import ErrorCode, ErrorRaised
from natter_protocol.session import CloseReason, SessionClosed, SessionTake
from natter_protocol.svc import SvcBeat, SvcClaim, SvcFull, SvcOffer, SvcPong
from natter_protocol.turn import TurnStarted
from natter_runtime import host as host_module
from natter_runtime import seat as seat_module
from natter_runtime.bus import Delivery
from natter_runtime.bus_memory import MemoryBroker, MemoryBus
from natter_runtime.claims import AtCapacity
from natter_runtime.errors import NoResponders
from natter_runtime.host import ORPHAN_S
from natter_runtime.inbox import Item
from natter_runtime.pulse import BEAT_S
from natter_runtime.seat import Seat
from tests.support.runtime_ear import Ear, settle, until
from tests.support.runtime_stage import Stage, close, messages
from tests.support.runtime_wire import MuteLog

SESSION = "sess_1"
PATIENCE_S = 10.0


@pytest.fixture
def broker() -> MemoryBroker:
    return MemoryBroker()


@pytest.fixture
async def stage(broker: MemoryBroker) -> AsyncIterator[Stage]:
    async def make_bus() -> MemoryBus:
        return broker.bus()

    async with AsyncExitStack() as stack, Stage(make_bus, SESSION, stack) as stage:
        yield stage


async def ask(broker: MemoryBroker, session: str = SESSION) -> Message | codec.Unknown:
    """Ask the turn service to take a session, and leave it at that."""
    request = codec.encode(SvcClaim(session=session, gateway="gateway-1"))
    return codec.decode((await broker.bus().request(subjects.svc("turn", "claim"), request, timeout=1.0)).data)


def told(seat: Seat, kind: type[Message]) -> list[Item]:
    return [message for message in messages(seat) if isinstance(message, kind)]


async def hears(seat: Seat, kind: type[Message]) -> Item:
    """Return the first item of a kind; what a worker says last may come after it has left."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            item = await seat.inbox.get()
            if isinstance(item, kind):
                return item


# -- being found --------------------------------------------------------------------------------


async def test_it_offers_as_long_as_it_has_room(stage: Stage, broker: MemoryBroker) -> None:
    await stage.worker("turn-1", capacity=2)
    assert [await ask(broker, session) for session in ("a", "b")] == [SvcOffer(instance="turn-1")] * 2
    with pytest.raises(NoResponders):
        await ask(broker, "c")


async def test_a_claim_that_reaches_it_when_it_has_just_become_full_is_told_so(
    stage: Stage, broker: MemoryBroker
) -> None:
    await stage.worker("turn-1", capacity=1)
    first, second = await asyncio.gather(ask(broker, "a"), ask(broker, "b"))
    assert (first, second) == (SvcOffer(instance="turn-1"), SvcFull(instance="turn-1"))


async def test_an_offer_that_nobody_takes_is_withdrawn_and_the_room_is_offered_again(
    stage: Stage, broker: MemoryBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_module, "OFFER_S", 0.03)
    worker = await stage.worker("turn-1", capacity=1)
    for session in ("a", "b", "c"):
        assert await ask(broker, session) == SvcOffer(instance="turn-1")
        await until(lambda: not worker.host._engaged)
        await settle(worker.wire)
    assert worker.visits == []
    subscribed = {subscription.pattern for subscription in broker._subscriptions}
    assert not any(".s." in pattern for pattern in subscribed)


async def test_an_offer_is_withdrawn_at_once_when_another_takes_the_session(stage: Stage, broker: MemoryBroker) -> None:
    worker = await stage.worker("turn-1", capacity=1)
    await ask(broker)
    take = SessionTake(session=SESSION, by="gateway", service="turn", instance="turn-2", number=9)
    await broker.bus().publish(subjects.of(take), codec.encode(take))
    await until(lambda: not worker.host._engaged)
    assert worker.visits == []


async def test_who_is_asked_twice_for_a_session_takes_it_once(stage: Stage, broker: MemoryBroker) -> None:
    """The first answer came too late for the claimant; both offers would take it under one number."""
    worker, seat = await stage.worker("turn-1", capacity=3), await stage.gateway()
    await ask(broker)
    await ask(broker)
    await until(lambda: len(worker.host._engaged) == 1)
    await stage.claim(seat)
    await settle(worker.wire)
    assert len(worker.visits) == worker.host.sessions == 1
    assert worker.host._offers == {}


async def test_a_claim_that_is_no_claim_is_not_answered(stage: Stage, broker: MemoryBroker) -> None:
    worker = await stage.worker("turn-1")
    for data in (b"garbage", codec.encode(SvcPong(instance="x"))):
        await broker.bus().publish(subjects.svc("turn", "claim"), data)
    await settle(worker.wire)
    assert await ask(broker) == SvcOffer(instance="turn-1")


async def test_it_beats_and_answers_as_long_as_it_runs(stage: Stage, broker: MemoryBroker) -> None:
    ear = Ear()
    await broker.bus().subscribe(subjects.BEATS, ear)
    worker = await stage.worker("turn-1", capacity=3)
    await stage.claim(await stage.gateway())
    await stage.seconds(2)
    assert codec.decode(ear.data[-1]) == SvcBeat(instance="turn-1", sessions=1, capacity=3)
    answer = await broker.bus().request(subjects.svc("turn", "ping", "turn-1"), b"", timeout=1.0)
    assert codec.decode(answer.data) == SvcPong(instance="turn-1", sessions=1, capacity=3)
    await stage.kill(worker)
    with pytest.raises(NoResponders):
        await broker.bus().request(subjects.svc("turn", "ping", "turn-1"), b"", timeout=1.0)


# -- serving ------------------------------------------------------------------------------------


async def test_it_serves_until_the_session_is_closed(stage: Stage) -> None:
    worker, seat = await stage.worker("turn-1"), await stage.gateway()
    await stage.claim(seat)
    assert worker.visit.seat.state.settings.greeting == "Hello!"
    await seat.say(TurnStarted(turn=1, start_sample=0))
    await close(seat)
    await until(lambda: worker.visit.over)
    assert [type(item) for item in worker.visit.heard] == [TurnStarted, SessionClosed]
    await until(lambda: worker.host.sessions == 0)


async def test_what_it_raises_ends_its_service_and_is_told(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    worker, seat = await stage.worker("turn-1"), await stage.gateway()

    async def raises(_: Seat, item: Item) -> None:
        raise ValueError(f"cannot stand {type(item).__name__}")

    worker.on_item = raises
    await stage.claim(seat)
    await seat.say(TurnStarted(turn=1, start_sample=0))
    await until(lambda: worker.host.sessions == 0)
    error = await hears(seat, ErrorRaised)
    assert isinstance(error, ErrorRaised)
    assert (error.code, error.fatal, error.by) == (ErrorCode.INTERNAL, True, "turn")
    assert error.message == "turn: cannot stand TurnStarted"
    assert "Traceback" in caplog.text


async def test_who_stops_attending_has_failed(stage: Stage) -> None:
    """Its heartbeat goes on, so nobody would notice that the session has no worker any more."""
    worker, seat = await stage.worker("turn-1"), await stage.gateway()

    async def returns(seat: Seat) -> None:
        await seat.inbox.get()

    worker.host._attend = returns
    await stage.claim(seat)
    await seat.say(TurnStarted(turn=1, start_sample=0))
    await until(lambda: worker.host.sessions == 0)
    error = await hears(seat, ErrorRaised)
    assert isinstance(error, ErrorRaised)
    assert error.code is ErrorCode.INTERNAL


async def test_who_does_not_stop_is_stopped(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_module, "STOP_S", 0.02)
    worker, seat = await stage.worker("turn-1"), await stage.gateway()

    async def hangs(_: Seat, item: Item) -> None:
        await asyncio.Event().wait()

    worker.on_item = hangs
    await stage.claim(seat)
    await close(seat)
    await until(lambda: worker.visit.over)
    assert worker.host.sessions == 0


async def test_facts_that_the_log_does_not_take_end_the_session(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seat_module, "APPEND_TIMEOUT_S", 0.01)
    worker, seat = await stage.worker("turn-1"), await stage.gateway()
    await stage.claim(seat)
    worker.wire.log = MuteLog(await stage.bus())
    await worker.visit.seat.say(TurnStarted(turn=1, start_sample=0))
    await until(lambda: worker.host.sessions == 0)
    await settle(worker.wire)
    error = await hears(seat, ErrorRaised)
    assert isinstance(error, ErrorRaised)
    assert (error.code, error.fatal) == (ErrorCode.LOG_UNAVAILABLE, True)


async def test_too_many_such_facts_end_it_too_and_it_is_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seat_module, "APPEND_TIMEOUT_S", 0.05)
    monkeypatch.setattr(seat_module, "MAX_UNSTORED", 3)
    worker, seat = await stage.worker("turn-1"), await stage.gateway()

    async def chatters(seat: Seat, item: Item) -> None:
        if isinstance(item, TurnStarted):
            for turn in range(10):
                await seat.say(TurnStarted(turn=turn, start_sample=0))

    worker.on_item = chatters
    await stage.claim(seat)
    worker.wire.log = MuteLog(await stage.bus())
    await seat.say(TurnStarted(turn=1, start_sample=0))
    await until(lambda: worker.host.sessions == 0)
    error = await hears(seat, ErrorRaised)
    assert isinstance(error, ErrorRaised)
    assert error.code is ErrorCode.LOG_UNAVAILABLE
    await settle(worker.wire)
    assert told(seat, ErrorRaised) == []


async def test_a_session_that_cannot_be_read_is_not_taken(
    stage: Stage, broker: MemoryBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("natter_runtime.claims.TAKE_TIMEOUT_S", 0.3)
    worker, seat = await stage.worker("turn-1", capacity=1), await stage.gateway()
    log = worker.wire.log = MuteLog(broker.bus(), mute=0)
    log.unreadable = 1
    holder = await stage.claim(seat)
    assert len(worker.visits) == 1
    assert holder.instance == "turn-1"
    assert worker.host.sessions == 1


async def test_a_session_may_be_claimed_again_by_who_serves_it(stage: Stage) -> None:
    worker, seat = await stage.worker("turn-1", capacity=3), await stage.gateway()
    first, second = await stage.claim(seat), await stage.claim(seat)
    assert second.number > first.number
    assert [visit.over for visit in worker.visits] == [True, False]
    assert worker.host.sessions == 1
    await worker.visit.seat.say(TurnStarted(turn=1, start_sample=0))
    await settle(worker.wire)
    assert [item.claim for item in told(seat, TurnStarted) if isinstance(item, TurnStarted)] == [second.number]


# -- an owner that is gone ----------------------------------------------------------------------


async def beat(broker: MemoryBroker, instance: str) -> None:
    await broker.bus().publish(subjects.svc("gateway", "beat", instance), codec.encode(SvcBeat(instance=instance)))


async def test_a_session_without_a_gateway_is_closed_as_abandoned(stage: Stage, broker: MemoryBroker) -> None:
    worker, seat = await stage.worker("turn-1"), await stage.gateway("gateway-1")
    await stage.claim(seat)
    await beat(broker, "gateway-1")
    await stage.seconds(int(ORPHAN_S))
    assert worker.host.sessions == 1
    await stage.seconds(3)
    await until(lambda: worker.host.sessions == 0)
    closed = await hears(seat, SessionClosed)
    assert isinstance(closed, SessionClosed)
    assert (closed.reason, closed.by) == (CloseReason.ABANDONED, "turn")
    assert "gateway-1" in closed.detail


async def test_a_gateway_that_beats_keeps_its_sessions(stage: Stage, broker: MemoryBroker) -> None:
    worker, seat = await stage.worker("turn-1"), await stage.gateway("gateway-1")
    await stage.claim(seat)
    for _ in range(50):
        await beat(broker, "gateway-1")
        await stage.seconds(1)
    assert worker.host.sessions == 1


async def test_a_gateway_that_answers_keeps_its_sessions(stage: Stage, broker: MemoryBroker) -> None:
    """The worker itself was cut off from the bus: it heard nobody, and nobody was gone."""
    worker, seat = await stage.worker("turn-1"), await stage.gateway("gateway-1")
    await stage.claim(seat)
    gateway = broker.bus()

    def pong(request: Delivery) -> None:
        gateway_says = gateway.respond(request, codec.encode(SvcPong(instance="gateway-1")))
        with pytest.raises(StopIteration):
            gateway_says.send(None)

    await gateway.subscribe(subjects.svc("gateway", "ping", "gateway-1"), pong)
    await stage.seconds(int(ORPHAN_S) + 10)
    assert worker.host.sessions == 1


async def test_a_session_that_another_gateway_has_taken_over_goes_on(stage: Stage, broker: MemoryBroker) -> None:
    worker, seat = await stage.worker("turn-1"), await stage.gateway("gateway-1")
    await stage.claim(seat)
    await stage.gateway("gateway-2")
    for _ in range(int(ORPHAN_S) + 20):
        await beat(broker, "gateway-2")
        await stage.seconds(1)
    assert worker.host.sessions == 1
    await stage.seconds(int(ORPHAN_S) + 3)
    await until(lambda: worker.host.sessions == 0)


async def test_a_log_that_cannot_be_read_abandons_nothing_and_is_asked_again(
    stage: Stage, broker: MemoryBroker
) -> None:
    worker, seat = await stage.worker("turn-1"), await stage.gateway("gateway-1")
    await stage.claim(seat)
    log = worker.wire.log = MuteLog(broker.bus(), mute=0)
    log.unreadable = 10
    await stage.seconds(int(ORPHAN_S) + 5)
    assert worker.host.sessions == 1
    assert log.unreadable < 10
    await stage.seconds(10)
    await until(lambda: worker.host.sessions == 0)


async def test_a_watcher_that_stood_still_itself_does_not_blame_the_gateway(stage: Stage) -> None:
    worker, seat = await stage.worker("turn-1"), await stage.gateway("gateway-1")
    await stage.claim(seat)
    await stage.seconds(2)
    stage.clock.advance(ORPHAN_S + 60.0)
    await stage.seconds(3)
    assert worker.host.sessions == 1


# -- leaving ------------------------------------------------------------------------------------


async def test_who_leaves_says_so_at_once_and_takes_nothing_more(stage: Stage, broker: MemoryBroker) -> None:
    ear = Ear()
    await broker.bus().subscribe(subjects.BEATS, ear)
    worker, seat = await stage.worker("turn-1"), await stage.gateway()
    await stage.claim(seat)
    worker.stopping.set()
    await until(lambda: _leaving(ear))
    with pytest.raises(NoResponders):
        await ask(broker, "another")
    assert not worker.visit.over
    await close(seat)
    await stage.stop(worker)


def _leaving(ear: Ear) -> bool:
    return any(isinstance(beat := codec.decode(data), SvcBeat) and beat.draining for data in ear.data)


async def test_who_leaves_waits_for_its_sessions_to_move_but_not_for_ever(stage: Stage) -> None:
    worker, seat = await stage.worker("turn-1", drain_s=0.05), await stage.gateway()
    await stage.claim(seat)
    await stage.stop(worker)
    assert worker.visit.over
    assert worker.host.sessions == 0


async def test_who_has_no_session_leaves_at_once(stage: Stage) -> None:
    worker = await stage.worker("turn-1", drain_s=60.0)
    await stage.stop(worker)


async def test_an_offer_does_not_keep_anybody_from_leaving(stage: Stage, broker: MemoryBroker) -> None:
    worker = await stage.worker("turn-1", drain_s=60.0)
    await ask(broker)
    async with asyncio.timeout(1.0):
        await stage.stop(worker)
    with pytest.raises(AtCapacity):
        await stage.claim(await stage.gateway())


async def test_leaving_leaves_nothing_behind(stage: Stage, broker: MemoryBroker) -> None:
    worker, seat = await stage.worker("turn-1", drain_s=0.0), await stage.gateway()
    await stage.claim(seat)
    others = {id(subscription) for subscription in broker._subscriptions if subscription.owner is not worker.wire._bus}
    await stage.stop(worker)
    assert {id(subscription) for subscription in broker._subscriptions} == others


def test_the_time_without_a_gateway_is_that_of_the_architecture() -> None:
    assert (ORPHAN_S, BEAT_S) == (35.0, 1.0)
