"""Making the record of a call that is over: by the gateway that had it, or by another if that one is gone.

The event log is the truth (rule R3); what is written to the database is derived from it once. The right to do so is
leased, so two gateways never do it at once, and one that dies in the middle of it is followed by another. First
comes what can be read, then the sound, and when all is there, whoever subscribed is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import msgspec

from natter_gateway.dialects.voice_agent_echo import echo
from natter_gateway.records import mixdown
from natter_gateway.records.means import Means
from natter_gateway.records.prices import Prices, cost_of
from natter_gateway.records.shelf import AUDIO
from natter_gateway.records.sound import RATE
from natter_gateway.records.timeline import Timed, timeline_of
from natter_gateway.records.usage import usage_of
from natter_gateway.store import sessions
from natter_gateway.store.database import Connection, StoreError
from natter_gateway.store.sessions import SessionRow, Status
from natter_gateway.webhooks import events
from natter_protocol import codec, subjects
from natter_protocol.base import Lane, Message
from natter_protocol.errors import ProtocolError
from natter_protocol.session import CloseReason, SessionClosed
from natter_runtime.executor import Skipped
from natter_runtime.fold import fold
from natter_runtime.state import SessionState
from natter_runtime.tasks import spawn_contained, stop

log = logging.getLogger(__name__)

LEASE_S: Final = 180.0
"""So long other gateways leave a record alone that one completes; renewed as long as that one is at it."""
QUIET_S: Final = 120.0
"""A call without an end whose gateway is gone and of which nothing was heard for so long is over: its workers close it
after 35 s, so there are none either."""
GIVE_UP_S: Final = 86_400.0
"""A recording that could not be written for so long (a disk that stays full) is given up, not the record."""
_FAILED: Final = (CloseReason.FAILED, CloseReason.ABANDONED)
NO_LOG: Final = "the event log of the call is gone"


@dataclass(frozen=True, slots=True)
class Finaliser:
    """See the module.

    Attributes:
        prices: for what a call cost; None: nobody keeps prices.
        serves: whether a gateway (by its instance) is alive and may serve a session.
    """

    means: Means
    prices: Prices | None
    serves: Callable[[str, str], bool]

    async def finish(self, session: str) -> bool:
        """Complete the record of a session; return False if it is not ours to complete, or not over.

        Raises:
            StoreError, BusError: the database or the event log does not answer; to be tried again.
            OSError: the recording cannot be written, or its chunks not be read now; to be tried again.
        """
        now = self.means.clock.wall()
        timed = await self._read(session)
        state = fold([one.fact for one in timed])
        if not self._is_over(session, state, timed, now):
            return False
        if not await self._lease(session, state, now):
            return False
        done = False
        try:
            await self._complete(session, state, timed)
            done = True
        finally:
            if not done:
                await self.means.database.write(lambda c: sessions.release(c, session))
        return True

    async def _read(self, session: str) -> list[Timed]:
        timed = []
        for stored in await self.means.bus.log.read(subjects.lane(session, Lane.EVT)):
            try:
                fact = codec.decode(stored.data)
            except ProtocolError as error:
                log.warning("%s: %s", stored.subject, error)
                continue
            if isinstance(fact, Message):
                timed.append(Timed(fact, stored.at))
        return timed

    def _is_over(self, session: str, state: SessionState, timed: list[Timed], now: float) -> bool:
        if state.closed is not None or not timed:
            return True
        if self.serves(state.assigned.get("gateway", ""), session):
            return False
        return now - timed[-1].at > QUIET_S

    async def _lease(self, session: str, state: SessionState, now: float) -> bool:
        """Take the right to complete the record; it is made first if the opening was not written."""

        def take(connection: Connection) -> bool:
            if state.opened and sessions.find(connection, session) is None:
                row = row_of(session, state, self.means.instance)
                sessions.add(connection, row)
                events.announce(connection, row, events.STARTED, now, state.settings.webhook)
            return sessions.lease(connection, session, now, now + LEASE_S)

        return await self.means.database.write(take)

    # -- completing -----------------------------------------------------------------------------

    async def _complete(self, session: str, state: SessionState, timed: list[Timed]) -> None:
        values = self._readable(session, state, timed)
        await self.means.database.write(lambda c: sessions.write(c, session, **values))
        recording = await self._leased_sound(session, values["ended_at"])
        now = self.means.clock.wall()

        def complete(connection: Connection) -> bool:
            if not sessions.write(connection, session, recording=recording, finalised_at=now, leased_until=0):
                return False
            row = sessions.find(connection, session)
            if row is not None:
                events.announce(connection, row, events.COMPLETED, now, state.settings.webhook)
            return True

        if not await self.means.database.write(complete):
            log.info("%s was deleted meanwhile", session)
            await self.means.writing.run(lambda: self.means.shelf.remove(session))
        else:
            await self.means.writing.run(lambda: self.means.shelf.drop_chunks(session))

    async def _leased_sound(self, session: str, ended_at: float) -> dict[str, Any] | None:
        """Return what there is of the sound; the lease is kept meanwhile: a long call takes its time."""
        recording, failure = None, None
        async with asyncio.TaskGroup() as group:
            renewing = spawn_contained(group, self._renew(session), f"lease {session}")
            try:
                recording = await self._sound(session, ended_at)
            except (OSError, Skipped) as error:  # to be raised as it is, not as a group
                failure = error
            finally:
                await stop(renewing)
        if failure is not None:
            raise failure
        return recording

    async def _renew(self, session: str) -> None:
        def renew(connection: Connection) -> None:
            sessions.write(connection, session, leased_until=self.means.clock.wall() + LEASE_S)

        while True:
            await self.means.clock.sleep(LEASE_S / 3)
            try:
                await self.means.database.write(renew)
            except StoreError as error:
                log.warning("the lease of %s is not renewed: %s", session, error)

    def _readable(self, session: str, state: SessionState, timed: list[Timed]) -> dict[str, Any]:
        """Return everything but the sound, as columns."""
        if not timed:
            now = self.means.clock.wall()
            return {"status": Status.FAILED.value, "close_reason": "failed", "detail": NO_LOG, "ended_at": now}
        facts = [one.fact for one in timed]
        closed = next((fact for fact in facts if isinstance(fact, SessionClosed)), None)
        ended_at = next((one.at for one in timed if one.fact is closed), timed[-1].at)
        usage = usage_of(facts)
        if closed is None or not closed.duration_s:  # it was abandoned: nobody measured
            usage = replace(usage, session_seconds=round(max(0.0, ended_at - state.opened_at), 3))
        reason = closed.reason if closed else CloseReason.ABANDONED
        return {
            "status": (Status.FAILED if reason in _FAILED else Status.COMPLETED).value,
            "close_reason": reason.value,
            "detail": closed.detail if closed else "",
            "ended_at": ended_at,
            "duration_s": usage.session_seconds,
            "settings": shown(state, session),
            "usage": asdict(usage),
            "cost": cost_of(usage, self.prices) if self.prices else None,
            "timeline": timeline_of(timed),
        }

    async def _sound(self, session: str, ended_at: float) -> dict[str, Any] | None:
        try:
            mixed = await self.means.mixing.run(lambda: mixdown.mixdown(self.means.shelf, session))
        except OSError as error:
            if self.means.clock.wall() - ended_at < GIVE_UP_S:
                raise
            log.error("the recording of %s is given up: %s", session, error)
            return None
        if mixed is None:
            return None
        return {
            "format": "ogg/opus",
            "channels": 2,
            "channel_layout": {"left": "user", "right": "agent"},
            "sample_rate": RATE,
            "file": AUDIO,
            "duration_seconds": round(mixed.seconds, 3),
            "uploaded_chunks": mixed.chunks,
            "dropped_chunks": mixed.missing,
        }


def row_of(session: str, state: SessionState, instance: str) -> SessionRow:
    """Return the record of a session as far as its opening tells."""
    return SessionRow(
        id=session,
        owner=state.owner,
        agent_id=state.agent,
        dialect=state.dialect,
        instance=instance,
        status=Status.ACTIVE.value,
        created_at=state.opened_at,
        settings=shown(state, session),
    )


def shown(state: SessionState, session: str) -> dict[str, Any]:
    """Return the configuration of a session as its client was told it, without anything secret."""
    config: dict[str, Any] = msgspec.to_builtins(echo(state.settings, session))
    return config
