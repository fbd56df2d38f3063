"""Where the sound of calls lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from natter_gateway.records.shelf import Shelf, write_whole
from natter_gateway.records.tape import Chunk

CHUNK = Chunk(3, bytes(320), bytes(480), 24_000)


def test_a_chunk_is_named_by_who_recorded_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put("sess_1", 17, CHUNK)
    shelf.put("sess_1", 9, CHUNK)
    shelf.put("sess_1", 17, Chunk(4, bytes(2), bytes(2), 24_000))
    names = sorted(path.name for path in (tmp_path / "recordings" / "sess_1").iterdir())
    assert names == [
        "17-3.agent.flac",
        "17-3.user.flac",
        "17-4.agent.flac",
        "17-4.user.flac",
        "9-3.agent.flac",
        "9-3.user.flac",
    ]
    chunks = shelf.chunks("sess_1")
    assert list(chunks) == [3, 4]
    assert [path.name for path in chunks[3]["user"]] == ["9-3.user.flac", "17-3.user.flac"]
    assert (tmp_path / "recordings" / "sess_1").stat().st_mode & 0o077 == 0


def test_chunks_go_and_the_recording_stays_until_all_is_removed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put("sess_1", 1, CHUNK)
    shelf.audio("sess_1").write_bytes(b"OggS")
    (shelf.folder("sess_1") / "audio.1234.part.ogg").write_bytes(b"Ogg")
    shelf.drop_chunks("sess_1")
    assert [path.name for path in shelf.folder("sess_1").iterdir()] == ["audio.ogg"]
    assert shelf.audio("sess_1").read_bytes() == b"OggS"
    assert shelf.sessions() == ["sess_1"]
    shelf.remove("sess_1")
    shelf.remove("sess_1")
    assert shelf.sessions() == []


def test_nothing_is_there_of_what_was_never_recorded(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.sessions() == []
    assert shelf.chunks("sess_1") == {}
    shelf.drop_chunks("sess_1")


@pytest.mark.parametrize("session", ["", "..", "a/b", "../../etc", "a" * 65, "a\0"])
def test_only_a_session_is_a_folder(session: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="session"):
        Shelf(tmp_path).folder(session)


def test_a_file_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"1")
    write_whole(tmp_path / "a", b"2")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    (tmp_path / "dir").mkdir()
    with pytest.raises(OSError):
        write_whole(tmp_path / "dir", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "dir"]


def test_a_disk_that_takes_nothing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("in the way")
    with pytest.raises(OSError):
        Shelf(tmp_path).put("sess_1", 1, CHUNK)
