"""One WebSocket: who it is, what it says, what it is told, and how it ends."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from natter_gateway import failures
from natter_gateway.auth import Access
from natter_gateway.commands import AppendAudio, Command, Configure, EndSession, OpenAgent, Resume
from natter_gateway.config import GatewayConfig
from natter_gateway.dialects import Dialect
from natter_gateway.events import Event, Failed, HandedOver, SessionEnded
from natter_gateway.failures import ClientError, close_code
from natter_gateway.outlet import Outlet
from natter_gateway.session import Session
from natter_gateway.sessions import Sessions
from natter_gateway.throttle import Allowance
from natter_protocol.session import CloseReason
from natter_runtime.clock import Clock
from natter_runtime.tasks import spawn, stop

log = logging.getLogger(__name__)

SEND_S: Final = 10.0
"""A client that takes longer to read one message is gone."""
_GONE: Final = (WebSocketDisconnect, RuntimeError, TimeoutError, OSError)
"""What sending to a client raises that is gone: Starlette says it in the first two ways."""
MAX_MESSAGE: Final = 256 * 1024
"""Characters of one message."""
MAX_EARLY: Final = 512 * 1024
"""Bytes of audio that are kept until the session is ready: some 10 s. Of more the oldest are dropped."""
BURST_S: Final = 2.0
"""So many seconds' worth of messages may come at once."""


class Connection:
    """A client's connection, speaking one dialect."""

    def __init__(
        self, socket: WebSocket, dialect: Dialect, sessions: Sessions, clock: Clock, config: GatewayConfig
    ) -> None:
        self._socket = socket
        self._dialect = dialect
        self._sessions = sessions
        self._clock = clock
        self._first_message_s = config.first_message_s
        self._pace = Allowance(config.message_rate, config.message_rate * BURST_S)
        self._outlet = Outlet()
        self._session: Session | None = None
        self._early: deque[AppendAudio] = deque()

    async def refuse(self, failure: Failed) -> None:
        """Say why, and close."""
        try:
            await self._send(failure)
            await self._close(close_code(failure))
        except _GONE as error:
            log.debug("the client is gone: %s", error)

    async def serve(self, access: Access) -> None:
        """Serve the client until either side is done."""
        try:
            async with asyncio.timeout(self._first_message_s) as patience:
                while self._session is None:
                    await self._begin(access, patience)
        except TimeoutError:
            await self.refuse(Failed(failures.INVALID_FORMAT, "No session.update was sent in time", fatal=True))
            return
        except ClientError as error:
            await self.refuse(error.failure)
            return
        except WebSocketDisconnect:
            return
        await self._converse(self._session)

    # -- before there is a session --------------------------------------------------------------

    async def _begin(self, access: Access, patience: asyncio.Timeout) -> None:
        """Take one message; open a session, or come back to one, if that is what the message asks for."""
        command = await self._receive(None)
        name = self._dialect.name
        match command:
            case Configure() | OpenAgent() | Resume():
                patience.reschedule(None)
                if isinstance(command, Resume):
                    self._session, self._outlet = await self._sessions.resume(name, access, command.session)
                elif isinstance(command, OpenAgent):
                    self._session = await self._sessions.open_agent(name, access, command, self._outlet)
                else:
                    self._session = await self._sessions.open(name, access, command.settings, self._outlet)
                for audio in self._early:
                    self._do(self._session, audio)
                self._early.clear()
            case AppendAudio():
                self._keep(command)
            case EndSession():
                await self._send(SessionEnded(0.0, 0.0))
                await self._close(failures.CLOSE_CLEAN)
                raise WebSocketDisconnect(failures.CLOSE_CLEAN)
            case None:
                pass
            case _:
                await self._send(Failed(failures.INVALID_FORMAT, "Expected session.update as the first message"))

    def _keep(self, audio: AppendAudio) -> None:
        """Keep audio that comes before the session is ready; many clients send it."""
        self._early.append(audio)
        while sum(len(early.data) for early in self._early) > MAX_EARLY:
            self._early.popleft()

    # -- while there is one ---------------------------------------------------------------------

    async def _converse(self, session: Session) -> None:
        async with asyncio.TaskGroup() as group:
            reading = spawn(group, self._read(session), "read")
            writing = spawn(group, self._write(), "write")
            await asyncio.wait([reading, writing], return_when=asyncio.FIRST_COMPLETED)
            if not writing.done() and reading.result() == failures.CLOSE_CLEAN:
                session.end(CloseReason.CLIENT, "the client closed the connection")
            await stop(reading)
            await stop(writing)
            if self._outlet.overrun:
                session.end(CloseReason.CLIENT, "the client did not read")
            session.lose(self._outlet)

    async def _read(self, session: Session) -> int:
        """Do what the client asks for until it is gone; return the code it closed the connection with."""
        try:
            while True:
                command = await self._receive(session)
                if command is not None:
                    self._do(session, command)
                if isinstance(command, EndSession):
                    await asyncio.Event().wait()  # the writer closes the connection
        except WebSocketDisconnect as gone:
            return gone.code

    def _do(self, session: Session, command: Command) -> None:
        try:
            if isinstance(command, Resume):
                raise ClientError(failures.INVALID_FORMAT, "session.resume must be the first message of a connection")
            session.command(command)
        except ClientError as error:
            self._outlet.tell(_about(session, error.failure))

    async def _receive(self, session: Session | None) -> Command | None:
        """Return the next command; None if it was answered with an error that leaves the connection open.

        A client that sends faster than it may is read more slowly.

        Raises:
            ClientError: the error is fatal.
            WebSocketDisconnect: the client is gone.
        """
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        delay = self._pace.wait(1, self._clock.monotonic())
        if delay:
            await self._clock.sleep(delay)
        try:
            return self._dialect.parse(_text(message.get("text")), session.settings if session else None)
        except ClientError as error:
            if error.failure.fatal:
                raise
            if session is not None:
                self._outlet.tell(_about(session, error.failure))
            else:
                await self._send(error.failure)
            return None

    async def _write(self) -> None:
        """Tell the client what the session tells, and close the connection after what ends it."""
        try:
            while True:
                event = await self._outlet.next()
                if event is None:
                    await self._close(failures.CLOSE_BROKEN)
                    return
                await self._send_or_keep(event)
                if self._outlet.overrun:
                    await self._close(failures.CLOSE_REFUSED, "the client does not read")
                    return
                if isinstance(event, SessionEnded):
                    await self._close(failures.CLOSE_CLEAN)
                    return
                if isinstance(event, HandedOver):
                    await self._close(failures.CLOSE_RESTART, "resume at another gateway")
                    return
                if isinstance(event, Failed) and event.fatal:
                    await self._close(close_code(event))
                    return
        except _GONE as error:
            log.debug("the client is gone: %s", error)

    async def _send_or_keep(self, event: Event) -> None:
        """Send an event; whatever keeps it from being sent, the session has it again."""
        sent = False
        try:
            await self._send(event)
            sent = True
        finally:
            if not sent:
                self._outlet.give_back(event)

    async def _send(self, event: Event) -> None:
        async with asyncio.timeout(SEND_S):
            for text in self._dialect.render(event, self._clock.wall()):
                await self._socket.send_text(text)

    async def _close(self, code: int, reason: str = "") -> None:
        async with asyncio.timeout(SEND_S):
            await self._socket.close(code, reason)


def _text(text: str | None) -> str:
    """Return the text of a message, if it is one that may come."""
    if text is None:
        raise ClientError(failures.INVALID_FORMAT, "Binary frames are not accepted: send JSON text")
    if len(text) > MAX_MESSAGE:
        raise ClientError(
            failures.INVALID_FORMAT, f"The message has {len(text)} characters; at most {MAX_MESSAGE} are accepted"
        )
    return text


def _about(session: Session, failure: Failed) -> Failed:
    """Name the session in what is said about its configuration."""
    if failure.param is None:
        return failure
    return Failed(failure.code, failure.message, failure.param, session.id, fatal=failure.fatal)
