"""Recordings in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from natter_gateway.records.folder import Folder


def test_a_file_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.put("a/one", b"1")
    folder.put("a/one", b"2")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["one"]
    (tmp_path / "a" / "dir").mkdir()
    with pytest.raises(OSError):
        folder.put("a/dir", b"x")
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["dir", "one"]


def test_only_its_owner_can_look_into_it(tmp_path: Path) -> None:
    Folder(tmp_path / "recordings").put("a/one", b"1")
    assert (tmp_path / "recordings" / "a").stat().st_mode & 0o077 == 0


def test_what_is_no_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "a" / "one").mkdir(parents=True)
    assert Folder(tmp_path).find("a/one") is None
