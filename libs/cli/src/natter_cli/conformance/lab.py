"""Where the checks are made: the server, the key, and a voice to speak to it with."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
from websockets.asyncio.client import connect

from natter_cli.conformance.caller import Caller
from natter_cli.conformance.check import Skip, Unmet
from natter_cli.conformance.published import Published

QUESTION: Final = "What is the time now?"
"""What the user says, in the agent's own voice."""
MAX_MESSAGE: Final = 4 * 1024 * 1024


@dataclass
class Lab:
    """See the module.

    Attributes:
        url: of the WebSocket.
        key: an API key; empty if none is needed.
        other_key: the key of somebody else; empty if there is none.
        resume_s: how long the server waits for a lost client.
        voice: what the user says: PCM16 at 24 kHz; taken from a greeting if it is empty.
    """

    url: str
    key: str = ""
    other_key: str = ""
    resume_s: float = 30.0
    voice: bytes = b""
    published: Published | None = None
    own: bool = False
    """Whether the server knows extensions."""
    _recording: asyncio.Lock = field(default_factory=asyncio.Lock)

    # -- connecting -----------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def connect(
        self,
        path: str = "",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        subprotocols: list[str] | None = None,
    ) -> AsyncIterator[Caller]:
        """Open a connection; without ``query`` or ``headers`` the key is shown."""
        if query is None and headers is None and self.key:
            headers = {"Authorization": f"Bearer {self.key}"}
        parts = urlsplit(self.url)
        url = urlunsplit((parts.scheme, parts.netloc, path or parts.path, urlencode(query or {}), ""))
        async with connect(
            url,
            additional_headers=dict(headers or {}),
            subprotocols=subprotocols,  # type: ignore[arg-type]  # plain strings are
            compression=None,
            max_size=MAX_MESSAGE,
            proxy=None,
        ) as socket:
            yield Caller(socket, self.published)

    @contextlib.asynccontextmanager
    async def session(self, **session: Any) -> AsyncIterator[Caller]:
        """Open a session with these settings, wait until it is ready, and end it afterwards."""
        async with self.connect() as caller:
            await caller.send("session.update", session=session)
            await caller.until("session.ready")
            yield caller
            await caller.send("session.end")

    async def get(self, path: str) -> httpx.Response:
        """Ask the HTTP side of the server, with the key.

        Raises:
            Unmet: it does not answer.
        """
        parts = urlsplit(self.url)
        base = f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}"
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
                return await client.get(base + path, headers=headers)
        except httpx.HTTPError as error:
            raise Unmet(f"{base}{path}: {error}") from error

    # -- what is needed -------------------------------------------------------------------------

    async def prepare(self) -> None:
        """Learn what the server publishes, and whether it knows extensions.

        Raises:
            Unmet: no session can be opened.
        """
        answer = await self.get("/asyncapi.json")
        if answer.status_code == 200:
            self.published = Published(answer.json())
        async with self.connect() as caller:
            await caller.send("session.update", session={"extensions": []})
            event = await caller.next()
            self.own = event["type"] == "session.updated"

    def need_key(self) -> None:
        """Skip without a key."""
        if not self.key:
            raise Skip("no --key is given")

    def need_other_key(self) -> None:
        """Skip without the key of somebody else."""
        if not self.other_key:
            raise Skip("no --other-key is given")

    async def spoken(self) -> bytes:
        """Return what the user says, as PCM16 at 24 kHz."""
        async with self._recording:
            if not self.voice:
                async with self.session(greeting=QUESTION) as caller:
                    await caller.until("reply.done")
                    self.voice = caller.audio()
        if not self.voice:
            raise Unmet("the greeting has no audio to speak with")
        return self.voice
