"""All sessions of one gateway: opened here, counted here, ended here when the gateway stops."""

from __future__ import annotations

import asyncio
import logging

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

CLOSING_S = 5.0


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

    @property
    def ids(self) -> set[str]:
        """The sessions that are served here now."""
        return set(self._sessions)

    async def open(
        self,
        dialect: str,
        owner: str,
        settings: SessionSettings,
        outlet: Outlet,
        *,
        agent: str = "",
        id: str | None = None,
    ) -> Session:
        """Open a session and return it when it can be talked to.

        Args:
            agent: the stored agent whose settings these are.
            id: of the session, if it was told to anybody already.

        Raises:
            ClientError: there is no room, or what it needs is not there.
        """
        if self.closing or len(self) >= self._capacity:
            raise ClientError(failures.AT_CAPACITY, "The server has no room; try again in 2 s", fatal=True)
        session = Session(self._house, dialect, owner, settings, outlet, agent=agent, id=id)
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
