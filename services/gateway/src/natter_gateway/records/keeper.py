"""Keeps the records of all calls of a gateway: what they tell, their sound, and in the end their whole record.

A call never waits for it: it puts what it has into bounded queues, and when those are full or a disk or database
fails, the record has a hole, not the call. What is lost on the way from call to record is found again by the sweep,
which looks for records that nobody completes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from natter_gateway.records.axis import Axis
from natter_gateway.records.call import CallRecord
from natter_gateway.records.finaliser import Finaliser, row_of
from natter_gateway.records.recorder import NoRecorder, Recorder, TapeRecorder
from natter_gateway.records.retention import Retention
from natter_gateway.records.shelf import Shelf
from natter_gateway.records.tape import Chunk
from natter_gateway.store import sessions
from natter_gateway.store.database import Connection, Database, StoreError
from natter_gateway.store.sessions import SessionRow
from natter_gateway.webhooks import events
from natter_protocol.base import Message
from natter_protocol.settings import SessionSettings, Webhook
from natter_runtime.clock import Clock
from natter_runtime.errors import BusError
from natter_runtime.executor import ModelExecutor, Skipped
from natter_runtime.metrics import Metrics
from natter_runtime.queues import BoundedQueue, Overflow
from natter_runtime.state import SessionState
from natter_runtime.tasks import contain, spawn

log = logging.getLogger(__name__)

MAX_CHUNKS: Final = 48
"""About 40 MB: a disk that is slower than this for all calls together loses sound."""
MAX_OPENED: Final = 1000
MAX_OVER: Final = 1000
SWEEP_S: Final = 30.0
SWEEP_BATCH: Final = 50
RETENTION_S: Final = 600.0
TRIES: Final = 3
RETRY_S: Final = 2.0
DRAIN_S: Final = 8.0
"""So long a stopping gateway completes records; what is left is completed by another, or when it starts again."""


@dataclass(frozen=True, slots=True)
class _Opening:
    row: SessionRow
    webhook: Webhook | None


@dataclass(frozen=True, slots=True)
class _Sound:
    session: str
    claim: int
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class _Over:
    session: str


class Keeper:
    """See the module.

    Args:
        executor: writes chunks; one thread.
        live: returns the sessions that this gateway serves now.
        others: returns the other gateways that are alive.
        recording: whether calls are recorded whose agent does not say.
    """

    def __init__(
        self,
        instance: str,
        database: Database,
        shelf: Shelf,
        finaliser: Finaliser,
        retention: Retention,
        clock: Clock,
        metrics: Metrics,
        executor: ModelExecutor,
        live: Callable[[], set[str]],
        others: Callable[[], set[str]],
        *,
        recording: bool,
    ) -> None:
        self._instance = instance
        self._database = database
        self._shelf = shelf
        self._finaliser = finaliser
        self._retention = retention
        self._clock = clock
        self._metrics = metrics
        self._executor = executor
        self._live = live
        self._others = others
        self._recording = recording
        self._open = 0
        """Pieces of work that were given and are not done."""
        self._idle = asyncio.Event()
        self._idle.set()
        drop = Overflow.DROP_OLDEST
        self._opened: BoundedQueue[_Opening] = BoundedQueue("records.opened", MAX_OPENED, drop, self._dropped)
        self._sound: BoundedQueue[_Sound | _Over] = BoundedQueue("records.sound", MAX_CHUNKS, drop, self._dropped)
        self._over: BoundedQueue[str] = BoundedQueue("records.over", MAX_OVER, drop, self._dropped)

    # -- what calls tell ------------------------------------------------------------------------

    def opened(self, row: SessionRow, webhook: Webhook | None = None) -> None:
        """A session was opened; ``webhook`` is what it brought along."""
        self._given()
        self._opened.put_nowait(_Opening(row, webhook))

    def call(self, state: SessionState, session: str, claim: int, say: Callable[[Message], None]) -> CallRecord:
        """Begin the record of a session that this gateway serves from now on, or go on with it.

        Args:
            state: what the event log says of the session.
            claim: the gateway's.
            say: takes facts for the log.
        """
        self.opened(row_of(session, state, self._instance), state.settings.webhook)
        since = max(0.0, self._clock.wall() - state.opened_at)
        axis = Axis(self._clock.monotonic() - since, state.input_at_ms, state.input_sample)
        return CallRecord(axis, self.recorder(session, claim, axis, state.settings), say, self._clock)

    def recorder(self, session: str, claim: int, axis: Axis, settings: SessionSettings) -> Recorder:
        """Return who records a session that this gateway serves under ``claim``."""
        wanted = self._recording if settings.record is None else settings.record
        if not wanted:
            return NoRecorder()
        rate = settings.output.format.rate

        def give(chunk: Chunk) -> None:
            self._given()
            self._sound.put_nowait(_Sound(session, claim, chunk))

        return TapeRecorder(axis, rate, self._clock.monotonic(), give)

    def closed(self, session: str) -> None:
        """A session is over, and its recorder has given all it has."""
        self._given()
        self._sound.put_nowait(_Over(session))

    # -- what becomes of it ---------------------------------------------------------------------

    async def run(self) -> None:
        """Write, complete, sweep and delete until cancelled."""
        async with asyncio.TaskGroup() as group:
            for work in (self._write_opened(), self._write_sound(), self._finish_all(), self._sweep(), self._retain()):
                spawn(group, work, "records")

    async def drain(self) -> None:
        """Wait until all that was given is done, a few seconds at most; call it while :meth:`run` runs."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await self._idle.wait()

    def _given(self) -> None:
        self._open += 1
        self._idle.clear()

    def _done(self, count: int = 1) -> None:
        self._open -= count
        if not self._open:
            self._idle.set()

    def _dropped(self, name: str, count: int) -> None:
        self._metrics.drop(name, count)
        self._done(count)

    async def _write_opened(self) -> None:
        while True:
            opening = await self._opened.get()
            await contain(self._write(opening), "records.opened")
            self._done()

    async def _write(self, opening: _Opening) -> None:
        row = opening.row

        def add(connection: Connection) -> None:
            if sessions.add(connection, row):
                events.announce(connection, row, events.STARTED, row.created_at, opening.webhook)

        for attempt in range(1, TRIES + 1):
            try:
                await self._database.write(add)
            except StoreError as error:
                log.warning("the opening of %s is not written yet (%d): %s", row.id, attempt, error)
                await self._clock.sleep(RETRY_S)
            else:
                return
        self._metrics.drop("records.opened")

    async def _write_sound(self) -> None:
        while True:
            item = await self._sound.get()
            if isinstance(item, _Over):
                self._over.put_nowait(item.session)
                continue
            await contain(self._put(item), "records.sound")
            self._done()

    async def _put(self, item: _Sound) -> None:
        try:
            await self._executor.run(lambda: self._shelf.put(item.session, item.claim, item.chunk))
        except (OSError, Skipped) as error:
            self._metrics.drop("records.chunk")
            log.warning("10 s of a recording are lost: %s", error)

    async def _finish_all(self) -> None:
        while True:
            session = await self._over.get()
            await contain(self._finish(session), "records.finish")
            self._done()

    async def _finish(self, session: str) -> None:
        try:
            await self._finaliser.finish(session)
        except (StoreError, BusError, OSError, Skipped) as error:
            log.warning("the record of %s is not complete yet: %s", session, error)

    async def _sweep(self) -> None:
        while True:
            await self._clock.sleep(SWEEP_S)
            await contain(self.sweep(), "records.sweep")

    async def sweep(self) -> None:
        """Complete records that nobody completes: this gateway's from before it started again, and dead gateways'."""
        now, live, others = self._clock.wall(), self._live(), self._others()
        try:
            found = await self._database.read(lambda c: sessions.unfinished(c, now, SWEEP_BATCH, live, others))
        except StoreError as error:
            log.warning("records are not looked through: %s", error)
            return
        for session in found:
            await self._finish(session)

    async def _retain(self) -> None:
        while True:
            await contain(self._forget_old(), "records.retention")
            await self._clock.sleep(RETENTION_S)

    async def _forget_old(self) -> None:
        try:
            await self._retention.sweep()
        except (StoreError, BusError, OSError, Skipped) as error:
            log.warning("what is too old is not deleted yet: %s", error)
