"""Keeps the records of all calls of a gateway: what they tell, their sound, and in the end their whole record.

A call never waits for it: it puts what it has into bounded queues, and when those are full or a disk or database
fails, the record has a hole, not the call. What is full takes no more, and that is counted; what is lost on the way
from call to record is found again by the sweep, which looks for records that nobody completes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from natter_gateway.records.axis import Axis
from natter_gateway.records.call import CallRecord
from natter_gateway.records.finaliser import Finaliser, row_of
from natter_gateway.records.means import Means
from natter_gateway.records.recorder import NoRecorder, Recorder, TapeRecorder
from natter_gateway.records.retention import Retention
from natter_gateway.records.tape import Chunk
from natter_gateway.store import sessions
from natter_gateway.store.database import Connection, StoreError
from natter_gateway.store.sessions import SessionRow
from natter_gateway.webhooks import events
from natter_protocol.base import Message
from natter_protocol.settings import SessionSettings, Webhook
from natter_runtime.errors import BusError
from natter_runtime.executor import Skipped
from natter_runtime.queues import BoundedQueue, Overflow, QueueFull
from natter_runtime.state import SessionState
from natter_runtime.tasks import contain, spawn, spawn_contained

T = TypeVar("T")

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
FINISHING: Final = 8
WRITTEN_S: Final = 30.0
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


class Keeper:
    """See the module.

    Args:
        live: returns the sessions that this gateway serves now.
        others: returns the other gateways that are alive.
        recording: whether calls are recorded whose agent does not say.
    """

    def __init__(
        self,
        means: Means,
        finaliser: Finaliser,
        retention: Retention,
        live: Callable[[], set[str]],
        others: Callable[[], set[str]],
        *,
        recording: bool,
    ) -> None:
        self._means = means
        self._finaliser = finaliser
        self._retention = retention
        self._live = live
        self._others = others
        self._recording = recording
        self._open = 0
        """Pieces of work that were given and are not done."""
        self._idle = asyncio.Event()
        self._idle.set()
        self._opened: BoundedQueue[_Opening] = BoundedQueue("records.opened", MAX_OPENED, Overflow.FAIL)
        self._sound: BoundedQueue[_Sound] = BoundedQueue("records.sound", MAX_CHUNKS, Overflow.FAIL)
        self._over: BoundedQueue[str] = BoundedQueue("records.over", MAX_OVER, Overflow.FAIL)
        for queue in (self._opened, self._sound, self._over):
            means.metrics.watch(queue)
        self._chunks: Counter[str] = Counter()
        """Chunks of each session that wait to be written."""
        self._written = asyncio.Event()
        self._unfinished: set[str] = set()
        """Sessions of this gateway whose records it has yet to try to complete; no business of the sweep."""

    # -- what calls tell ------------------------------------------------------------------------

    def opened(self, row: SessionRow, webhook: Webhook | None = None) -> None:
        """A session was opened; ``webhook`` is what it brought along."""
        self._give(self._opened, _Opening(row, webhook))

    def call(self, state: SessionState, session: str, claim: int, say: Callable[[Message], None]) -> CallRecord:
        """Begin the record of a session that this gateway serves from now on, or go on with it.

        Args:
            state: what the event log says of the session.
            claim: the gateway's.
            say: takes facts for the log.
        """
        self._unfinished.add(session)
        self.opened(row_of(session, state, self._means.instance), state.settings.webhook)
        since = max(0.0, self._means.clock.wall() - state.opened_at)
        axis = Axis(self._means.clock.monotonic() - since, state.input_at_ms, state.input_sample)
        return CallRecord(axis, self.recorder(session, claim, axis, state.settings), say, self._means.clock)

    def recorder(self, session: str, claim: int, axis: Axis, settings: SessionSettings) -> Recorder:
        """Return who records a session that this gateway serves under ``claim``."""
        wanted = self._recording if settings.record is None else settings.record
        if not wanted:
            return NoRecorder()
        rate = settings.output.format.rate

        def give(chunk: Chunk) -> None:
            if self._give(self._sound, _Sound(session, claim, chunk)):
                self._chunks[session] += 1

        return TapeRecorder(axis, rate, self._means.clock.monotonic(), give)

    def closed(self, session: str) -> None:
        """A session is over, and its recorder has given all it has."""
        if not self._give(self._over, session):
            self._unfinished.discard(session)

    # -- what becomes of it ---------------------------------------------------------------------

    async def run(self) -> None:
        """Write, complete, sweep and delete until cancelled."""
        async with asyncio.TaskGroup() as group:
            finishing = self._finish_all(group)
            for work in (self._write_opened(), self._write_sound(), finishing, self._sweep(), self._retain()):
                spawn(group, work, "records")

    async def drain(self) -> None:
        """Wait until all that was given is done, a few seconds at most; call it while :meth:`run` runs."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await self._idle.wait()

    def _give(self, queue: BoundedQueue[T], item: T) -> bool:
        try:
            queue.put_nowait(item)
        except QueueFull:
            self._means.metrics.drop(queue.name)
            return False
        self._open += 1
        self._idle.clear()
        return True

    def _done(self) -> None:
        self._open -= 1
        if not self._open:
            self._idle.set()

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
                await self._means.database.write(add)
            except StoreError as error:
                log.warning("the opening of %s is not written yet (%d): %s", row.id, attempt, error)
                await self._means.clock.sleep(RETRY_S)
            else:
                return
        self._means.metrics.drop("records.opened")

    async def _write_sound(self) -> None:
        while True:
            item = await self._sound.get()
            await contain(self._put(item), "records.sound")
            self._chunks[item.session] -= 1
            if not self._chunks[item.session]:
                del self._chunks[item.session]
                self._written.set()
                self._written = asyncio.Event()
            self._done()

    async def _put(self, item: _Sound) -> None:
        try:
            await self._means.writing.run(lambda: self._means.shelf.put(item.session, item.claim, item.chunk))
        except (OSError, Skipped) as error:
            self._means.metrics.drop("records.chunk")
            log.warning("10 s of a recording are lost: %s", error)

    async def _finish_all(self, group: asyncio.TaskGroup) -> None:
        """A few at a time, so that a long recording does not keep the others' records waiting."""
        room = asyncio.Semaphore(FINISHING)
        while True:
            await room.acquire()
            session = await self._over.get()
            task = spawn_contained(group, self._finish_one(session), "records.finish")
            task.add_done_callback(lambda _: room.release())

    async def _finish_one(self, session: str) -> None:
        try:
            await self._all_written(session)
            await self._finish(session)
        finally:
            self._unfinished.discard(session)
            self._done()

    async def _all_written(self, session: str) -> None:
        """Wait until the last chunk of a session is on the disk; one that hangs is not waited for without end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WRITTEN_S):
                while session in self._chunks:
                    await self._written.wait()

    async def _finish(self, session: str) -> None:
        try:
            await self._finaliser.finish(session)
        except (StoreError, BusError, OSError, Skipped) as error:
            log.warning("the record of %s is not complete yet: %s", session, error)

    async def _sweep(self) -> None:
        while True:
            await self._means.clock.sleep(SWEEP_S)
            await contain(self.sweep(), "records.sweep")

    async def sweep(self) -> None:
        """Complete records that nobody completes: this gateway's from before it started again, and dead gateways'."""
        now, live, others = self._means.clock.wall(), self._live() | self._unfinished, self._others()
        try:
            found = await self._means.database.read(lambda c: sessions.unfinished(c, now, SWEEP_BATCH, live, others))
        except StoreError as error:
            log.warning("records are not looked through: %s", error)
            return
        for session in found:
            await self._finish(session)

    async def _retain(self) -> None:
        while True:
            await contain(self._forget_old(), "records.retention")
            await self._means.clock.sleep(RETENTION_S)

    async def _forget_old(self) -> None:
        try:
            await self._retention.sweep()
        except (StoreError, BusError, OSError, Skipped) as error:
            log.warning("what is too old is not deleted yet: %s", error)
