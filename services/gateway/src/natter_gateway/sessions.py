"""All sessions of one gateway: opened here, come back to here, counted here, ended here when the gateway stops."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import msgspec

from natter_gateway import failures
from natter_gateway.auth import Access
from natter_gateway.commands import OpenAgent
from natter_gateway.events import Failed
from natter_gateway.failures import ClientError
from natter_gateway.house import House
from natter_gateway.office import Office
from natter_gateway.outlet import Outlet
from natter_gateway.session import Session
from natter_gateway.start import ELSEWHERE, Start, admit, check, fresh, left_behind, new_id, not_there, over
from natter_gateway.tokens import spend
from natter_protocol.session import CloseReason
from natter_protocol.settings import SessionSettings
from natter_runtime.claims import AtCapacity
from natter_runtime.errors import BusError, LogConflict
from natter_runtime.tasks import spawn_contained

log = logging.getLogger(__name__)

CLOSING_S: Final = 5.0
FULLEST: Final = 0.9
"""With more of the event log used than this, no new session is opened: those that run need the rest."""
REFUSED = Failed(failures.UNAUTHORIZED, "Authentication failed", fatal=True)
"""What is said to whoever may not come in."""
STRANGER = Failed(
    failures.UNAUTHORIZED,
    "A gateway without keys talks to pages of this machine (localhost) only; for other sites set NATTER_API_KEYS",
    fatal=True,
)
"""What is said to a page of another site."""


def sealed(office: Office, settings: SessionSettings) -> SessionSettings:
    """Return the settings of a first update without a secret in the open.

    Raises:
        ClientError: as of the office; fatal, as whatever is wrong with a first update.
    """
    try:
        return office.sealed(settings)
    except ClientError as error:
        failure = error.failure
        raise ClientError(failure.code, failure.message, failure.param, fatal=True) from None


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
        access: Access,
        settings: SessionSettings,
        outlet: Outlet,
        *,
        id: str = "",
        agent: str = "",
    ) -> Session:
        """Open a session and return it when it can be talked to.

        Args:
            id: of the session, if it was told to anybody already.
            agent: the stored agent whose settings these are.

        Raises:
            ClientError: there is no room, or what it needs is not there.
        """
        house = self._house
        if access.only_session:
            raise ClientError(
                failures.SESSION_FORBIDDEN, "The token is for coming back to a session, not for opening one", fatal=True
            )
        await self._need_room()
        settings = sealed(house.office, settings)
        await self._spend(access)
        start = fresh(dialect, access, settings, house.clock.wall(), house.config.max_session_s, id=id, agent=agent)
        return await self._begin(Session(house, start, outlet))

    async def resume(self, dialect: str, access: Access, session_id: str) -> tuple[Session, Outlet]:
        """Return a session that is served here, or was elsewhere, and what its client is told from now on.

        Raises:
            ClientError: it is not there, over, somebody else's, or cannot be served here.
        """
        session = self._sessions.get(session_id)
        if session is not None and not session.handed_over:
            admit(access, session.id, session.owner)
            await asyncio.wait([session.ready])  # somebody else may be coming back to it right now
            if session.ready.exception() is not None:
                raise not_there()
            await self._spend(access)
        else:
            session = await self._take_over(await self._left(dialect, access, session_id), access)
        if session.dialect != dialect:
            raise not_there()
        if session.over is not None:
            raise over(session.over)
        return session, session.connect()

    async def open_agent(self, dialect: str, access: Access, agent: OpenAgent, outlet: Outlet) -> Session:
        """Open a session with the settings of a stored agent.

        Raises:
            ClientError: as :meth:`open`; or there is no such agent.
        """
        id = new_id()  # the agent's own server is told of it before there is a session
        settings = await self._house.office.agents.prepare(access.owner, agent.agent, id)
        extended = msgspec.structs.replace(settings, extensions=agent.extensions)
        return await self.open(dialect, access, extended, outlet, id=id, agent=agent.agent)

    async def _left(self, dialect: str, access: Access, session_id: str) -> Start:
        house = self._house
        try:
            left = await left_behind(house.bus, session_id, house.config.max_session_s)
        except BusError as error:
            raise _broken(error) from None
        return check(left, dialect, access, house.clock.wall())

    async def _take_over(self, start: Start, access: Access) -> Session:
        await self._need_room()
        await self._spend(access)
        return await self._begin(Session(self._house, start))

    async def _need_room(self) -> None:
        if self.closing or len(self) >= self._capacity or not await self._has_log():
            raise ClientError(failures.AT_CAPACITY, "The server has no room; try again in 2 s", fatal=True)

    async def _spend(self, access: Access) -> None:
        """Use up the token that the client came with, if it is good for one session only."""
        try:
            good = access.ticket is None or await spend(self._house.bus, access.ticket, self._house.instance)
        except BusError as error:
            raise _broken(error) from None
        if not good:
            raise ClientError(REFUSED.code, REFUSED.message, fatal=True)

    async def _begin(self, session: Session) -> Session:
        self._sessions[session.id] = session
        self._tasks[session.id] = spawn_contained(self._group, self._run(session), f"session {session.id}")
        try:
            await session.ready
        except AtCapacity as error:
            message = f"{error}; try again in {error.retry_after_s:g} s"
            raise ClientError(failures.AT_CAPACITY, message, fatal=True) from None
        except LogConflict:
            raise ClientError(failures.SESSION_FORBIDDEN, ELSEWHERE, fatal=True) from None
        except BusError as error:
            raise _broken(error) from None
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
            if self._sessions.get(session.id) is session:
                del self._sessions[session.id], self._tasks[session.id]
            self._house.metrics.sessions(len(self))
            if not session.ready.done():
                session.ready.set_exception(BusError("the session ended before it was ready"))

    async def close(self) -> None:
        """The gateway stops: leave all sessions to another one; if there is none, end them."""
        self.closing = True
        house = self._house
        others = set(house.pulse.watch.living("gateway", house.clock.monotonic())) - {house.instance}
        for session in list(self._sessions.values()):
            if others:
                session.hand_over()
            else:
                session.end(CloseReason.SHUTDOWN, "the gateway stops")
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=CLOSING_S)
        for task in list(self._tasks.values()):
            task.cancel()


def _broken(error: BusError) -> ClientError:
    return ClientError(failures.INTERNAL_ERROR, f"The session could not be opened: {error}", fatal=True)
