"""The worker's side of rule R4: it offers itself, takes sessions, serves them, and hands them over.

Each session runs in a task of its own with its own task group. What goes wrong in one ends that
session's service here and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from natter_protocol import codec, subjects
from natter_protocol.errors import ErrorCode, ErrorRaised, ProtocolError
from natter_protocol.session import CloseReason, SessionAssigned, SessionClosed, SessionTake
from natter_protocol.svc import SvcClaim, SvcFull, SvcOffer, SvcTaken
from natter_runtime.bus import Bus, Delivery, Subscription
from natter_runtime.clock import Clock
from natter_runtime.errors import BusError, LogError
from natter_runtime.logs import session_id
from natter_runtime.metrics import Metrics
from natter_runtime.presence import Card, Presence
from natter_runtime.pulse import BEAT_S, Pulse
from natter_runtime.queues import BoundedQueue, Overflow, QueueFull
from natter_runtime.seat import Hearing, Seat
from natter_runtime.tasks import spawn, spawn_contained, stop

log = logging.getLogger(__name__)

OFFER_S: Final = 3.0
"""An offer that nobody takes is withdrawn after this."""
ORPHAN_S: Final = 35.0
"""A session whose gateway was silent for so long is closed as abandoned."""
STOP_S: Final = 1.0
"""So long a service may take to notice that a session is over, before it is cancelled."""
MAX_CLAIMS: Final = 256

Attend = Callable[[Seat], Awaitable[None]]
"""Serves one session until its inbox ends; raises if it cannot go on."""


class Host:
    """Serves sessions of one service on one instance."""

    def __init__(self, bus: Bus, card: Card, hearing: Hearing, attend: Attend, clock: Clock, metrics: Metrics) -> None:
        self._bus = bus
        self._card = card
        self._hearing = hearing
        self._attend = attend
        self._clock = clock
        self._metrics = metrics
        self._pulse = Pulse(bus, clock)
        self._presence = Presence(bus, card, clock, lambda: len(self._sessions))
        self._sessions: dict[str, asyncio.Task[None]] = {}
        self._engaged: set[asyncio.Task[None]] = set()
        """What takes up room: sessions, and offers that may become one."""
        self._offers: dict[str, asyncio.Future[tuple[SessionTake, Delivery] | None]] = {}
        self._claims: BoundedQueue[Delivery] = BoundedQueue("host.claims", MAX_CLAIMS, Overflow.FAIL, metrics.drop)
        metrics.watch(self._claims)
        self._offering: Subscription | None = None
        self._emptied = asyncio.Event()

    @property
    def sessions(self) -> int:
        """How many sessions are served now."""
        return len(self._sessions)

    async def serve(self, stopping: asyncio.Event, drain_s: float, on_ready: Callable[[], None] = lambda: None) -> None:
        """Offer and serve until ``stopping``; then hand over for at most ``drain_s`` seconds, and return.

        ``on_ready`` is called when a claim would be heard.
        """
        async with asyncio.TaskGroup() as group:
            await self._presence.listen()
            await self._pulse.listen()
            await self._offer_again()
            await self._bus.flush()
            chores = [
                spawn(group, self._presence.beat(), "host.beat"),
                spawn(group, self._presence.answer(), "host.presence"),
                spawn(group, self._answer_claims(group), "host.claims"),
            ]
            on_ready()
            await stopping.wait()
            await self._drain(drain_s)
            for task in (*chores, *self._engaged):
                await stop(task)
            await self._presence.close()
            await self._pulse.close()

    def _svc(self, verb: str, instance: str = "") -> str:
        return subjects.svc(self._card.service, verb, instance)

    # -- being found ----------------------------------------------------------------------------

    @property
    def _full(self) -> bool:
        return len(self._engaged) >= self._card.capacity

    async def _offer_again(self) -> None:
        if self._offering is None and not self._presence.draining and not self._full:
            self._offering = await self._bus.subscribe(self._svc("claim"), self._on_claim, queue=self._card.service)

    async def _stop_offering(self) -> None:
        offering, self._offering = self._offering, None
        if offering is not None:
            await offering.drain()

    def _on_claim(self, delivery: Delivery) -> None:
        try:
            self._claims.put_nowait(delivery)
        except QueueFull:
            log.warning("too many claims wait to be answered")

    async def _answer_claims(self, group: asyncio.TaskGroup) -> None:
        while True:
            delivery = await self._claims.get()
            try:
                await self._answer(delivery, group)
            except (ProtocolError, BusError) as error:
                log.warning("claim not answered: %s", error)

    async def _answer(self, delivery: Delivery, group: asyncio.TaskGroup) -> None:
        request = codec.decode(delivery.data)
        if not isinstance(request, SvcClaim):
            return
        if self._presence.draining or self._full:
            self._metrics.claim("full")
            await self._bus.respond(delivery, codec.encode(SvcFull(instance=self._card.instance)))
            return
        self._engaged.add(spawn_contained(group, self._engage(request.session, delivery), request.session))
        if self._full:
            await self._stop_offering()

    # -- taking and serving ---------------------------------------------------------------------

    async def _engage(self, session: str, delivery: Delivery) -> None:
        """Offer to take a session, and serve it if the offer is taken."""
        session_id.set(session)
        try:
            async with Seat(
                self._bus, self._card.service, session, self._hearing, self._metrics, clock=self._clock
            ) as seat:
                taken = await self._offer(seat, delivery)
                if taken is not None:
                    await self._serve_session(seat, *taken)
        finally:
            self._engaged.discard(_current_task())
            await self._offer_again()

    async def _offer(self, seat: Seat, delivery: Delivery) -> tuple[SessionTake, Delivery] | None:
        """Listen in on the session and offer to take it; return the take, or None if it is not taken by us in time."""
        taken: asyncio.Future[tuple[SessionTake, Delivery] | None] = asyncio.get_running_loop().create_future()

        def on_take(take: SessionTake, request: Delivery) -> None:
            if taken.done():
                seat.released.set()
            else:
                taken.set_result((take, request) if take.instance == self._card.instance else None)

        earlier = self._offers.get(seat.session)
        if earlier is not None and not earlier.done():
            earlier.set_result(None)  # whoever asks again has not heard of it
        self._offers[seat.session] = taken
        seat.on_take = on_take
        try:
            await seat.listen()
            await self._bus.respond(delivery, codec.encode(SvcOffer(instance=self._card.instance)))
            await asyncio.wait([taken], timeout=OFFER_S)
        finally:
            if self._offers.get(seat.session) is taken:
                del self._offers[seat.session]
        if not taken.done() or taken.result() is None:
            self._metrics.claim("withdrawn")
            return None
        return taken.result()

    async def _serve_session(self, seat: Seat, take: SessionTake, request: Delivery) -> None:
        """Serve the session until it is closed, given to somebody else, or fails."""
        current = _current_task()
        older = self._sessions.get(seat.session)
        self._sessions[seat.session] = current
        try:
            await stop(older)
            await seat.take(take.number)
            await self._bus.respond(request, codec.encode(SvcTaken(instance=self._card.instance)))
            self._metrics.claim("taken")
            self._metrics.sessions(self.sessions)
            await self._run(seat)
        finally:
            if self._sessions.get(seat.session) is current:
                del self._sessions[seat.session]
            self._metrics.sessions(self.sessions)
            if not self._sessions:
                self._emptied.set()

    async def _run(self, seat: Seat) -> None:
        async with asyncio.TaskGroup() as group:
            attending = spawn(group, self._attended(seat), "attend")
            orphaned = spawn_contained(group, self._watch_owner(seat), "owner")
            released = spawn(group, _wait(seat.released), "released")
            try:
                await asyncio.wait([attending, released], return_when=asyncio.FIRST_COMPLETED)
                seat.inbox.close()
                await asyncio.wait([attending], timeout=STOP_S)
            finally:
                for task in (attending, orphaned, released):
                    await stop(task)
            if seat.failure is not None:
                text = f"{seat.service}: {seat.failure}"
                await seat.say(ErrorRaised(code=seat.failure.code, message=text, fatal=True))

    async def _attended(self, seat: Seat) -> None:
        try:
            await self._attend(seat)
        except Exception as error:
            log.exception("the session cannot go on here")
            seat.fail(ErrorCode.INTERNAL, str(error) or type(error).__name__)
        if not seat.released.is_set():
            seat.fail(ErrorCode.INTERNAL, "nobody attends to the session any more")

    async def _watch_owner(self, seat: Seat) -> None:
        """Close the session as abandoned when its gateway was silent for :data:`ORPHAN_S` and gives no answer."""
        watch, owner = self._pulse.watch, ""
        while True:
            await self._clock.sleep(BEAT_S)
            now = self._clock.monotonic()
            watch.look(now)
            owner = owner or seat.state.assigned.get("gateway", "")
            if not owner:
                continue
            watch.expect(owner, now)
            if watch.silent_for(owner, now) <= ORPHAN_S:
                continue
            silent, owner = owner, await self._latest_owner(seat.session, owner)
            if owner == silent and not await self._pulse.answers("gateway", owner):
                await seat.say(SessionClosed(reason=CloseReason.ABANDONED, detail=f"gateway {owner} is gone"))
                seat.released.set()
                return

    async def _latest_owner(self, session: str, known: str) -> str:
        """Return the gateway that the log names last, or an empty string if the log cannot be read now."""
        try:
            events = await self._bus.log.read(subjects.assigned(session, "gateway"))
        except LogError as error:
            log.warning("the session's gateway cannot be looked up: %s", error)
            return ""
        message = codec.decode(events[-1].data) if events else None
        return message.instance if isinstance(message, SessionAssigned) else known

    # -- leaving --------------------------------------------------------------------------------

    async def _drain(self, drain_s: float) -> None:
        """Announce that sessions are to be claimed anew, and serve them until they are."""
        self._presence.draining = True
        await self._stop_offering()
        await self._presence.beat_once()
        if self._sessions:
            log.info("handing over %d sessions", self.sessions)
            self._emptied.clear()
            try:
                async with asyncio.timeout(drain_s):
                    await self._emptied.wait()
            except TimeoutError:
                log.warning("%d sessions found no new worker in %.0f s", self.sessions, drain_s)


def _current_task() -> asyncio.Task[None]:
    task: asyncio.Task[None] | None = asyncio.current_task()
    assert task is not None
    return task


async def _wait(event: asyncio.Event) -> None:
    await event.wait()
