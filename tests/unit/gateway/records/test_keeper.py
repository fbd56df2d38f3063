"""From calls to records, whatever fails on the way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from natter_gateway.records import keeper as module
from natter_gateway.records.axis import Axis
from natter_gateway.records.finaliser import QUIET_S
from natter_gateway.records.recorder import NoRecorder, TapeRecorder
from natter_gateway.records.shelf import Shelf
from natter_gateway.records.tape import Chunk
from natter_gateway.store import sessions
from natter_protocol.audio import AudioFrame
from natter_protocol.settings import SessionSettings
from natter_runtime.state import SessionState
from natter_runtime.tasks import stop
from tests.support.gateway_records import SESSION, Office, office
from tests.support.nats_server import free_port
from tests.support.s3_server import S3Bucket
from tests.unit.gateway.records.test_tape import tone


@asynccontextmanager
async def running(tmp: Path, url: str = "") -> AsyncIterator[Office]:
    """A keeper at work."""
    async with office(tmp, url=url) as place, asyncio.TaskGroup() as group:
        task = group.create_task(place.keeper.run())
        try:
            yield place
        finally:
            await stop(task)


def speak(place: Office, seconds: int, session: str = SESSION) -> None:
    """Record a call of so many seconds, all at once."""
    axis = Axis(place.clock.monotonic())
    recorder = place.keeper.recorder(session, 7, axis, SessionSettings())
    for number in range(seconds * 50):
        frame = AudioFrame(tone(320, 1000), number * 320)
        axis.hear(frame.first_sample, frame.next_sample, place.clock.monotonic())
        recorder.user(frame)
    recorder.close()


async def test_a_call_from_its_opening_to_its_record(url: str, tmp_path: Path) -> None:
    async with running(tmp_path, url) as place:
        await place.subscribe("session.started", "session.completed")
        place.keeper.opened(place.opening())
        await place.keeper.drain()
        row = await place.row()
        assert row is not None
        assert row.status == "active"
        assert [delivery.event for delivery in await place.told()] == ["session.started"]
        await place.call()
        speak(place, 12)
        place.keeper.closed(SESSION)
        await place.keeper.drain()
        row = await place.row()
        assert row is not None
        assert row.status == "completed"
        assert row.recording is not None
        assert row.recording["uploaded_chunks"] == 2
        assert len(await place.told()) == 2


async def test_who_is_recorded(tmp_path: Path) -> None:
    async with office(tmp_path) as place:
        axis = Axis(0.0)
        for record, kind in ((None, TapeRecorder), (True, TapeRecorder), (False, NoRecorder)):
            assert type(place.keeper.recorder("s", 1, axis, SessionSettings(record=record))) is kind
        place.keeper._recording = False
        for record, kind in ((None, NoRecorder), (True, TapeRecorder), (False, NoRecorder)):
            assert type(place.keeper.recorder("s", 1, axis, SessionSettings(record=record))) is kind


async def test_a_disk_that_fails_costs_sound_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("in the way")
    async with running(tmp_path) as place:
        await place.call()
        speak(place, 25)
        place.keeper.closed(SESSION)
        await place.keeper.drain()
        assert place.metrics.dropped("records.chunk") == 3
        row = await place.row()
        assert row is not None
        assert (row.status, row.recording) == ("completed", None)


async def test_a_bucket_that_is_down_costs_sound_and_nothing_else(s3_bucket: S3Bucket, tmp_path: Path) -> None:
    url = f"s3://calls?endpoint=http://127.0.0.1:{free_port()}"
    async with running(tmp_path, url) as place:
        await place.call()
        speak(place, 25)
        place.keeper.closed(SESSION)
        await place.keeper.drain()
        assert place.metrics.dropped("records.chunk") == 3
        row = await place.row()
        assert row is not None
        assert (row.status, row.finalised_at) == ("completed", None)  # its sound is asked for again later


async def test_a_disk_that_hangs_costs_sound_and_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHUNKS", 4)
    async with office(tmp_path) as place:  # nothing takes what is put into the queue
        speak(place, 100)
        assert place.metrics.dropped("records.sound") == 6
        assert len(place.keeper._sound) == 4


async def test_a_database_that_fails_at_the_opening_does_not_lose_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as place:
        with monkeypatch.context() as patch:
            patch.setattr(sessions, "add", lambda connection, row: connection.exec_driver_sql("nonsense"))
            place.keeper.opened(place.opening())
            async with asyncio.timeout(5):
                while not place.metrics.dropped("records.opened"):
                    place.clock.advance(module.RETRY_S)
                    await asyncio.sleep(0.01)
        assert await place.row() is None
        await place.call()
        place.keeper.closed(SESSION)
        await place.keeper.drain()
        row = await place.row()
        assert row is not None
        assert row.status == "completed"


async def test_a_defect_is_logged_and_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path) as place:
        await place.call()
        await place.call("sess_2")
        with monkeypatch.context() as patch:
            patch.setattr(Shelf, "chunks", lambda self, session: {}[session])
            place.keeper.closed(SESSION)
            await place.keeper.drain()
        assert "records.finish failed" in caplog.text
        place.keeper.closed("sess_2")
        await place.keeper.drain()
        row = await place.row("sess_2")
        assert row is not None
        assert row.finalised_at is not None


async def test_the_sweep_completes_what_a_gateway_left_behind(tmp_path: Path) -> None:
    async with office(tmp_path) as place:
        for session, gateway in (("mine", "g-0"), ("live", "g-1"), ("theirs", "g-2")):
            await place.call(session, closed=False, gateway=gateway)
            await place.database.write(
                lambda c, s=session, g=gateway: sessions.add(c, place.opening(s, instance=g))  # type: ignore[misc]
            )
        place.serving |= {("g-1", "live"), ("g-2", "theirs")}
        place.clock.advance(QUIET_S + 1)
        await place.keeper.sweep()
        rows = {session: await place.row(session) for session in ("mine", "live", "theirs")}
        assert {session: row.status for session, row in rows.items() if row} == {
            "mine": "failed",
            "live": "active",
            "theirs": "active",
        }


async def test_the_sweep_leaves_alone_what_this_gateway_is_about_to_complete(tmp_path: Path) -> None:
    async with office(tmp_path) as place:
        await place.call()
        await place.database.write(lambda c: sessions.add(c, place.opening()))
        place.keeper.call(SessionState(opened=True, owner="anna"), SESSION, 7, lambda message: None)
        await place.keeper.sweep()
        row = await place.row()
        assert row is not None
        assert row.status == "active"


async def test_the_last_chunk_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put = Shelf.put

    def slow(self: Shelf, session: str, claim: int, chunk: Chunk) -> None:
        time.sleep(0.2)
        put(self, session, claim, chunk)

    monkeypatch.setattr(Shelf, "put", slow)
    async with running(tmp_path) as place:
        await place.call()
        speak(place, 25)
        place.keeper.closed(SESSION)
        await place.keeper.drain()
        row = await place.row()
        assert row is not None
        assert row.recording is not None
        assert (row.recording["uploaded_chunks"], row.recording["dropped_chunks"]) == (3, 0)
        assert place.shelf.chunks(SESSION) == {}


async def test_a_sweep_without_a_database_comes_to_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as place:
        place.database.close()
        await place.keeper.sweep()


async def test_the_sweep_and_the_deleting_come_by_themselves(tmp_path: Path) -> None:
    async with running(tmp_path) as place:
        await place.call(closed=False)
        await place.database.write(lambda c: sessions.add(c, place.opening()))
        place.clock.advance(QUIET_S)
        async with asyncio.timeout(5):
            while (row := await place.row()) is None or row.finalised_at is None:
                place.clock.advance(module.SWEEP_S)
                await asyncio.sleep(0.02)


async def test_draining_an_idle_keeper_takes_no_time(tmp_path: Path) -> None:
    async with office(tmp_path) as place, asyncio.timeout(1):
        await place.keeper.drain()
