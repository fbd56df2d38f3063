"""A client of the Voice Agent protocol: one call over one WebSocket.

::

    async with call("ws://127.0.0.1:8080/v1/ws", session={"greeting": "Hello!"}) as agent:
        await agent.send_audio(pcm)          # 24 kHz, 16 bit, mono
        async for event in agent:            # see natter_cli.events
            ...
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI, WebSocketException

from natter_cli import events
from natter_cli.events import Event, Other, SessionEnded, SessionError, SessionReady
from natter_runtime.errors import NatterError

RATE: Final = 24_000
"""Samples per second of the protocol's PCM, in both directions."""
READY_S: Final = 15.0
_END_S: Final = 3.0
_MAX_MESSAGE: Final = 4 * 1024 * 1024
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class CallError(NatterError):
    """A call could not be made, or was ended by the server.

    Attributes:
        code: the server's code, or empty.
    """

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class VoiceAgent:
    """One call. Made by :func:`call`; iterate over it for the server's events."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.opened = SessionReady(session_id="")
        """What the server said when the call was ready: the session's id and its whole configuration."""

    async def update(self, session: Mapping[str, Any]) -> None:
        """Send ``session.update``."""
        await self._send({"type": "session.update", "session": session})

    async def send_audio(self, pcm: bytes) -> None:
        """Send a piece of the user's audio."""
        await self._send({"type": "input.audio", "audio": base64.b64encode(pcm).decode()})

    async def tool_result(self, call_id: str, result: str, *, is_error: bool = False) -> None:
        """Send the result of a tool call: JSON text, or plain text."""
        await self._send({"type": "tool.result", "call_id": call_id, "result": result, "is_error": is_error})

    async def create_reply(self, instructions: str = "") -> None:
        """Ask the agent to speak."""
        await self._send({"type": "reply.create", "instructions": instructions})

    async def ready(self, timeout: float = READY_S) -> None:
        """Wait for ``session.ready``.

        Raises:
            CallError: the server refuses, or says nothing in time.
        """
        try:
            async with asyncio.timeout(timeout):
                async for event in self:
                    if isinstance(event, SessionReady):
                        self.opened = event
                        return
                    if isinstance(event, SessionError):
                        raise refusal(event)
        except TimeoutError:
            raise CallError(f"the server did not say session.ready in {timeout:g} s") from None
        raise CallError(f"the server closed the connection: {self.closed_because}")

    async def end(self, timeout: float = _END_S) -> SessionEnded | None:
        """Say good-bye, and wait a moment for the answer. No other task may be iterating."""
        try:
            async with asyncio.timeout(timeout):
                await self._send({"type": "session.end"})
                async for event in self:
                    if isinstance(event, SessionEnded):
                        return event
        except (TimeoutError, CallError):
            return None
        return None

    @property
    def closed_because(self) -> str:
        """The close code and reason, once the connection is closed."""
        code, reason = self._socket.close_code, self._socket.close_reason
        return f"{code} {reason}".strip()

    async def __aiter__(self) -> AsyncIterator[Event | Other]:
        """Yield the server's events until the connection is closed.

        Raises:
            CallError: the server says something that is not of the protocol.
        """
        try:
            async for message in self._socket:
                try:
                    event = events.decode(message)
                except ValueError as error:
                    raise CallError(f"not an event of the Voice Agent protocol: {error}") from error
                yield event
        except ConnectionClosed:
            return

    async def _send(self, message: Mapping[str, Any]) -> None:
        try:
            await self._socket.send(msgspec.json.encode(message).decode())
        except ConnectionClosed as error:
            raise CallError(f"the server closed the connection: {self.closed_because}") from error


@asynccontextmanager
async def call(
    url: str, *, key: str = "", session: Mapping[str, Any] | None = None, timeout: float = READY_S
) -> AsyncIterator[VoiceAgent]:
    """Open a call and yield it when it is ready; the connection is closed afterwards.

    Args:
        url: the server's WebSocket.
        key: shown as a bearer token.
        session: the content of the first ``session.update``.
        timeout: for the connection, and again for ``session.ready``.

    Raises:
        CallError: no connection, refused, or not ready in time.
    """
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    proxy: Literal[True] | None = None if urlsplit(url).hostname in _LOOPBACK else True
    try:
        socket = await connect(
            url,
            additional_headers=headers,
            compression=None,
            max_size=_MAX_MESSAGE,
            open_timeout=timeout,
            close_timeout=2.0,
            proxy=proxy,
        )
    except InvalidStatus as error:
        raise CallError(f"{url}: refused with HTTP {error.response.status_code}") from error
    except (InvalidURI, InvalidHandshake, WebSocketException) as error:
        raise CallError(f"{url}: {error}") from error
    except (OSError, TimeoutError) as error:
        raise CallError(f"nobody answers at {url} ({_short(error)}): is `natter up` running?") from error
    try:
        agent = VoiceAgent(socket)
        await agent.update(session or {})
        await agent.ready(timeout)
        yield agent
    finally:
        await socket.close()


def refusal(error: SessionError) -> CallError:
    """Return the exception for an error event."""
    about = f" ({error.param})" if error.param else ""
    return CallError(f"the server says {error.code}: {error.message}{about}", code=error.code)


def _short(error: OSError) -> str:
    """Return what happened, without asyncio's list of addresses."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return error.strerror or str(error) or type(error).__name__
