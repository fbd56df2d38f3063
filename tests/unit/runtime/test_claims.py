"""The claimant's side: whom it asks, how often, and what it makes of the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from natter_protocol import codec, subjects
from natter_protocol.base import Lane, Message
from natter_protocol.session import SessionAssigned, SessionTake
from natter_protocol.svc import SvcClaim, SvcFull, SvcOffer, SvcTaken
from natter_runtime import claims
from natter_runtime.bus import Delivery
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.claims import CLAIM_TRIES, AtCapacity, Holder
from natter_runtime.errors import BusError, LogConflict, LogError
from natter_runtime.metrics import Metrics
from natter_runtime.seat import Hearing, Seat
from natter_runtime.tasks import spawn
from tests.support.runtime_wire import MuteLog, Wire

SESSION = "sess_1"
Answer = Callable[[int], Message | bytes | None]
"""What a worker answers to the n-th question, if anything."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines of a tenth."""
    for name in ("CLAIM_TIMEOUT_S", "TAKE_TIMEOUT_S", "RETRY_S"):
        monkeypatch.setattr(claims, name, getattr(claims, name) / 10)


class Platform:
    """A gateway's seat, and workers that answer as they are told."""

    def __init__(self) -> None:
        self.broker = MemoryBroker()
        self.wire = Wire(self.broker.bus())
        self.metrics = Metrics("gateway")
        self.seat = Seat(self.wire, "gateway", SESSION, Hearing(), self.metrics)
        self.asked = 0
        self.takes: list[SessionTake] = []
        self._workers = self.broker.bus()
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> Platform:
        await self._group.__aenter__()
        await self.seat.__aenter__()
        await self.seat.listen()
        await self.seat.take(await claims.found(self.wire, SESSION, "gateway", "gateway-1", 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.seat.__aexit__(None, None, None)
        await self._group.__aexit__(None, None, None)

    async def worker(self, answer: Answer, taken: Answer) -> None:
        """Be asked for claims and takes of ``stt``."""

        def on_claim(request: Delivery) -> None:
            self.asked += 1
            assert isinstance(codec.decode(request.data), SvcClaim)
            self._respond(request, answer(self.asked))

        def on_take(request: Delivery) -> None:
            take = codec.decode(request.data)
            assert isinstance(take, SessionTake)
            self.takes.append(take)
            self._respond(request, taken(len(self.takes)))

        await self._workers.subscribe(subjects.svc("stt", "claim"), on_claim, queue="stt")
        await self._workers.subscribe(subjects.build(SESSION, Lane.CTL, "session", "take"), on_take)

    def _respond(self, request: Delivery, answer: Message | bytes | None) -> None:
        if answer is not None:
            data = answer if isinstance(answer, bytes) else codec.encode(answer)
            spawn(self._group, self._workers.respond(request, data), "respond")

    async def claim(self, patience_s: float = 0.0) -> Holder:
        return await claims.claim(self.wire, self.seat, "stt", self.metrics, patience_s=patience_s)

    async def assignments(self) -> list[tuple[int, SessionAssigned]]:
        stored = await self.broker.bus().log.read(subjects.assigned(SESSION, "stt"))
        return [
            (event.sequence, message)
            for event in stored
            if isinstance(message := codec.decode(event.data), SessionAssigned)
        ]


def offer(_: int) -> Message:
    return SvcOffer(instance="stt-1")


def taken(_: int) -> Message:
    return SvcTaken(instance="stt-1")


async def test_a_worker_is_found_assigned_and_told() -> None:
    async with Platform() as platform:
        await platform.worker(offer, taken)
        holder = await platform.claim()
        ((number, assigned),) = await platform.assignments()
        assert holder == Holder("stt", "stt-1", number)
        assert (assigned.instance, assigned.after, assigned.by, assigned.claim) == ("stt-1", 0, "gateway", 0)
        (take,) = platform.takes
        assert (take.instance, take.number, take.service) == ("stt-1", number, "stt")
        assert platform.seat.record.sequences.claim_of("stt") == number


async def test_nobody_is_there() -> None:
    async with Platform() as platform:
        async with asyncio.timeout(claims.CLAIM_TIMEOUT_S):
            with pytest.raises(AtCapacity) as raised:
                await platform.claim()
        assert raised.value.service == "stt"
        assert raised.value.retry_after_s > 0
        assert await platform.assignments() == []


async def test_a_full_one_may_have_a_colleague_with_room() -> None:
    """It is leaving the queue group; the next question reaches another."""
    async with Platform() as platform:
        await platform.worker(lambda n: SvcFull(instance="stt-9") if n == 1 else offer(n), taken)
        assert (await platform.claim()).instance == "stt-1"
        assert platform.asked == 2


async def test_if_all_are_full_that_is_told_at_once() -> None:
    async with Platform() as platform:
        await platform.worker(lambda n: SvcFull(instance="stt-9"), taken)
        async with asyncio.timeout(claims.CLAIM_TIMEOUT_S):
            with pytest.raises(AtCapacity):
                await platform.claim()
        assert platform.asked == CLAIM_TRIES


async def test_one_that_gives_no_answer_is_asked_again() -> None:
    async with Platform() as platform:
        await platform.worker(lambda n: None if n < CLAIM_TRIES else offer(n), taken)
        assert (await platform.claim()).instance == "stt-1"
        assert platform.asked == CLAIM_TRIES


async def test_one_that_answers_nonsense_is_asked_again() -> None:
    async with Platform() as platform:
        await platform.worker(lambda n: SvcTaken(instance="?") if n == 1 else offer(n), taken)
        assert (await platform.claim()).instance == "stt-1"


async def test_one_that_answers_what_is_no_message_is_asked_again() -> None:
    async with Platform() as platform:
        await platform.worker(lambda n: b"\xff{" if n == 1 else offer(n), lambda n: b"[]" if n == 1 else taken(n))
        assert (await platform.claim()).instance == "stt-1"
        assert (platform.asked, len(platform.takes)) == (3, 2)


async def test_an_offer_that_is_broken_is_replaced_under_a_new_number() -> None:
    async with Platform() as platform:
        await platform.worker(offer, lambda n: None if n == 1 else taken(n))
        holder = await platform.claim()
        (first, _), (second, assigned) = await platform.assignments()
        assert holder.number == second > first
        assert assigned.after == first


async def test_with_patience_a_worker_is_waited_for() -> None:
    async with Platform() as platform, asyncio.TaskGroup() as group:

        async def come_late() -> None:
            await asyncio.sleep(0.06)
            await platform.worker(offer, taken)

        spawn(group, come_late(), "late")
        assert (await platform.claim(patience_s=2.0)).instance == "stt-1"


async def test_with_patience_a_log_without_an_answer_is_waited_for() -> None:
    async with Platform() as platform:
        await platform.worker(offer, taken)
        platform.wire.log = MuteLog(platform.broker.bus(), 1)
        with pytest.raises(BusError):
            await platform.claim()
        platform.wire.log = MuteLog(platform.broker.bus(), 1)
        assert (await platform.claim(patience_s=5.0)).instance == "stt-1"


async def test_patience_ends() -> None:
    async with Platform() as platform:
        async with asyncio.timeout(1.0):
            with pytest.raises(AtCapacity):
                await platform.claim(patience_s=0.1)


async def test_another_gateway_that_was_quicker_has_the_session() -> None:
    async with Platform() as platform:

        def interfere(n: int) -> Message:
            platform.broker.store.append(subjects.assigned(SESSION, "stt"), b"{}", "gateway.0.1", None)
            return offer(n)

        await platform.worker(offer, taken)
        real = platform.wire.log.last

        async def last(subject: str) -> int:
            known = await real(subject)
            interfere(1)
            return known

        platform.wire.log.last = last  # type: ignore[method-assign]
        with pytest.raises(LogConflict):
            await platform.claim()


async def test_founding_twice_at_once_succeeds_once() -> None:
    broker = MemoryBroker()
    results = await asyncio.gather(
        *(claims.found(broker.bus(), SESSION, "gateway", f"gateway-{n}", 0) for n in range(4)), return_exceptions=True
    )
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, LogConflict) for result in results) == 3


async def test_a_log_without_an_answer_founds_nothing() -> None:
    wire = Wire(MemoryBroker().bus())
    wire.log = MuteLog(MemoryBroker().bus())
    with pytest.raises(BusError, match="no acknowledgement"):
        await claims.found(wire, SESSION, "gateway", "gateway-1", 0)


async def test_a_log_that_is_gone_founds_nothing() -> None:
    bus = MemoryBroker().bus()
    await bus.close()
    with pytest.raises(LogError):
        await claims.found(bus, SESSION, "gateway", "gateway-1", 0)
