"""The four workers of a session: claimed when it opens, watched while it lasts, replaced when lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

from natter_runtime import claims
from natter_runtime.bus import Bus
from natter_runtime.claims import AtCapacity, Holder
from natter_runtime.clock import Clock
from natter_runtime.metrics import Metrics
from natter_runtime.pulse import BEAT_S, Pulse
from natter_runtime.queues import BoundedQueue, Overflow
from natter_runtime.seat import Seat
from natter_runtime.tasks import spawn

log = logging.getLogger(__name__)

WORKERS: Final = ("turn", "stt", "llm", "tts")
MAX_REPLACEMENTS: Final = 5
"""A service that needs more new workers than this within one session is broken, not unlucky."""


class Crew:
    """See the module."""

    def __init__(self, bus: Bus, seat: Seat, pulse: Pulse, clock: Clock, metrics: Metrics, reclaim_s: float) -> None:
        self._bus = bus
        self._seat = seat
        self._pulse = pulse
        self._clock = clock
        self._metrics = metrics
        self._reclaim_s = reclaim_s
        self._holders: dict[str, Holder] = {}
        self._replacing: set[str] = set()
        self._replaced: dict[str, int] = {}
        self._lost: BoundedQueue[str] = BoundedQueue("crew.lost", len(WORKERS), Overflow.DROP_OLDEST)

    @property
    def holders(self) -> dict[str, Holder]:
        """Who serves the session now, by service."""
        return dict(self._holders)

    async def assemble(self) -> None:
        """Claim all four at once.

        Raises:
            AtCapacity: one of them has no room.
            BusError: the bus or its log gave no answer.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for service in WORKERS:
                    spawn(group, self._claim(service, 0.0), f"claim {service}")
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors

    async def take_over(self, assigned: Mapping[str, str]) -> None:
        """Go on with the workers that another gateway has found; claim what is missing.

        Raises:
            AtCapacity: one of those has no room.
        """
        for service in WORKERS:
            if service in assigned:
                number = self._seat.record.sequences.claim_of(service)
                self._holders[service] = Holder(service, assigned[service], number)
                self._pulse.watch.expect(assigned[service], self._clock.monotonic())
            else:
                await self._claim(service, self._reclaim_s)

    async def watch(self) -> None:
        """Look after the workers until cancelled.

        Raises:
            AtCapacity: a lost one found no successor in time.
        """
        async with asyncio.TaskGroup() as group:
            spawn(group, self._replace_lost(), "crew.lost")
            while True:
                await self._clock.sleep(BEAT_S)
                silent = self._pulse.watch.look(self._clock.monotonic())
                for service, holder in list(self._holders.items()):
                    if service in self._replacing:
                        continue
                    if self._pulse.watch.draining(holder.instance) or holder.instance in silent:
                        self._replacing.add(service)
                        spawn(group, self._check(holder), f"check {holder.instance}")

    def lost(self, service: str) -> None:
        """The worker of ``service`` has told that it cannot go on."""
        self._lost.put_nowait(service)

    async def _replace_lost(self) -> None:
        while True:
            service = await self._lost.get()
            if service not in self._replacing:
                self._replacing.add(service)
                await self._replace(service)

    async def _check(self, holder: Holder) -> None:
        leaving = self._pulse.watch.draining(holder.instance)
        if not leaving and await self._pulse.answers(holder.service, holder.instance):
            self._replacing.discard(holder.service)
            return
        log.warning("%s is %s; finding another", holder.instance, "leaving" if leaving else "lost")
        await self._replace(holder.service)

    async def _replace(self, service: str) -> None:
        self._replaced[service] = self._replaced.get(service, 0) + 1
        if self._replaced[service] > MAX_REPLACEMENTS:
            raise AtCapacity(service)
        try:
            await self._claim(service, self._reclaim_s)
            self._metrics.claim("replaced")
        finally:
            self._replacing.discard(service)

    async def _claim(self, service: str, patience_s: float) -> None:
        holder = await claims.claim(self._bus, self._seat, service, self._metrics, patience_s=patience_s)
        self._holders[service] = holder
        self._pulse.watch.expect(holder.instance, self._clock.monotonic())
