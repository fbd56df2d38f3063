"""Deleting: what a user wants gone, and what is older than it may become.

Deleted is deleted: the sound, the facts in the event log, the record, and what was still to be told of it. The
record goes last, so that what fails in the middle can be done again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import Final

from natter_gateway.records.means import Means
from natter_gateway.store import sessions, webhooks
from natter_protocol import subjects
from natter_protocol.base import Lane

log = logging.getLogger(__name__)

DAY_S: Final = 86_400.0
BATCH: Final = 50
DELIVERIES_DAYS: Final = 30
ORPHAN_S: Final = 7 * DAY_S
"""Sound without a record (its gateway died before it wrote one, or a deletion was cut short) is kept so long."""


@dataclass(frozen=True, slots=True)
class Retention:
    """See the module.

    Attributes:
        sessions_days: how long records are kept; 0: for good.
        recordings_days: how long sound is kept; 0: as long as its record.
    """

    means: Means
    sessions_days: int
    recordings_days: int

    async def delete(self, session: str) -> None:
        """Delete everything about a session.

        Raises:
            OSError, BusError, StoreError: a part of it could not be deleted; to be tried again.
        """
        await self.means.writing.run(lambda: self.means.shelf.remove(session))
        await self.means.bus.log.delete(subjects.lane(session, Lane.EVT))
        await self.means.database.write(lambda c: sessions.remove(c, session))
        await self.means.database.forget()

    async def sweep(self) -> None:
        """Delete what is too old.

        Raises:
            OSError, BusError, StoreError: as :meth:`delete`.
        """
        now = self.means.clock.wall()
        if self.sessions_days:
            moment = now - self.sessions_days * DAY_S
            while old := await self.means.database.read(lambda c: sessions.older_than(c, moment, BATCH)):
                for session in old:
                    await self.delete(session)
                log.info("deleted %d sessions older than %d days", len(old), self.sessions_days)
        if self.recordings_days:
            await self._delete_recordings(now - self.recordings_days * DAY_S)
        await self._delete_orphans(now)
        await self.means.database.write(lambda c: webhooks.forget_deliveries(c, now - DELIVERIES_DAYS * DAY_S))

    async def _delete_recordings(self, moment: float) -> None:
        while old := await self.means.database.read(lambda c: sessions.recorded_before(c, moment, BATCH)):
            for session in old:
                await self.means.writing.run(partial(self.means.shelf.remove, session))
                await self.means.database.write(partial(sessions.write, id=session, recording=None))
            log.info("deleted %d recordings older than %d days", len(old), self.recordings_days)

    async def _delete_orphans(self, now: float) -> None:
        stale = await self.means.mixing.run(lambda: self.means.shelf.untouched_since(now - ORPHAN_S))
        for session in stale:
            if await self.means.database.read(partial(sessions.find, id=session)) is None:
                await self.means.writing.run(partial(self.means.shelf.remove, session))
                log.info("deleted the sound of %s, of which there is no record", session)
