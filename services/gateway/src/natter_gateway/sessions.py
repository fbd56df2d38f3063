"""All sessions of one gateway: opened here, counted here, ended here when the gateway stops."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from natter_gateway import failures
from natter_gateway.failures import ClientError
from natter_gateway.outlet import Outlet
from natter_gateway.session import House, Session
from natter_protocol.session import CloseReason
from natter_protocol.settings import SessionSettings
from natter_runtime.claims import AtCapacity
from natter_runtime.errors import BusError
from natter_runtime.tasks import spawn_contained

log = logging.getLogger(__name__)

CLOSING_S: Final = 5.0
FULLEST: Final = 0.9
"""With more of the event log used than this, no new session is opened: those that run need the rest."""


class Sessions:
    """See the module."""

    def __init__(self, house: House, capacity: int, group: asyncio.TaskGroup) -> None:
        self._house = house
        self._capacity = capacity
        self._group = group
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sessions: dict[str, Session] = {}
        self.closing = False

    def __len__(self) -> int:
        return len(self._sessions)

    async def open(self, dialect: str, owner: str, settings: SessionSettings, outlet: Outlet) -> Session:
        """Open a session and return it when it can be talked to.

        Raises:
            ClientError: there is no room, or what it needs is not there.
        """
        if self.closing or len(self) >= self._capacity or not await self._has_log():
            raise ClientError(failures.AT_CAPACITY, "The server has no room; try again in 2 s", fatal=True)
        session = Session(self._house, dialect, owner, settings, outlet)
        self._sessions[session.id] = session
        self._tasks[session.id] = spawn_contained(self._group, self._run(session), f"session {session.id}")
        try:
            await session.ready
        except AtCapacity as error:
            message = f"{error}; try again in {error.retry_after_s:g} s"
            raise ClientError(failures.AT_CAPACITY, message, fatal=True) from None
        except BusError as error:
            raise ClientError(
                failures.INTERNAL_ERROR, f"The session could not be opened: {error}", fatal=True
            ) from None
        return session

    async def _has_log(self) -> bool:
        """Whether the event log takes another session; if it does not answer, opening one will say why."""
        try:
            used = await self._house.bus.log.fullness()
        except BusError:
            return True
        if used >= FULLEST:
            log.error("the event log is %.0f %% full: no new sessions (NATTER_CALLS_MAX_BYTES)", used * 100)
        return used < FULLEST

    async def _run(self, session: Session) -> None:
        self._house.metrics.sessions(len(self))
        try:
            await session.run()
        finally:
            self._sessions.pop(session.id, None)
            self._tasks.pop(session.id, None)
            self._house.metrics.sessions(len(self))
            if not session.ready.done():
                session.ready.set_exception(BusError("the session ended before it was ready"))

    async def close(self) -> None:
        """End all sessions, because the gateway stops."""
        self.closing = True
        for session in list(self._sessions.values()):
            session.end(CloseReason.SHUTDOWN, "the gateway stops")
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=CLOSING_S)
        for task in list(self._tasks.values()):
            task.cancel()
