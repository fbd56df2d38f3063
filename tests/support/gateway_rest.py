"""A running gateway, and its users: each with a key of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from natter_runtime.outside import certificates
from tests.support.gateway_house import PATIENCE_S, Place, client, gateway

ANNA, BOB = "anna-key", "bob-key"
SECRET = "a secret that is long enough"
AGENT: dict[str, Any] = {"name": "Bakery", "system_prompt": "Sell bread.", "voice": {"voice_id": "alba"}}
HEADER = {"name": "Authorization", "value": "Bearer hunter2"}


@dataclass
class Desk:
    """A gateway and two users of it."""

    place: Place
    anna: httpx.AsyncClient
    bob: httpx.AsyncClient

    async def agent(self, **fields: Any) -> dict[str, Any]:
        """Store an agent of Anna's."""
        answer = await self.anna.post("/v1/agents", json={**AGENT, **fields})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def call(self, **session: Any) -> str:
        """Make a call as Anna, of no length; return its id when its record is complete."""
        headers = {"Authorization": f"Bearer {ANNA}"}
        async with client(self.place.url, additional_headers=headers) as caller:
            await caller.send({"type": "session.update", "session": session})
            id: str = (await caller.until("session.ready"))["session_id"]
            await caller.send({"type": "session.end"})
            await caller.closed()
        await self.complete(id)
        return id

    async def complete(self, id: str) -> dict[str, Any]:
        """Wait until the record of a session is complete; return it."""
        async with asyncio.timeout(3 * PATIENCE_S):
            while True:
                answer = await self.anna.get(f"/v1/sessions/{id}")
                if answer.status_code == 200 and answer.json()["artifacts"]:
                    found: dict[str, Any] = answer.json()
                    return found
                await asyncio.sleep(0.02)


@asynccontextmanager
async def desk(**settings: Any) -> AsyncIterator[Desk]:
    """Open one."""
    given = {"api_keys": (ANNA, BOB), "secret": SECRET, **settings}
    async with gateway(**given) as place, AsyncExitStack() as stack:
        users = [
            await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=place.http,
                    headers={"Authorization": f"Bearer {key}"},
                    transport=httpx.AsyncHTTPTransport(verify=certificates()),
                )
            )
            for key in (ANNA, BOB)
        ]
        yield Desk(place, *users)


def wrong(answer: httpx.Response, status: int = 422) -> list[str]:
    """Return what an error answer names, after checking its shape."""
    body = answer.json()
    assert answer.status_code == status, answer.text
    assert set(body) == {"code", "message", "param", "request_id", "errors", "detail"}, body
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["code"]
    assert body["message"]
    if body["errors"]:
        assert body["param"] == body["errors"][0]["param"]
    return [error["param"] for error in body["errors"]] or [body["param"] or body["code"]]
