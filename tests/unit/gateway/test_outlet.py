"""The queue between a session and its client."""

from __future__ import annotations

import asyncio

import pytest

from natter_gateway import outlet
from natter_gateway.events import ReplyBegan, UserFinal
from natter_gateway.outlet import Outlet


async def test_events_come_in_their_order_and_then_the_end() -> None:
    way = Outlet()
    way.tell(ReplyBegan(1))
    way.tell(UserFinal(1, "Hello."))
    way.close()
    assert [await way.next() for _ in range(3)] == [ReplyBegan(1), UserFinal(1, "Hello."), None]
    assert not way.overrun


async def test_who_waits_is_woken() -> None:
    way = Outlet()
    async with asyncio.timeout(2), asyncio.TaskGroup() as group:
        waiting = group.create_task(way.next())
        await asyncio.sleep(0)
        way.tell(ReplyBegan(1))
        assert await waiting == ReplyBegan(1)


async def test_a_client_that_does_not_read_is_cut_off_and_never_holds_the_session_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(outlet, "MAX_EVENTS", 3)
    way = Outlet()
    for epoch in range(10):
        way.tell(ReplyBegan(epoch))
    way.close()
    assert way.overrun
    assert [await way.next() for _ in range(3)] == [ReplyBegan(0), ReplyBegan(1), ReplyBegan(2)]
    assert caplog.messages == ["the client does not read; 3 events wait"]


async def test_an_end_that_finds_no_room_cuts_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlet, "MAX_EVENTS", 1)
    way = Outlet()
    way.tell(ReplyBegan(1))
    way.close()
    assert way.overrun
