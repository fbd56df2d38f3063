"""Who is alive: heartbeats out, heartbeats in (rule R4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from natter_protocol import codec, subjects
from natter_protocol.errors import ProtocolError
from natter_protocol.svc import SvcBeat, SvcPing
from natter_runtime.bus import Bus, Delivery, Subscription
from natter_runtime.clock import Clock
from natter_runtime.errors import BusError

BEAT_S: Final = 1.0
SUSPECT_S: Final = 2.5
"""An instance that was not heard for so long is asked directly."""
PING_TIMEOUT_S: Final = 0.3
FORGET_S: Final = 600.0
"""An instance that was not heard for so long is nobody's any more."""
LATE_S: Final = 1.5
"""A watcher that was itself away for longer than this trusts none of its counts."""


@dataclass(slots=True)
class _Seen:
    at: float
    draining: bool = False


class Watch:
    """Judges instances by when they were last heard. Pure: time is an argument."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}
        self._looked: float | None = None

    def heard(self, instance: str, now: float, draining: bool = False, gone: bool = False) -> None:
        """``instance`` was heard; one that said that it is ``gone`` is suspect from now on."""
        self._seen[instance] = _Seen(now - 2 * SUSPECT_S if gone else now, draining)

    def expect(self, instance: str, now: float) -> None:
        """Start counting for ``instance`` even if it was never heard."""
        self._seen.setdefault(instance, _Seen(now))

    def draining(self, instance: str) -> bool:
        """Whether it announced that it is leaving."""
        seen = self._seen.get(instance)
        return seen is not None and seen.draining

    def alive(self, instance: str, now: float) -> bool:
        """Whether ``instance`` was heard lately; one that was never heard is not."""
        seen = self._seen.get(instance)
        return seen is not None and now - seen.at <= SUSPECT_S

    def all_alive(self, now: float) -> set[str]:
        """Return every instance that was heard lately."""
        return {instance for instance in self._seen if self.alive(instance, now)}

    def living(self, service: str, now: float) -> list[str]:
        """Return the instances of ``service`` that were heard lately and are not leaving."""
        return [
            instance
            for instance, seen in self._seen.items()
            if instance.startswith(f"{service}-") and not seen.draining and now - seen.at <= SUSPECT_S
        ]

    def silent_for(self, instance: str, now: float) -> float:
        """Seconds since ``instance`` was heard, 0 if nobody counts for it."""
        seen = self._seen.get(instance)
        return 0.0 if seen is None else now - seen.at

    def look(self, now: float) -> list[str]:
        """Return who is suspect. To be called about once a second.

        A watcher that was late itself (a blocked loop, a suspended machine) starts all its counts again:
        the silence may have been its own.
        """
        if self._looked is not None and now - self._looked > BEAT_S + LATE_S:
            for seen in self._seen.values():
                seen.at = now
        self._looked = now
        self._seen = {instance: seen for instance, seen in self._seen.items() if now - seen.at < FORGET_S}
        return [instance for instance, seen in self._seen.items() if now - seen.at > SUSPECT_S]

    def forget(self, instance: str) -> None:
        """Stop counting for ``instance``."""
        self._seen.pop(instance, None)


class Pulse:
    """Listens to all heartbeats, and asks directly when one is late."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self.watch = Watch()
        self._bus = bus
        self._clock = clock
        self._subscription: Subscription | None = None

    async def listen(self) -> None:
        """Subscribe to the heartbeats of all services."""
        self._subscription = await self._bus.subscribe(subjects.BEATS, self._on_beat)

    async def close(self) -> None:
        """Stop listening."""
        if self._subscription is not None:
            await self._subscription.unsubscribe()

    def _on_beat(self, delivery: Delivery) -> None:
        try:
            beat = codec.decode(delivery.data)
        except ProtocolError:
            return
        if isinstance(beat, SvcBeat):
            self.watch.heard(beat.instance, self._clock.monotonic(), beat.draining, beat.gone)

    async def answers(self, service: str, instance: str) -> bool:
        """Ask ``instance`` directly whether it is there."""
        try:
            await self._bus.request(
                subjects.svc(service, "ping", instance), codec.encode(SvcPing()), timeout=PING_TIMEOUT_S
            )
        except BusError:
            return False
        self.watch.heard(instance, self._clock.monotonic(), self.watch.draining(instance))
        return True
