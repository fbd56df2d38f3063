"""One WebSocket: who it is, what it says, what it is told, and how it ends."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from natter_gateway import failures
from natter_gateway.commands import AppendAudio, Command, Configure, EndSession
from natter_gateway.dialects import Dialect
from natter_gateway.events import Event, Failed, SessionEnded
from natter_gateway.failures import ClientError, close_code
from natter_gateway.outlet import Outlet
from natter_gateway.session import Session
from natter_gateway.sessions import Sessions
from natter_protocol.session import CloseReason
from natter_runtime.clock import Clock
from natter_runtime.tasks import spawn, stop

log = logging.getLogger(__name__)

SEND_S: Final = 10.0
"""A client that takes longer to read one message is gone."""
_GONE: Final = (WebSocketDisconnect, RuntimeError, TimeoutError)
"""What sending to a client raises that is gone: Starlette says it in the first two ways."""


class Connection:
    """A client's connection, speaking one dialect."""

    def __init__(
        self, socket: WebSocket, dialect: Dialect, sessions: Sessions, clock: Clock, first_message_s: float
    ) -> None:
        self._socket = socket
        self._dialect = dialect
        self._sessions = sessions
        self._clock = clock
        self._first_message_s = first_message_s
        self._outlet = Outlet()
        self._session: Session | None = None

    async def refuse(self, failure: Failed) -> None:
        """Say why, and close."""
        try:
            await self._send(failure)
            await self._close(close_code(failure))
        except _GONE as error:
            log.debug("the client is gone: %s", error)

    async def serve(self, owner: str) -> None:
        """Serve the client until either side is done."""
        try:
            async with asyncio.timeout(self._first_message_s) as patience:
                while self._session is None:
                    await self._begin(owner, patience)
        except TimeoutError:
            await self.refuse(Failed(failures.INVALID_FORMAT, "No session.update was sent in time", fatal=True))
            return
        except ClientError as error:
            await self.refuse(error.failure)
            return
        except WebSocketDisconnect:
            return
        await self._converse(self._session)

    async def _begin(self, owner: str, patience: asyncio.Timeout) -> None:
        """Take one message before there is a session; open it if that is what the message asks for."""
        command = await self._receive(None)
        if isinstance(command, Configure):
            patience.reschedule(None)
            self._session = await self._sessions.open(self._dialect.name, owner, command.settings, self._outlet)
        elif command is not None and not isinstance(command, AppendAudio | EndSession):
            await self._send(Failed(failures.INVALID_FORMAT, "Expected session.update as the first message"))
        elif isinstance(command, EndSession):
            await self._send(SessionEnded(0.0, 0.0))
            await self._close(failures.CLOSE_CLEAN)
            raise WebSocketDisconnect(failures.CLOSE_CLEAN)

    async def _converse(self, session: Session) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                reading = spawn(group, self._read(session), "read")
                writing = spawn(group, self._write(), "write")
                await asyncio.wait([reading, writing], return_when=asyncio.FIRST_COMPLETED)
                if not writing.done():
                    session.end(CloseReason.CLIENT, "the connection was lost")
                await stop(reading)
                await asyncio.wait([writing], timeout=SEND_S)
                await stop(writing)
        finally:
            session.end(CloseReason.CLIENT, "the connection was lost")

    async def _read(self, session: Session) -> None:
        try:
            while True:
                command = await self._receive(session)
                if command is not None:
                    session.command(command)
                if isinstance(command, EndSession):
                    await asyncio.Event().wait()  # the writer closes the connection
        except WebSocketDisconnect:
            return

    async def _receive(self, session: Session | None) -> Command | None:
        """Return the next command; None if it was answered with an error that leaves the connection open.

        Raises:
            ClientError: the error is fatal.
            WebSocketDisconnect: the client is gone.
        """
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        try:
            text = message.get("text")
            if text is None:
                raise ClientError(failures.INVALID_FORMAT, "Binary frames are not accepted: send JSON text")
            return self._dialect.parse(text, session.settings if session else None)
        except ClientError as error:
            if error.failure.fatal:
                raise
            failure = error.failure
            if session is not None and failure.param is not None:
                failure = Failed(failure.code, failure.message, failure.param, session.id)
            self._outlet.tell(failure) if session else await self._send(failure)
            return None

    async def _write(self) -> None:
        try:
            while True:
                event = await self._outlet.next()
                if event is None:
                    await self._close(failures.CLOSE_BROKEN)
                    return
                await self._send(event)
                if self._outlet.overrun:
                    await self._close(failures.CLOSE_REFUSED, "the client does not read")
                    return
                if isinstance(event, SessionEnded):
                    await self._close(failures.CLOSE_CLEAN)
                    return
                if isinstance(event, Failed) and event.fatal:
                    await self._close(close_code(event))
                    return
        except _GONE as error:
            log.debug("the client is gone: %s", error)

    async def _send(self, event: Event) -> None:
        async with asyncio.timeout(SEND_S):
            for text in self._dialect.render(event, self._clock.wall()):
                await self._socket.send_text(text)

    async def _close(self, code: int, reason: str = "") -> None:
        async with asyncio.timeout(SEND_S):
            await self._socket.close(code, reason)
