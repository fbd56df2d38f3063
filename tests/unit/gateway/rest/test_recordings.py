"""Recordings, fetched over REST from a folder and from a bucket."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from fastapi import HTTPException

from natter_gateway.rest import recordings
from natter_gateway.rest.recordings import part_of
from tests.support.gateway_rest import Desk, desk, wrong
from tests.support.nats_server import free_port
from tests.support.s3_server import S3Bucket
from tests.unit.gateway.rest.test_sessions import HEADERS, check_recording, conversation, link


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", None),
        ("bytes=0-3", range(4)),
        ("bytes=0-0", range(1)),
        ("bytes=4-", range(4, 10)),
        ("bytes=4-99", range(4, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-99", range(10)),
        ("bytes=-", None),
        ("bytes=5-3", None),
        ("bytes=0-1,4-5", None),
        ("samples=0-1", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_what_a_range_asks_for(header: str, part: range | None) -> None:
    assert part_of(header, 10) == part


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_range_of_which_nothing_is_there(header: str) -> None:
    with pytest.raises(HTTPException) as caught:
        part_of(header, 10)
    assert caught.value.status_code == 416
    assert caught.value.headers == {"content-range": "bytes */10"}


async def test_a_recorded_call_and_what_remains_of_it_in_a_bucket(s3_bucket: S3Bucket, tmp_path: Path) -> None:
    async with desk(recordings_url=s3_bucket.url) as at:
        id = await conversation(at)
        session = await at.complete(id)
        assert s3_bucket.names() == [f"calls/{id}/audio.ogg"]
        assert not (at.place.data / "recordings").exists()
        (turn,) = (await at.anna.get(link(session, "timeline"))).json()["turns"]
        await check_recording(at, session, turn, tmp_path)
        assert (await at.anna.delete(f"/v1/sessions/{id}", headers=HEADERS)).status_code == 204
        assert s3_bucket.names() == []
        assert wrong(await at.anna.get(link(session, "audio")), 404) == ["session_not_found"]


async def fetched(at: Desk, session: str, **headers: str) -> httpx.Response:
    return await at.anna.get(f"/v1/sessions/{session}/artifacts/audio", headers=headers)


def plain(answer: httpx.Response) -> dict[str, str]:
    """Return the headers that do not differ from one recording to the next."""
    told = dict(answer.headers)
    for name in ("date", "x-request-id", "etag", "last-modified", "content-length", "content-range"):
        told.pop(name, None)
    return told


async def test_a_bucket_is_not_told_from_a_folder(s3_bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same object, kept in both: whatever is asked, the answers are the same."""
    monkeypatch.setattr(recordings, "PIECE", 1000)
    data = bytes(range(256)) * 10
    asked = [
        {},
        {"range": "bytes=0-3"},
        {"range": "bytes=10-2500"},
        {"range": "bytes=-5"},
        {"range": "bytes=2000-"},
        {"range": "bytes=9-", "if-range": '"another"'},
    ]
    answers = []
    for url in ("", s3_bucket.url):
        async with desk(recordings_url=url) as at:
            name = await conversation(at)
            await at.complete(name)
            if url:
                s3_bucket.put(f"calls/{name}/audio.ogg", data)
            else:
                (at.place.data / "recordings" / name / "audio.ogg").write_bytes(data)
            got = [await fetched(at, name, **headers) for headers in asked]
            got += [
                await fetched(at, name, range="bytes=0-3", **{"if-range": got[0].headers[validator]})
                for validator in ("etag", "last-modified")
            ]
            beyond = await fetched(at, name, range="bytes=9999-")
            assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */2560")
            answers.append(
                [
                    (
                        answer.status_code,
                        answer.content,
                        answer.headers.get("content-length"),
                        answer.headers.get("content-range"),
                        {key: value.replace(name, "sess") for key, value in plain(answer).items()},
                    )
                    for answer in got
                ]
            )
    assert answers[0] == answers[1]
    assert answers[0][0][1] == data


async def test_a_recording_that_is_not_in_the_bucket(s3_bucket: S3Bucket) -> None:
    async with desk(recordings_url=s3_bucket.url) as at:
        id = await conversation(at)
        await at.complete(id)
        s3_bucket.delete(f"calls/{id}/audio.ogg")
        assert wrong(await fetched(at, id), 404) == ["artifact_not_found"]


async def test_a_bucket_that_is_down_is_asked_again_later(s3_bucket: S3Bucket, tmp_path: Path) -> None:
    async with desk(recordings_url=s3_bucket.url, data=tmp_path) as at:
        id = await conversation(at)
        await at.complete(id)
    down = f"s3://calls?endpoint=http://127.0.0.1:{free_port()}"
    async with desk(recordings_url=down, data=tmp_path) as at:
        assert wrong(await fetched(at, id), 503) == ["unavailable"]
        assert wrong(await at.anna.delete(f"/v1/sessions/{id}"), 503) == ["unavailable"]
        other = await conversation(at)  # calls go on
        assert (await at.anna.get(f"/v1/sessions/{other}")).status_code == 200
    async with desk(recordings_url=s3_bucket.url, data=tmp_path) as at:
        assert (await fetched(at, id)).content.startswith(b"OggS")
