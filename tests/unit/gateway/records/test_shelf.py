"""Where the sound of calls lies, in a folder and in a bucket."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from natter_gateway.records.folder import Folder
from natter_gateway.records.shelf import Shelf, open_shelf
from natter_gateway.records.storage import Storage
from natter_gateway.records.tape import Chunk
from natter_runtime.errors import UsageError
from tests.support.s3_server import S3Bucket

CHUNK = Chunk(3, bytes(320), bytes(480), 24_000)


def test_a_chunk_is_named_by_who_recorded_it(shelf: Shelf, storage: Storage) -> None:
    shelf.put("sess_1", 17, CHUNK)
    shelf.put("sess_1", 9, CHUNK)
    shelf.put("sess_1", 17, Chunk(4, bytes(2), bytes(2), 24_000))
    assert sorted(storage.files("sess_1")) == [
        "17-3.agent.flac",
        "17-3.user.flac",
        "17-4.agent.flac",
        "17-4.user.flac",
        "9-3.agent.flac",
        "9-3.user.flac",
    ]
    chunks = shelf.chunks("sess_1")
    assert list(chunks) == [3, 4]
    assert chunks[3]["user"] == ["9-3.user.flac", "17-3.user.flac"]
    samples, rate = shelf.chunk("sess_1", "17-3.agent.flac")
    assert (len(samples), rate) == (240, 24_000)


def test_chunks_go_and_the_recording_stays_until_all_is_removed(shelf: Shelf, storage: Storage) -> None:
    shelf.put("sess_1", 1, CHUNK)
    with shelf.draft("sess_1") as path:
        path.write_bytes(b"OggS")
    storage.put("sess_1/audio.1234.part.ogg", b"Ogg")
    shelf.drop_chunks("sess_1")
    assert storage.files("sess_1") == ["audio.ogg"]
    known = shelf.recording("sess_1")
    assert known is not None
    assert shelf.read("sess_1", 0, known.size) == b"OggS"
    assert shelf.sessions() == ["sess_1"]
    shelf.remove("sess_1")
    shelf.remove("sess_1")
    assert shelf.sessions() == []
    assert shelf.recording("sess_1") is None


def test_nothing_is_there_of_what_was_never_recorded(shelf: Shelf) -> None:
    assert shelf.sessions() == []
    assert shelf.chunks("sess_1") == {}
    shelf.drop_chunks("sess_1")


def test_what_was_not_touched_for_a_while(shelf: Shelf) -> None:
    shelf.put("sess_2", 1, CHUNK)
    shelf.put("sess_1", 1, CHUNK)
    now = time.time()
    assert shelf.untouched_since(now - 60) == []
    assert shelf.untouched_since(now + 60) == ["sess_1", "sess_2"]


def test_folders_of_others_are_not_looked_at(shelf: Shelf, storage: Storage) -> None:
    storage.put("holidays/audio.ogg", b"x")
    assert shelf.sessions() == []
    assert shelf.untouched_since(time.time() + 60) == []


@pytest.mark.parametrize("session", ["", "..", "a/b", "../../etc", "a" * 65, "a\0"])
def test_only_a_session_is_a_folder(session: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="session"):
        Shelf(Folder(tmp_path)).remove(session)


def test_a_disk_that_takes_nothing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("in the way")
    with pytest.raises(OSError):
        open_shelf("", tmp_path).put("sess_1", 1, CHUNK)


def test_without_a_url_it_is_a_folder_of_the_data(tmp_path: Path) -> None:
    open_shelf("", tmp_path).put("sess_1", 1, CHUNK)
    assert len(list((tmp_path / "recordings" / "sess_1").iterdir())) == 2


def test_with_a_url_it_is_a_bucket(s3_bucket: S3Bucket, tmp_path: Path) -> None:
    open_shelf(s3_bucket.url, tmp_path).put("sess_1", 1, CHUNK)
    assert s3_bucket.names() == ["calls/sess_1/1-3.agent.flac", "calls/sess_1/1-3.user.flac"]
    assert list(tmp_path.iterdir()) == []


def test_a_url_that_is_none(tmp_path: Path) -> None:
    pytest.importorskip("obstore", reason="natter-gateway[s3] is not installed")
    with pytest.raises(UsageError, match=r"NATTER_RECORDINGS_URL: expected s3://bucket/prefix"):
        open_shelf("ftp://somewhere", tmp_path)


def test_a_bucket_needs_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "natter_gateway.records.bucket", None)
    with pytest.raises(UsageError, match=r"NATTER_RECORDINGS_URL needs obstore: install natter-gateway\[s3\]"):
        open_shelf("s3://calls", tmp_path)
