"""Every error has one shape."""

from __future__ import annotations

import pytest

from natter_gateway.rest import errors
from natter_gateway.store import agents
from tests.support.gateway_rest import desk, wrong


async def test_what_is_not_there_and_what_is_not_done() -> None:
    async with desk() as at:
        assert wrong(await at.anna.get("/v1/nowhere"), 404) == ["not_found"]
        answer = await at.anna.patch("/v1/agents")
        assert wrong(answer, 405) == ["method_not_allowed"]
        assert "allow" in answer.headers


async def test_what_is_no_json() -> None:
    async with desk() as at:
        for body in (b"{", b"", b"[1, 2", b"\xff\xfe", b'"text"', b"null", b"[" * 100_000):
            answer = await at.anna.post("/v1/agents", content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code in (400, 422)
            wrong(answer, answer.status_code)


async def test_what_is_not_called_json_is_not_read_as_such() -> None:
    """A page in a browser may send text/plain anywhere without asking."""
    async with desk() as at:
        answer = await at.anna.post("/v1/tokens", content=b"{}", headers={"Content-Type": "text/plain"})
        assert answer.status_code == 422


async def test_a_database_that_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    async with desk() as at:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(agents, "page", lambda connection, *_: connection.exec_driver_sql("nonsense"))
            answer = await at.anna.get("/v1/agents")
        assert wrong(answer, 503) == ["unavailable"]
        assert "nonsense" not in answer.text
        assert "nonsense" in caplog.text


async def test_a_defect_says_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    async with desk() as at:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(agents, "page", lambda *_: {}["a secret detail"])
            answer = await at.anna.get("/v1/agents")
        assert wrong(answer, 500) == ["internal_error"]
        assert "a secret detail" not in answer.text
        assert f"GET /v1/agents ({answer.json()['request_id']}) failed: KeyError" in caplog.text
        assert "Traceback" in caplog.text


def test_the_errors_of_a_route_are_documented() -> None:
    documented = errors.documented(404)
    assert list(documented) == [401, 404, 422, 503]
    assert all(entry["model"] is errors.Error for entry in documented.values())
