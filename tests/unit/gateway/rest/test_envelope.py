"""Every request has a name and a limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tests.support.gateway_rest import desk, wrong


async def test_every_answer_has_a_name_of_its_own() -> None:
    async with desk() as at:
        names = {(await at.anna.get("/healthz")).headers["x-request-id"] for _ in range(3)}
        assert len(names) == 3
        assert all(name.startswith("req_") for name in names)


async def test_a_body_that_is_too_large_is_not_read() -> None:
    async with desk() as at:
        answer = await at.anna.post("/v1/agents", content=b"x" * (1024 * 1024 + 1))
        assert wrong(answer, 413) == ["content_too_large"]

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b"x" * 65_536

        answer = await at.anna.post("/v1/agents", content=pieces())
        assert wrong(answer, 413) == ["content_too_large"]


async def test_who_leaves_in_the_middle_harms_nobody() -> None:
    async with desk() as at:
        host, _, port = at.place.http.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /v1/agents HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert (await at.anna.get("/v1/agents")).status_code == 200
