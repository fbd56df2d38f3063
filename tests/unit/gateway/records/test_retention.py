"""Deleting."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from natter_gateway.records.retention import DAY_S, ORPHAN_S
from natter_gateway.records.shelf import Shelf
from natter_gateway.store import sessions
from natter_gateway.store.database import FILE
from natter_protocol import subjects
from natter_protocol.base import Lane
from tests.support.gateway_records import SESSION, Office, office
from tests.support.s3_server import S3Bucket
from tests.unit.gateway.records.test_finaliser import record


async def finished(place: Office, session: str = SESSION) -> None:
    await place.call(session)
    record(place, session)
    assert await place.finaliser.finish(session)


def contents(tmp: Path) -> list[bytes]:
    """Return what is in the files of the database."""
    return [path.read_bytes() for path in tmp.glob(f"{FILE}*")]


async def facts(place: Office, session: str = SESSION) -> int:
    return len(await place.bus.log.read(subjects.lane(session, Lane.EVT)))


async def test_deleted_is_deleted(url: str, tmp_path: Path) -> None:
    async with office(tmp_path, url=url) as place:
        await place.subscribe("session.completed")
        await finished(place)
        await finished(place, "sess_2")
        await place.retention.delete(SESSION)
        assert await place.row() is None
        assert place.shelf.sessions() == ["sess_2"]
        assert await facts(place) == 0
        assert [delivery.session_id for delivery in await place.told()] == ["sess_2"]
        assert await place.row("sess_2") is not None
        assert await facts(place, "sess_2") > 0
        assert not any(SESSION.encode() + b'"' in data for data in contents(tmp_path))
        await place.retention.delete(SESSION)  # again is no error


async def test_what_could_not_be_deleted_can_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with office(tmp_path) as place:
        await finished(place)
        with monkeypatch.context() as patch:
            patch.setattr(Shelf, "remove", lambda self, session: (_ for _ in ()).throw(OSError("busy")))
            with pytest.raises(OSError, match="busy"):
                await place.retention.delete(SESSION)
        assert await place.row() is not None
        await place.retention.delete(SESSION)
        assert await place.row() is None


async def test_sound_goes_before_records(url: str, tmp_path: Path) -> None:
    async with office(tmp_path, days=(30, 7), url=url) as place:
        await finished(place)
        await place.retention.sweep()
        assert place.shelf.sessions() == [SESSION]
        place.clock.advance(8 * DAY_S)
        await place.retention.sweep()
        row = await place.row()
        assert row is not None
        assert row.recording is None
        assert place.shelf.sessions() == []
        place.clock.advance(30 * DAY_S)
        await place.retention.sweep()
        assert await place.row() is None


async def test_nothing_is_too_old_where_nobody_says_so(tmp_path: Path) -> None:
    async with office(tmp_path) as place:
        await finished(place)
        place.clock.advance(10_000 * DAY_S)
        await place.retention.sweep()
        assert await place.row() is not None
        assert place.shelf.sessions() == [SESSION]


async def test_sound_without_a_record_goes_after_a_while(tmp_path: Path) -> None:
    async with office(tmp_path) as place:
        record(place, "sess_orphan")
        record(place, SESSION)
        await place.database.write(lambda c: sessions.add(c, place.opening()))
        old = place.clock.wall() - ORPHAN_S - 1
        for session in ("sess_orphan", SESSION):
            os.utime(tmp_path / "recordings" / session, (old, old))
        record(place, "sess_new_orphan")
        await place.retention.sweep()
        assert place.shelf.sessions() == [SESSION, "sess_new_orphan"]


async def test_sound_without_a_record_goes_from_a_bucket_too(s3_bucket: S3Bucket, tmp_path: Path) -> None:
    async with office(tmp_path, url=s3_bucket.url) as place:
        record(place, "sess_orphan")
        record(place, SESSION)
        await place.database.write(lambda c: sessions.add(c, place.opening()))
        s3_bucket.put("calls/holidays/audio.ogg", b"somebody else's")
        place.clock.advance(time.time() + ORPHAN_S - 60 - place.clock.wall())
        await place.retention.sweep()
        assert place.shelf.sessions() == [SESSION, "sess_orphan"]
        place.clock.advance(120)
        await place.retention.sweep()
        assert place.shelf.sessions() == [SESSION]
        assert "calls/holidays/audio.ogg" in s3_bucket.names()


async def test_old_deliveries_go(tmp_path: Path) -> None:
    async with office(tmp_path) as place:
        await place.subscribe("session.completed")
        await finished(place)
        place.clock.advance(31 * DAY_S)
        await place.retention.sweep()
        assert await place.told() == []
