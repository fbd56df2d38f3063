"""Who may ask."""

from __future__ import annotations

from tests.support.gateway_rest import desk, wrong

GETS = ("/v1/agents", "/v1/agents/x", "/v1/builtin-tools", "/v1/sessions", "/v1/sessions/x", "/v1/voices",
        "/v1/webhook-subscriptions", "/v1/webhook-subscriptions/x", "/v1/webhook-subscriptions/x/deliveries",
        "/v1/sessions/x/artifacts/audio")  # fmt: skip


async def test_every_route_wants_a_key() -> None:
    async with desk() as at:
        for shown in ("", "nonsense", "Bearer nonsense"):
            at.anna.headers["authorization"] = shown
            for path in GETS:
                answer = await at.anna.get(path)
                assert wrong(answer, 401) == ["unauthorized"], path
            assert wrong(await at.anna.post("/v1/agents", json={}), 401) == ["unauthorized"]
            assert wrong(await at.anna.delete("/v1/sessions/x"), 401) == ["unauthorized"]


async def test_the_list_above_is_all_there_is() -> None:
    async with desk() as at:
        paths = (await at.anna.get("/openapi.json")).json()["paths"]
        found = {path for path, operations in paths.items() if "get" in operations and path.startswith("/v1/")}
        assert len(found) == len(GETS) + 1  # and /v1/token


async def test_a_key_is_accepted_with_bearer_or_without() -> None:
    async with desk() as at:
        for shown in ("Bearer anna-key", "bearer anna-key", "anna-key"):
            at.anna.headers["authorization"] = shown
            assert (await at.anna.get("/v1/agents")).status_code == 200


async def test_a_key_in_the_query_is_for_sockets_alone() -> None:
    async with desk() as at:
        del at.anna.headers["authorization"]
        wrong(await at.anna.get("/v1/agents", params={"token": "anna-key"}), 401)


async def test_a_gateway_without_keys_takes_anybody() -> None:
    async with desk(api_keys=()) as at:
        del at.anna.headers["authorization"]
        assert (await at.anna.get("/v1/agents")).status_code == 200
        assert (await at.anna.get("/v1/token", params={"expires_in_seconds": 60})).status_code == 200
