"""The four workers of a session: claimed when it opens, watched while it lasts, replaced when they go.

A worker that announces that it is leaving goes on serving until another has the session, or until it must end; a
successor is looked for all the while. One that is lost is waited for: ``reclaim_s``, then the session ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from enum import StrEnum
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
"""A service that loses more workers than this within one session is broken, not unlucky."""


class Why(StrEnum):
    """Why a worker was replaced."""

    LEAVING = "leaving"
    """It announced it: a new version, a smaller deployment."""
    LOST = "lost"
    """It is gone, or does not answer."""
    FAILED = "failed"
    """It told that it cannot go on with this session."""


OnChange = Callable[[str, str, str, Why], None]
"""Takes service, instance before, instance now, and why."""


class Crew:
    """See the module.

    Args:
        reclaim_s: how long a session waits for a new worker when it has none.
        on_change: told when a worker was replaced.
    """

    def __init__(
        self,
        bus: Bus,
        seat: Seat,
        pulse: Pulse,
        clock: Clock,
        metrics: Metrics,
        reclaim_s: float,
        on_change: OnChange = lambda service, before, now, why: None,
    ) -> None:
        self._bus = bus
        self._seat = seat
        self._pulse = pulse
        self._clock = clock
        self._metrics = metrics
        self._reclaim_s = reclaim_s
        self._on_change = on_change
        self._holders: dict[str, Holder] = {}
        self._replacing: set[str] = set()
        self._lost_so_far: dict[str, int] = {}
        self._failed: BoundedQueue[str] = BoundedQueue("crew.lost", len(WORKERS), Overflow.DROP_OLDEST)
        metrics.watch(self._failed)

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
            spawn(group, self._replace_failed(), "crew.lost")
            while True:
                await self._clock.sleep(BEAT_S)
                silent = self._pulse.watch.look(self._clock.monotonic())
                for service, holder in list(self._holders.items()):
                    if service in self._replacing:
                        continue
                    if holder.instance in silent:
                        self._replacing.add(service)
                        spawn(group, self._check(holder), f"check {holder.instance}")
                    elif self._pulse.watch.draining(holder.instance):
                        self._replacing.add(service)
                        spawn(group, self._hand_over(holder), f"hand over {holder.instance}")

    def lost(self, service: str) -> None:
        """The worker of ``service`` has told that it cannot go on."""
        self._failed.put_nowait(service)

    async def _replace_failed(self) -> None:
        while True:
            service = await self._failed.get()
            if service not in self._replacing:
                self._replacing.add(service)
                await self._replace(service, Why.FAILED)

    async def _hand_over(self, holder: Holder) -> None:
        """Give the session to another worker if one has room; else it stays where it is, and is asked about again."""
        try:
            await self._claim(holder.service, 0.0)
            self._changed(holder, Why.LEAVING)
        except AtCapacity:
            log.debug("%s is leaving, and nobody has room yet", holder.instance)
        finally:
            self._replacing.discard(holder.service)

    async def _check(self, holder: Holder) -> None:
        if await self._pulse.answers(holder.service, holder.instance):
            self._replacing.discard(holder.service)
            return
        log.warning("%s is lost; finding another", holder.instance)
        await self._replace(holder.service, Why.LOST)

    async def _replace(self, service: str, why: Why) -> None:
        self._lost_so_far[service] = self._lost_so_far.get(service, 0) + 1
        if self._lost_so_far[service] > MAX_REPLACEMENTS:
            raise AtCapacity(service)
        before = self._holders[service]
        try:
            await self._claim(service, self._reclaim_s)
            self._changed(before, why)
        finally:
            self._replacing.discard(service)

    def _changed(self, before: Holder, why: Why) -> None:
        now = self._holders[before.service].instance
        log.info("%s is served by %s now; %s is %s", before.service, now, before.instance, why.value)
        self._metrics.claim("replaced")
        self._metrics.handover(before.service, why.value)
        self._on_change(before.service, before.instance, now, why)

    async def _claim(self, service: str, patience_s: float) -> None:
        holder = await claims.claim(self._bus, self._seat, service, self._metrics, patience_s=patience_s)
        self._holders[service] = holder
        self._pulse.watch.expect(holder.instance, self._clock.monotonic())
