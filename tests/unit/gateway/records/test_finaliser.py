"""The record of a call that is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from natter_gateway.records.finaliser import GIVE_UP_S, LEASE_S, NO_LOG, QUIET_S
from natter_gateway.records.folder import Folder
from natter_gateway.records.prices import Prices
from natter_gateway.records.storage import Unavailable
from natter_gateway.records.tape import Tape
from natter_gateway.store import sessions
from natter_protocol.session import CloseReason, SessionClosed
from natter_runtime.errors import BusError
from tests.support.gateway_records import SESSION, Office, office
from tests.unit.gateway.records.test_sound import sine

PRICES = Prices("USD", session_hour=3.6)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path, prices=PRICES) as made:
        yield made


def record(place: Office, session: str = SESSION) -> None:
    tape = Tape(24_000)
    tape.user(0, sine(440, 1.0, 16_000).tobytes())
    for chunk in tape.rest():
        place.shelf.put(session, 1, chunk)


async def test_a_whole_record(url: str, tmp_path: Path) -> None:
    async with office(tmp_path, prices=PRICES, url=url) as place:
        await check_a_whole_record(place)


async def check_a_whole_record(place: Office) -> None:
    await place.subscribe("session.started", "session.completed")
    await place.call(agent="agent_1")
    record(place)
    assert await place.finaliser.finish(SESSION)
    row = await place.row()
    assert row is not None
    assert (row.owner, row.agent_id, row.status, row.close_reason) == ("anna", "agent_1", "completed", "client")
    assert (row.duration_s, row.ended_at) == (5.0, row.created_at + 5.0)
    assert row.usage == {
        "session_seconds": 5.0,
        "audio_in_seconds": 4.0,
        "audio_out_seconds": 0.4,
        "llm": [{"model": "small", "input_tokens": 10, "output_tokens": 2}],
        "tts_characters": 0,
        "tool_calls": 0,
    }
    assert row.cost is not None
    assert (row.cost["total"], row.cost["unpriced_models"]) == (0.005, ["small"])
    assert row.settings is not None
    assert row.settings["system_prompt"] == "Bread."
    assert row.timeline is not None
    assert row.timeline["ended"]["public_reason"] == "client"
    assert row.recording is not None
    assert row.recording["duration_seconds"] == pytest.approx(1.0, abs=0.01)
    assert (row.recording["uploaded_chunks"], row.recording["dropped_chunks"]) == (1, 0)
    assert row.finalised_at is not None
    assert place.shelf.recording(SESSION) is not None
    assert place.shelf.chunks(SESSION) == {}
    assert [delivery.event for delivery in await place.told()] == ["session.started", "session.completed"]


async def test_it_is_done_once(place: Office) -> None:
    await place.subscribe("session.completed")
    await place.call()
    assert await place.finaliser.finish(SESSION)
    assert not await place.finaliser.finish(SESSION)
    assert len(await place.told()) == 1


async def test_of_two_gateways_one_does_it(place: Office) -> None:
    await place.call()
    done = await asyncio.gather(place.finaliser.finish(SESSION), place.finaliser.finish(SESSION))
    assert sorted(done) == [False, True]


async def test_without_sound_there_is_no_recording(place: Office) -> None:
    await place.call()
    await place.finaliser.finish(SESSION)
    row = await place.row()
    assert row is not None
    assert row.recording is None
    assert row.finalised_at is not None


async def test_a_call_that_goes_on_is_left_alone(place: Office) -> None:
    await place.call(closed=False)
    place.serving.add(("g-1", SESSION))
    place.clock.advance(10 * QUIET_S)
    assert not await place.finaliser.finish(SESSION)


async def test_a_call_whose_gateway_is_gone_is_over_when_it_stays_quiet(place: Office) -> None:
    await place.call(closed=False)
    place.clock.advance(QUIET_S - 1)
    assert not await place.finaliser.finish(SESSION)
    place.clock.advance(2)
    assert await place.finaliser.finish(SESSION)
    row = await place.row()
    assert row is not None
    assert (row.status, row.close_reason, row.duration_s) == ("failed", "abandoned", 0.0)


async def test_a_call_that_its_workers_closed(place: Office) -> None:
    await place.call(closed=False)
    place.clock.advance(40.0)
    await place.log("turn", SessionClosed(reason=CloseReason.ABANDONED, detail="no gateway"))
    assert await place.finaliser.finish(SESSION)
    row = await place.row()
    assert row is not None
    assert (row.status, row.close_reason, row.detail) == ("failed", "abandoned", "no gateway")
    assert row.duration_s == pytest.approx(40.0)


async def test_a_call_of_which_the_log_is_gone(place: Office) -> None:
    await place.subscribe("session.completed")
    await place.database.write(lambda c: sessions.add(c, place.opening()))
    record(place)
    assert await place.finaliser.finish(SESSION)
    row = await place.row()
    assert row is not None
    assert (row.status, row.close_reason, row.detail) == ("failed", "failed", NO_LOG)
    assert row.recording is not None
    assert len(await place.told()) == 1


async def test_what_nobody_knows_of_is_nothing(place: Office) -> None:
    assert not await place.finaliser.finish("sess_unknown")
    assert await place.row("sess_unknown") is None


async def test_a_gateway_that_died_in_the_middle_is_followed(place: Office) -> None:
    await place.call()
    await place.database.write(lambda c: sessions.add(c, place.opening()))
    now = place.clock.wall()
    assert await place.database.write(lambda c: sessions.lease(c, SESSION, now, now + LEASE_S))
    assert not await place.finaliser.finish(SESSION)
    place.clock.advance(LEASE_S + 1)
    assert await place.finaliser.finish(SESSION)


async def test_while_it_takes_its_time_nobody_else_begins(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await place.call()
    mixing, go_on = asyncio.Event(), asyncio.Event()

    async def long(self: object, session: str, ended_at: float) -> None:
        mixing.set()
        await go_on.wait()

    monkeypatch.setattr(type(place.finaliser), "_sound", long)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(place.finaliser.finish(SESSION))
        await mixing.wait()
        for _ in range(10):
            place.clock.advance(LEASE_S / 3)
            await asyncio.sleep(0.05)
            assert not await place.finaliser.finish(SESSION)
        go_on.set()
        assert await first


async def test_a_disk_that_is_full_is_tried_again_and_given_up_in_the_end(place: Office, tmp_path: Path) -> None:
    await place.call()
    record(place)
    (tmp_path / "recordings" / SESSION / "audio.ogg").mkdir()
    with pytest.raises(OSError):
        await place.finaliser.finish(SESSION)
    row = await place.row()
    assert row is not None
    assert (row.status, row.finalised_at) == ("completed", None)  # what can be read is there already
    with pytest.raises(OSError):
        await place.finaliser.finish(SESSION)
    place.clock.advance(GIVE_UP_S)
    assert await place.finaliser.finish(SESSION)
    row = await place.row()
    assert row is not None
    assert row.recording is None
    assert row.finalised_at is not None


async def test_a_bucket_that_is_down_for_a_while_costs_nothing(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await place.call()
    record(place)

    def down(self: Folder, name: str) -> bytes:
        raise Unavailable("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "get", down)
        with pytest.raises(Unavailable):
            await place.finaliser.finish(SESSION)
    row = await place.row()
    assert row is not None
    assert (row.status, row.finalised_at) == ("completed", None)
    assert await place.finaliser.finish(SESSION)
    row = await place.row()
    assert row is not None
    assert row.recording is not None
    assert row.recording["duration_seconds"] == pytest.approx(1.0, abs=0.01)


async def test_what_was_deleted_meanwhile_stays_so(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await place.call()
    record(place)
    mixed = type(place.finaliser)._sound

    async def deleting(self: object, session: str, ended_at: float) -> object:
        sound = await mixed(place.finaliser, session, ended_at)
        await place.database.write(lambda c: sessions.remove(c, session))
        return sound

    monkeypatch.setattr(type(place.finaliser), "_sound", deleting)
    assert await place.finaliser.finish(SESSION)
    assert await place.row() is None
    assert place.shelf.sessions() == []


async def test_a_log_that_does_not_answer_is_asked_again_later(place: Office) -> None:
    await place.call()
    await place.bus.close()
    with pytest.raises(BusError):
        await place.finaliser.finish(SESSION)
    assert await place.row() is None


async def test_what_cannot_be_read_in_the_log_is_left_out(place: Office) -> None:
    await place.call()
    await (await place.bus.log.append(f"natter.v1.s.{SESSION}.evt.odd.one", b"not a message", id="odd"))
    assert await place.finaliser.finish(SESSION)
