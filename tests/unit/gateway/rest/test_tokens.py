"""Temporary tokens over REST."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.gateway_house import client
from tests.support.gateway_rest import desk, wrong


async def test_a_token_opens_a_socket() -> None:
    async with desk() as at:
        answer = await at.anna.get("/v1/token", params={"expires_in_seconds": 120, "product": "voice_agent"})
        body = answer.json()
        assert (answer.status_code, set(body), body["expires_in_seconds"]) == (
            200,
            {"token", "expires_in_seconds"},
            120,
        )
        async with client(f"{at.place.url}?token={body['token']}", {}) as caller:
            assert caller.kinds() == ["session.updated", "session.ready"]


async def test_a_created_token_says_when_it_expires() -> None:
    async with desk() as at:
        for sent, seconds in (({"expires_in_seconds": 30}, 30), ({}, 60)):
            body = (await at.anna.post("/v1/tokens", json=sent)).json()
            left = datetime.fromisoformat(body["expires_at"]) - datetime.now(UTC)
            assert left.total_seconds() == pytest.approx(seconds, abs=3)
            async with client(f"{at.place.url}?token={body['token']}", {}) as caller:
                assert caller.kinds() == ["session.updated", "session.ready"]


async def test_the_errors_are_those_of_the_hosted_api() -> None:
    async with desk() as at:
        assert wrong(await at.anna.get("/v1/token")) == ["expires_in_seconds"]
        for seconds in (0, 601):
            assert wrong(await at.anna.get("/v1/token", params={"expires_in_seconds": seconds})) == [
                "expires_in_seconds"
            ]
        for longest in (59, 10_801):
            asked = {"expires_in_seconds": 60, "max_session_duration_seconds": longest}
            answer = await at.anna.get("/v1/token", params=asked)
            assert wrong(answer) == ["max_session_duration_seconds"]
            assert answer.json()["detail"][0]["loc"] == ["query", "max_session_duration_seconds"]
        assert wrong(await at.anna.post("/v1/tokens", json={"expires_in_seconds": 601})) == ["expires_in_seconds"]
        at.anna.headers["authorization"] = "Bearer nonsense"
        answer = await at.anna.get("/v1/token", params={"expires_in_seconds": 60})
        wrong(answer, 404)
        assert answer.json()["detail"] == "Invalid API key"
        del at.anna.headers["authorization"]
        assert wrong(await at.anna.get("/v1/token", params={"expires_in_seconds": 60})) == ["authorization"]


async def test_a_token_is_no_key() -> None:
    async with desk() as at:
        token = (await at.anna.post("/v1/tokens", json={})).json()["token"]
        at.anna.headers["authorization"] = f"Bearer {token}"
        assert wrong(await at.anna.get("/v1/agents"), 401) == ["unauthorized"]
        wrong(await at.anna.post("/v1/tokens", json={}), 404)
