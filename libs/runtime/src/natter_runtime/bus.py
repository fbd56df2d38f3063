"""The bus and its event log, as every service sees them.

Two implementations keep one contract (``tests/conformance/bus``): :mod:`natter_runtime.bus_nats`
and :mod:`natter_runtime.bus_memory`.

- Subjects and wildcards are those of NATS. Handlers are plain functions: they decode, route and
  enqueue, and never wait.
- Messages from one publisher on one subject arrive in order. Across subjects nothing is promised.
- Of a queue group, one member gets each message.
- Publishing never fails because nobody listens; a request does, at once.
- What is published on an ``evt`` subject through :meth:`EventLog.append` is heard live *and* kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it came from the bus."""

    subject: str
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    reply: str = ""
    """Where an answer is expected, or empty."""


Handler = Callable[[Delivery], None]


@dataclass(frozen=True, slots=True)
class Stored:
    """One event as the log keeps it."""

    sequence: int
    """Position in the stream, from 1."""
    subject: str
    data: bytes
    id: str
    at: float = 0.0
    """When it was stored: wall clock, seconds since the epoch."""


class Subscription(Protocol):
    """A pattern that is being listened to."""

    async def unsubscribe(self) -> None:
        """Hear nothing more from now on."""
        ...

    async def drain(self) -> None:
        """Take no more, but let what has already arrived be handled."""
        ...


class EventLog(Protocol):
    """The stream of facts (rule R3)."""

    async def append(
        self, subject: str, data: bytes, *, id: str, expect_last: int | None = None
    ) -> asyncio.Future[int]:
        """Publish an event and return the promise of its sequence number.

        The event is on its way when this returns; the future resolves when the log has it. A second
        append with the same ``id`` within the de-duplication window resolves to the first one's
        number and is stored once (but may be heard live twice).

        Args:
            subject: an ``evt`` subject.
            data: the encoded message.
            id: the event id.
            expect_last: the sequence of the last event on this very subject (0: none yet).

        Raises (in the future):
            LogConflict: another event is the subject's last.
            LogFull: the stream has reached its limit.
            LogError: the log cannot be reached.
        """
        ...

    async def read(self, pattern: str) -> list[Stored]:
        """Return all kept events whose subject fits ``pattern``, oldest first.

        Raises:
            LogError: the log cannot be reached.
        """
        ...

    async def last(self, subject: str) -> int:
        """Return the sequence of the last event on ``subject``, or 0."""
        ...

    async def fullness(self) -> float:
        """Return how much of its limit is used, 0-1."""
        ...

    async def delete(self, pattern: str) -> None:
        """Forget all events whose subject fits ``pattern``."""
        ...


class Bus(Protocol):
    """One service's connection to all others."""

    @property
    def log(self) -> EventLog:
        """The event log."""
        ...

    async def publish(self, subject: str, data: bytes, *, headers: Mapping[str, str] | None = None) -> None:
        """Send ``data`` to whoever listens.

        Raises:
            BusError: the connection is closed, or (for audio only) down at the moment.
        """
        ...

    async def subscribe(self, pattern: str, handler: Handler, *, queue: str = "") -> Subscription:
        """Call ``handler`` for every message that fits ``pattern``; with ``queue``, share them with its members.

        It is certain to be heard by others only after :meth:`flush`. An exception in ``handler`` is
        logged and does not end the subscription.
        """
        ...

    async def request(self, subject: str, data: bytes, *, timeout: float) -> Delivery:
        """Send ``data`` and return the first answer.

        Raises:
            NoResponders: nobody listens on ``subject``.
            RequestTimeout: no answer within ``timeout`` seconds.
        """
        ...

    async def respond(self, request: Delivery, data: bytes) -> None:
        """Answer ``request``; does nothing if no answer is expected."""
        ...

    async def flush(self) -> None:
        """Return when all that was subscribed and published before has reached the bus."""
        ...

    def on_reconnect(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` whenever messages may have been missed; return how to stop that."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...
