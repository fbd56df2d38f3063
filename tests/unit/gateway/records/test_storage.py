"""What every storage does, in a folder and in a bucket."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from natter_gateway.records.storage import Storage


def test_what_is_put_is_there(storage: Storage) -> None:
    before = time.time()
    storage.put("a/one", b"12345")
    storage.put("a/one", b"123")
    assert storage.get("a/one") == b"123"
    assert storage.part("a/one", 1, 2) == b"2"
    assert storage.part("a/one", 1, 99) == b"23"
    known = storage.find("a/one")
    assert known is not None
    assert known.size == 3
    assert known.modified == pytest.approx(before, abs=60)
    assert known.path is None or known.path.read_bytes() == b"123"


def test_what_is_not_there(storage: Storage) -> None:
    assert storage.find("a/one") is None
    assert storage.files("a") == []
    assert storage.folders() == {}
    storage.clear("a")
    storage.clear("a", keep="one")
    for read in (lambda: storage.get("a/one"), lambda: storage.part("a/one", 0, 1)):
        with pytest.raises(FileNotFoundError):
            read()


def test_a_folder_is_its_own(storage: Storage) -> None:
    for name in ("a/one", "a/two", "ab/one"):
        storage.put(name, b"x")
    assert sorted(storage.files("a")) == ["one", "two"]
    assert sorted(storage.folders()) == ["a", "ab"]
    storage.clear("a", keep="two")
    assert storage.files("a") == ["two"]
    storage.clear("a")
    assert sorted(storage.folders()) == ["ab"]


def test_a_folder_tells_when_something_came_last(storage: Storage) -> None:
    before = time.time() - 2  # a bucket counts in whole seconds
    storage.put("a/one", b"x")
    first = storage.folders()["a"]
    assert before <= first <= time.time() + 2
    time.sleep(1.1)
    storage.put("a/two", b"x")
    assert storage.folders()["a"] > first


def test_a_draft_is_seen_when_it_is_done(storage: Storage) -> None:
    data = os.urandom(11 * 1024 * 1024)  # it goes up in three parts
    with storage.draft("a/sound.ogg") as path:
        path.write_bytes(data)
        assert storage.find("a/sound.ogg") is None
    assert storage.get("a/sound.ogg") == data
    assert storage.files("a") == ["sound.ogg"]
    assert not path.exists()


def test_of_a_draft_that_fails_nothing_remains(storage: Storage) -> None:
    left: list[Path] = []

    def fail() -> None:
        with storage.draft("a/sound.ogg") as path:
            left.append(path)
            path.write_bytes(b"x")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert storage.files("a") == []
    assert not left[0].exists()


def test_more_than_one_answer_holds(storage: Storage) -> None:
    """The server of the tests lists ten at a time; others a thousand."""
    names = {str(number) for number in range(25)}
    for name in names:
        storage.put(f"a/{name}", b"")
        storage.put(f"{name}/a", b"")
    assert set(storage.files("a")) == names
    assert set(storage.folders()) == {"a", *names}
    storage.clear("a", keep="7")
    assert storage.files("a") == ["7"]
