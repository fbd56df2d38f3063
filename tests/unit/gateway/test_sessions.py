"""How many sessions a gateway takes, and what becomes of them when it stops."""

from __future__ import annotations

import pytest

from natter_gateway import sessions
from natter_protocol.session import CloseReason, SessionClosed
from natter_runtime import claims
from natter_runtime.errors import LogError
from tests.support.gateway_house import client, gateway
from tests.support.runtime_wire import MuteLog


async def test_a_full_gateway_says_when_to_come_back_and_has_room_when_somebody_leaves() -> None:
    async with gateway(capacity=1) as place:
        async with client(place.url, {}) as one:
            async with client(place.url) as two:
                await two.send({"type": "session.update", "session": {}})
                error = await two.until("session.error")
                assert (error["code"], error["message"]) == (
                    "at_capacity",
                    "The server has no room; try again in 2 s",
                )
                assert await two.closed() == 1013
            await one.send({"type": "session.end"})
            assert await one.closed() == 1000
        async with client(place.url, {}) as three:
            assert three.kinds() == ["session.updated", "session.ready"]


async def test_a_log_that_is_nearly_full_is_left_to_the_sessions_that_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with gateway() as place, client(place.url, {}) as one:
        monkeypatch.setattr(sessions, "FULLEST", await place.broker.bus().log.fullness())
        async with client(place.url) as two:
            await two.send({"type": "session.update", "session": {}})
            assert (await two.until("session.error"))["code"] == "at_capacity"
            assert await two.closed() == 1013
        assert "NATTER_CALLS_MAX_BYTES" in caplog.text
        await one.send({"type": "session.update", "session": {"system_prompt": "Still here."}})
        assert (await one.until("session.updated"))["config"]["system_prompt"] == "Still here."


class Silent(MuteLog):
    """A log that answers nothing at all."""

    async def fullness(self) -> float:
        raise LogError("no answer")


async def test_a_session_that_the_log_does_not_take_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "TAKE_TIMEOUT_S", 0.05)
    async with gateway() as place, client(place.url) as caller:
        place.runtime.bus._log = Silent(place.broker.bus())  # type: ignore[attr-defined]
        await caller.send({"type": "session.update", "session": {}})
        error = await caller.until("session.error")
        assert error["code"] == "internal_error"
        assert error["message"].startswith("The session could not be opened: ")
        assert error["message"].endswith("the event log gave no acknowledgement")
        assert await caller.closed() == 1011


async def test_a_gateway_that_stops_ends_its_sessions() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        place.runtime.stopping.set()
        await caller.until("session.ended")
        assert await caller.closed() == 1000
        assert (await place.workers["llm"].hears(SessionClosed)).reason is CloseReason.SHUTDOWN
