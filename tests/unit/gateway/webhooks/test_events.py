"""What is told, and to whom."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from natter_gateway.store import sessions
from natter_gateway.webhooks import events
from tests.support.gateway_records import SESSION, office


async def test_an_event_tells_what_is_known(tmp_path: Path) -> None:
    async with office(tmp_path) as place:
        await place.subscribe(events.STARTED, events.COMPLETED)
        row = place.opening(agent_id="agent_1")
        await place.database.write(lambda c: events.announce(c, row, events.STARTED, 5.0))
        await place.call()
        await place.finaliser.finish(SESSION)
        started, completed = (json.loads(delivery.body) for delivery in await place.told())
        assert started == {
            "event": "session.started",
            "event_id": events.event_id(SESSION, events.STARTED),
            "created_at": 5.0,
            "session_id": SESSION,
            "agent_id": "agent_1",
            "status": "active",
            "started_at": row.created_at,
        }
        assert completed["event"] == "session.completed"
        assert completed["event_id"] != started["event_id"]
        assert (completed["duration_seconds"], completed["public_close_reason"]) == (5.0, "client")
        assert completed["usage"]["llm"] == [{"model": "small", "input_tokens": 10, "output_tokens": 2}]


async def test_who_did_not_subscribe_is_not_told(tmp_path: Path) -> None:
    async with office(tmp_path) as place:
        await place.subscribe(events.COMPLETED)
        row = place.opening()
        await place.database.write(lambda c: events.announce(c, row, events.STARTED, 5.0))
        assert await place.told() == []


async def test_an_event_is_written_with_what_it_tells_of_or_not_at_all(tmp_path: Path) -> None:
    async with office(tmp_path) as place:
        await place.subscribe(events.STARTED)

        def half(connection: object) -> None:
            sessions.add(connection, place.opening())  # type: ignore[arg-type]
            events.announce(connection, place.opening(), events.STARTED, 5.0)  # type: ignore[arg-type]
            raise KeyError("x")

        with pytest.raises(KeyError):
            await place.database.write(half)
        assert await place.row() is None
        assert await place.told() == []
