"""Being there: one instance's heartbeat, and its answer when somebody asks (rule R4)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from natter_protocol import codec, subjects
from natter_protocol.svc import SvcBeat, SvcPong
from natter_runtime.bus import Bus, Delivery, Subscription
from natter_runtime.clock import Clock
from natter_runtime.errors import BusError
from natter_runtime.pulse import BEAT_S
from natter_runtime.queues import BoundedQueue, Overflow, QueueFull

log = logging.getLogger(__name__)

MAX_QUESTIONS = 64


@dataclass(frozen=True, slots=True)
class Card:
    """What an instance says about itself when asked."""

    service: str
    instance: str
    capacity: int
    engine: str = ""
    model: str = ""
    version: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    """What the engine declares: languages, voices, sample rate, capabilities."""


class Presence:
    """Beats once a second and answers pings and requests for information.

    Args:
        sessions: returns how many sessions the instance serves.
    """

    def __init__(self, bus: Bus, card: Card, clock: Clock, sessions: Callable[[], int]) -> None:
        self.draining = False
        self.gone = False
        self._bus = bus
        self._card = card
        self._clock = clock
        self._sessions = sessions
        self._questions: BoundedQueue[Delivery] = BoundedQueue("presence", MAX_QUESTIONS, Overflow.FAIL)
        self._subscriptions: list[Subscription] = []

    async def listen(self) -> None:
        """Be reachable for questions."""
        service = self._card.service
        for subject in (subjects.svc(service, "ping", self._card.instance), subjects.svc(service, "info")):
            self._subscriptions.append(await self._bus.subscribe(subject, self._on_question))

    async def close(self) -> None:
        """Answer no more, and say so: nobody needs to find out by waiting."""
        self.gone = True
        await self.beat_once()
        for subscription in self._subscriptions:
            await subscription.unsubscribe()

    def _on_question(self, delivery: Delivery) -> None:
        try:
            self._questions.put_nowait(delivery)
        except QueueFull:
            log.warning("too many questions wait to be answered")

    async def answer(self) -> None:
        """Answer what is asked, until cancelled."""
        while True:
            question = await self._questions.get()
            card = self._card
            pong = SvcPong(
                instance=card.instance,
                sessions=self._sessions(),
                capacity=card.capacity,
                engine=card.engine,
                model=card.model,
                version=card.version,
                details=card.details,
            )
            try:
                await self._bus.respond(question, codec.encode(pong))
            except BusError as error:
                log.debug("no answer: %s", error)

    async def beat(self) -> None:
        """Send a heartbeat each second, until cancelled."""
        while True:
            await self.beat_once()
            await self._clock.sleep(BEAT_S)

    async def beat_once(self) -> None:
        """Send a heartbeat now."""
        card = self._card
        beat = SvcBeat(
            instance=card.instance,
            sessions=self._sessions(),
            capacity=card.capacity,
            draining=self.draining,
            gone=self.gone,
        )
        try:
            await self._bus.publish(subjects.svc(card.service, "beat", card.instance), codec.encode(beat))
        except BusError as error:
            log.debug("no heartbeat: %s", error)
