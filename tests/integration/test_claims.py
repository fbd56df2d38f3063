"""Rule R4 on both buses: sessions are claimed, fenced, handed over, and never served by two at once."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from natter_protocol import subjects
from natter_protocol.audio import AudioFrame
from natter_protocol.errors import ErrorRaised
from natter_protocol.session import SessionClosed, SessionTake
from natter_protocol.turn import TurnProbability, TurnStarted
from natter_runtime import bus_nats, claims
from natter_runtime import host as host_module
from natter_runtime.bus import Bus
from natter_runtime.claims import AtCapacity, Holder
from natter_runtime.errors import LogConflict
from natter_runtime.inbox import Item
from natter_runtime.metrics import Metrics
from natter_runtime.pulse import Pulse
from natter_runtime.seat import Seat
from natter_runtime.tasks import spawn
from tests.conftest import MakeBus
from tests.support.runtime_ear import settle, until
from tests.support.runtime_nats import Server
from tests.support.runtime_stage import HEARING, Stage, Worker, close, messages, seated


@pytest.fixture
async def stage(make_bus: MakeBus, session: str) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack, Stage(make_bus, session, stack) as stage:
        yield stage


def started(turn: int) -> TurnStarted:
    return TurnStarted(turn=turn, start_sample=0)


def turns(items: list[Item]) -> list[int]:
    """The numbers of the turns that were told of, in the order in which they were heard."""
    return [item.turn for item in items if isinstance(item, TurnStarted)]


async def calm(*speakers: Seat | Worker) -> None:
    """Return when what was said on these connections has been heard on all of them."""
    await settle(*(one._bus if isinstance(one, Seat) else one.wire for one in speakers))


# -- claim, offer, take -------------------------------------------------------------------------


async def test_a_worker_takes_the_session_and_both_hear_each_other(stage: Stage) -> None:
    worker, seat = await stage.worker("turn-1"), await stage.gateway()
    holder = await stage.claim(seat)
    assert (holder.service, holder.instance) == ("turn", "turn-1")
    assert worker.visit.seat.claim == holder.number
    assert worker.visit.seat.state.opened
    await seat.say(started(1))
    await until(lambda: turns(worker.visit.heard) == [1])
    await worker.visit.seat.say(started(2))
    await until(lambda: 2 in seat.state.turns)
    assert turns(messages(seat)) == [2]
    assert worker.visit.seat.state.assigned == {"gateway": "gateway-1", "turn": "turn-1"}


async def test_claims_are_spread_and_end_where_there_is_no_room(stage: Stage) -> None:
    workers = [await stage.worker(f"turn-{number}", capacity=2) for number in range(2)]
    seats = [await stage.gateway(session=f"{stage.session}_{number}") for number in range(5)]
    holders = [await stage.claim(seat) for seat in seats[:4]]
    assert sorted(holder.instance for holder in holders) == ["turn-0", "turn-0", "turn-1", "turn-1"]
    async with asyncio.timeout(0.7):
        with pytest.raises(AtCapacity):
            await stage.claim(seats[4])
    await close(seats[0])
    await until(lambda: sum(worker.host.sessions for worker in workers) == 3)
    await calm(*workers)
    assert (await stage.claim(seats[4])).instance == holders[0].instance


async def test_without_a_worker_there_is_no_room_and_that_is_known_at_once(stage: Stage) -> None:
    seat = await stage.gateway()
    async with asyncio.timeout(0.2):
        with pytest.raises(AtCapacity):
            await stage.claim(seat)
    assert await seat._bus.log.read(subjects.assigned(stage.session, "turn")) == []


async def test_sessions_that_open_at_once_all_find_their_workers(stage: Stage) -> None:
    """Eight sessions for two workers with room for eight: none is refused because others ask too."""
    workers = [await stage.worker(f"turn-{number}", capacity=4) for number in range(2)]
    seats = [await stage.gateway(session=f"{stage.session}_{number}") for number in range(8)]
    holders = await asyncio.gather(*(stage.claim(seat) for seat in seats))
    assert {holder.instance for holder in holders} == {"turn-0", "turn-1"}
    assert [worker.host.sessions for worker in workers] == [4, 4]


async def test_a_worker_that_takes_over_knows_what_was_said(stage: Stage) -> None:
    """From the log, and what is said while it reads: each fact once."""
    await stage.worker("turn-1")
    worker, seat = await stage.worker("stt-1", "stt"), await stage.gateway()
    for turn in range(1, 51):
        await seat.say(started(turn))
    async with asyncio.TaskGroup() as group:
        claiming = spawn(group, stage.claim(seat, "stt"), "claim")
        for turn in range(51, 101):
            await seat.say(started(turn))
            await asyncio.sleep(0)
        await claiming
    visit = worker.visit
    await until(lambda: len(visit.seat.state.turns) == 100)
    await calm(seat, worker)
    heard = turns(visit.heard)
    assert heard == list(range(101 - len(heard), 101))


# -- fencing ------------------------------------------------------------------------------------


async def test_a_frozen_worker_cannot_speak_for_a_session_it_lost(stage: Stage) -> None:
    frozen, seat = await stage.worker("turn-1", capacity=1), await stage.gateway()
    first = await stage.claim(seat)
    old = frozen.visit.seat
    await old.say(started(1))
    await until(lambda: 1 in seat.state.turns)
    frozen.wire.freeze()
    fresh = await stage.worker("turn-2")
    second = await stage.claim(seat)
    assert second.number > first.number
    messages(seat)
    await old.say(started(66))
    await old.say(TurnProbability(at_sample=0, speech=1.0, silence_ms=0, last_speech_sample=0))
    await old.play(subjects.audio_in(stage.session), AudioFrame(bytes(2), 0))
    await fresh.visit.seat.say(started(2))
    await until(lambda: 2 in seat.state.turns)
    await calm(frozen, fresh, seat)
    assert turns(messages(seat)) == [2]
    assert 66 not in seat.state.turns
    assert 66 not in fresh.visit.seat.state.turns
    frozen.wire.thaw()
    await until(lambda: frozen.visit.over)
    assert frozen.host.sessions == 0
    assert fresh.host.sessions == 1


async def test_what_it_said_too_late_is_not_read_from_the_log_either(stage: Stage) -> None:
    frozen, seat = await stage.worker("turn-1", capacity=1), await stage.gateway()
    await stage.claim(seat)
    frozen.wire.freeze()
    fresh = await stage.worker("turn-2")
    await stage.claim(seat)
    await fresh.visit.seat.store(started(1))
    await frozen.visit.seat.store(started(66))
    for worker in (frozen, fresh):
        assert not worker.visit.over
    newcomer = await stage.worker("stt-1", "stt")
    await stage.claim(seat, "stt")
    assert sorted(newcomer.visit.seat.state.turns) == [1]
    seat._bus.reconnect()  # type: ignore[attr-defined]
    await calm(seat)
    assert sorted(seat.state.turns) == [1]


async def test_a_missing_fact_is_read_again_from_the_log(stage: Stage) -> None:
    worker, seat = await stage.worker("turn-1"), await stage.gateway()
    await stage.claim(seat)
    worker.wire.lose = lambda delivery: b'"turn":2' in delivery.data
    for turn in range(1, 5):
        await seat.say(started(turn))
    await until(lambda: len(turns(worker.visit.heard)) == 4)
    assert sorted(turns(worker.visit.heard)) == [1, 2, 3, 4]


# -- replacing and handing over -----------------------------------------------------------------


async def test_a_dead_worker_is_replaced_by_one_that_knows_all(stage: Stage) -> None:
    dying, seat = await stage.worker("turn-1", capacity=1), await stage.gateway()
    first = await stage.claim(seat)
    await dying.visit.seat.store(started(1))
    await stage.kill(dying)
    with pytest.raises(AtCapacity):
        await stage.claim(seat)
    async with asyncio.TaskGroup() as group:
        claiming = spawn(group, stage.claim(seat, patience_s=5.0), "claim")
        await asyncio.sleep(0.01)
        fresh = await stage.worker("turn-2")
        second = await claiming
    assert second.instance == "turn-2"
    assert second.number > first.number
    assert sorted(fresh.visit.seat.state.turns) == [1]
    assert fresh.visit.seat.state.assigned["turn"] == "turn-2"


async def test_a_worker_that_leaves_hands_its_sessions_over(stage: Stage) -> None:
    leaving, seat = await stage.worker("turn-1", drain_s=5.0), await stage.gateway()
    pulse = Pulse(await stage.bus(), stage.clock)
    await pulse.listen()
    await stage.claim(seat)
    leaving.stopping.set()
    await until(lambda: pulse.watch.draining("turn-1"))
    await leaving.visit.seat.store(started(1))  # it serves until somebody else does
    fresh = await stage.worker("turn-2")
    holder = await stage.claim(seat, patience_s=2.0)
    assert holder.instance == "turn-2"
    assert sorted(fresh.visit.seat.state.turns) == [1]
    await stage.stop(leaving)
    assert leaving.visit.over
    await fresh.visit.seat.say(started(2))
    await until(lambda: 2 in seat.state.turns)
    await pulse.close()


async def test_an_offer_that_is_not_taken_is_withdrawn(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its room is free again: the worker is back in the queue group that it had left."""
    monkeypatch.setattr(host_module, "OFFER_S", 0.05)
    worker, seat = await stage.worker("turn-1", capacity=1), await stage.gateway()
    assert await claims._offer(seat._bus, seat, "turn") == "turn-1"
    with pytest.raises(AtCapacity):
        await stage.claim(seat)
    await until(lambda: not worker.host._engaged)
    await calm(worker)
    assert (await stage.claim(seat)).instance == "turn-1"


async def test_a_failed_session_does_not_touch_its_neighbour(stage: Stage) -> None:
    worker = await stage.worker("turn-1", capacity=2)
    seats = [await stage.gateway(session=f"{stage.session}_{number}") for number in range(2)]
    for seat in seats:
        await stage.claim(seat)
    failing, neighbour = worker.visits

    async def raises(seat: Seat, item: Item) -> None:
        if seat is failing.seat:
            raise ValueError("broken")

    worker.on_item = raises
    for seat in seats:
        await seat.say(started(1))
    await until(lambda: failing.over and turns(neighbour.heard) == [1])
    await until(lambda: worker.host.sessions == 1)
    await neighbour.seat.say(started(2))
    await until(lambda: 2 in seats[1].state.turns)
    assert not neighbour.over
    await calm(worker, *seats)
    assert any(isinstance(item, ErrorRaised) for item in messages(seats[0]))
    assert (await stage.claim(seats[0])).instance == "turn-1"


async def test_when_the_session_is_closed_everybody_lets_go(stage: Stage) -> None:
    workers = [await stage.worker(f"{service}-1", service) for service in ("turn", "stt", "llm", "tts")]
    seat = await stage.gateway()
    await asyncio.gather(*(stage.claim(seat, service) for service in ("turn", "stt", "llm", "tts")))
    assert {worker.host.sessions for worker in workers} == {1}
    await calm(*workers)
    await close(seat)
    await until(lambda: not any(worker.host.sessions for worker in workers))
    assert all(isinstance(worker.visit.heard[-1], SessionClosed) for worker in workers)


async def test_everybody_knows_who_serves_the_session(stage: Stage) -> None:
    workers = [await stage.worker(f"{service}-1", service) for service in ("turn", "stt")]
    seat = await stage.gateway()
    holders = {service: await stage.claim(seat, service) for service in ("turn", "stt")}
    replacement = await stage.worker("stt-2", "stt", capacity=1)
    await stage.kill(workers[1])
    holders["stt"] = await stage.claim(seat, "stt", patience_s=1.0)
    await calm(workers[0], replacement, seat)
    for one in (seat, workers[0].visit.seat, replacement.visit.seat):
        assert one.state.assigned == {"gateway": "gateway-1", "turn": "turn-1", "stt": "stt-2"}
    assert workers[0].visit.seat.record.sequences.claim_of("stt") == holders["stt"].number
    takes = [item for item in messages(seat) if isinstance(item, SessionTake)]
    assert takes[-1].number == holders["stt"].number


# -- gateways -----------------------------------------------------------------------------------


async def test_of_two_gateways_that_want_a_session_exactly_one_gets_it(stage: Stage) -> None:
    buses = [await stage.bus() for _ in range(4)]
    results = await asyncio.gather(
        *(claims.found(bus, stage.session, "gateway", f"gateway-{n}", 0) for n, bus in enumerate(buses)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, LogConflict) for result in results) == 3


async def test_of_two_gateways_that_claim_at_once_one_worker_is_left(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both found the session without a worker, because one of them does not know yet that it lost it."""
    monkeypatch.setattr(claims, "TAKE_TIMEOUT_S", 0.3)
    workers = [await stage.worker(f"turn-{number}") for number in range(2)]
    seats = [await stage.gateway(f"gateway-{number}") for number in range(2)]
    results = await asyncio.gather(*(stage.claim(seat) for seat in seats), return_exceptions=True)
    won = [result for result in results if isinstance(result, Holder)]
    assert won
    assert all(isinstance(result, Holder | LogConflict | AtCapacity) for result in results)
    await until(lambda: sum(worker.host.sessions for worker in workers) == 1)
    latest = max(won, key=lambda holder: holder.number)
    (serving,) = (worker for worker in workers if worker.host.sessions)
    assert serving.visit.seat.claim == latest.number


async def test_a_gateway_that_was_replaced_hears_of_it(stage: Stage) -> None:
    old = await stage.gateway("gateway-1")
    new = await stage.gateway("gateway-2")
    async with asyncio.timeout(2.0):
        await old.released.wait()
    assert old.failure is None
    assert not new.released.is_set()


async def test_sessions_do_not_hear_each_other(make_bus: MakeBus) -> None:
    bus: Bus = await make_bus()
    ids = [f"sess_{secrets.token_hex(8)}" for _ in range(2)]
    async with seated(bus, ids[0]) as one, seated(bus, ids[1]) as other:
        assert (one.session, other.session) == tuple(ids)
        async with Seat(bus, "llm", ids[1], HEARING, Metrics("llm")) as listener:
            await listener.listen()
            await listener.take(one.claim + other.claim)
            await one.store(started(1))
            await other.store(started(2))
            await settle(bus)
            assert turns(messages(listener)) == [2]


# -- a bus that goes away ------------------------------------------------------------------------


@pytest.mark.nats
async def test_a_call_survives_a_restart_of_the_bus(tmp_path: Path, session: str) -> None:
    """What was said meanwhile is kept and heard by everybody, once."""
    server = Server(tmp_path)
    server.start()
    made: list[bus_nats.NatsBus] = []

    async def make_bus() -> Bus:
        made.append(await bus_nats.connect(server.url, name="test"))
        return made[-1]

    try:
        async with AsyncExitStack() as stack, Stage(make_bus, session, stack) as stage:
            worker, seat = await stage.worker("turn-1"), await stage.gateway()
            await stage.claim(seat)
            await seat.say(started(1))
            await until(lambda: turns(worker.visit.heard) == [1])
            back = [asyncio.Event() for _ in made]
            for bus, event in zip(made, back, strict=True):
                bus.on_reconnect(event.set)
            server.stop()
            for turn in (2, 3):
                await seat.say(started(turn))
                await worker.visit.seat.say(started(turn + 10))
            server.start()
            async with asyncio.timeout(5.0):
                for event in back:
                    await event.wait()
            await until(lambda: sorted(turns(worker.visit.heard)) == [1, 2, 3], timeout=5.0)
            await until(lambda: {12, 13} <= set(seat.state.turns), timeout=5.0)
            assert seat.failure is None
            assert worker.visit.seat.failure is None
            assert sorted(turns(messages(seat))) == [12, 13]
            await seat.say(started(4))
            await until(lambda: 4 in turns(worker.visit.heard))
    finally:
        for bus in made:
            await bus.close()
        server.stop()
