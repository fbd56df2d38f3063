"""Downloads are gone on from where they ended, retried, and refused when they are not what they must be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from natter_cli.download import download
from natter_runtime.errors import EngineError
from tests.support.cli_http import Site, serving

BODY = bytes(range(256)) * 4096
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving({"/file": BODY}) as site:
        yield site


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5, trust_env=False) as client:
        yield client


def test_whole_file(site: Site, http: httpx.Client, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    download(http, f"{site.url}/file", tmp_path / "file", SHA256, lambda have, total: told.append((have, total)))
    assert (tmp_path / "file").read_bytes() == BODY
    assert told[-1] == (len(BODY), len(BODY))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_interrupted_download_goes_on_where_it_ended(site: Site, http: httpx.Client, tmp_path: Path) -> None:
    site.cut = 1
    pauses: list[float] = []
    download(http, f"{site.url}/file", tmp_path / "file", SHA256, lambda have, total: None, pauses.append)
    assert (tmp_path / "file").read_bytes() == BODY
    assert site.asked == [("/file", ""), ("/file", f"bytes={len(BODY) // 2}-")]
    assert pauses == [1.0]


def test_what_an_earlier_run_left_is_used(site: Site, http: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(BODY[:1000])
    download(http, f"{site.url}/file", tmp_path / "file", SHA256, lambda have, total: None)
    assert (tmp_path / "file").read_bytes() == BODY
    assert site.asked == [("/file", "bytes=1000-")]


def test_a_complete_part_needs_no_byte_more(site: Site, http: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(BODY)
    download(http, f"{site.url}/file", tmp_path / "file", SHA256, lambda have, total: None)
    assert (tmp_path / "file").read_bytes() == BODY


def test_a_server_without_ranges_sends_all_of_it(site: Site, http: httpx.Client, tmp_path: Path) -> None:
    site.ranges = False
    (tmp_path / "file.part").write_bytes(BODY[:1000])
    download(http, f"{site.url}/file", tmp_path / "file", SHA256, lambda have, total: None)
    assert (tmp_path / "file").read_bytes() == BODY


def test_a_part_of_another_file_is_thrown_away(site: Site, http: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(b"x" * 1000)
    download(http, f"{site.url}/file", tmp_path / "file", SHA256, lambda have, total: None)
    assert (tmp_path / "file").read_bytes() == BODY
    assert site.asked == [("/file", "bytes=1000-"), ("/file", "")]


def test_wrong_content_is_refused(site: Site, http: httpx.Client, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=rf"sha256 is {SHA256}, expected 00.*refused"):
        download(http, f"{site.url}/file", tmp_path / "file", "00", lambda have, total: None)
    assert list(tmp_path.iterdir()) == []


def test_server_errors_are_waited_out(site: Site, http: httpx.Client, tmp_path: Path) -> None:
    site.errors = 3
    pauses: list[float] = []
    download(http, f"{site.url}/file", tmp_path / "file", SHA256, lambda have, total: None, pauses.append)
    assert pauses == [1.0, 2.0, 4.0]
    assert (tmp_path / "file").read_bytes() == BODY


def test_what_is_not_there_is_not_asked_for_again(site: Site, http: httpx.Client, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="/nothing: HTTP 404"):
        download(http, f"{site.url}/nothing", tmp_path / "file", SHA256, lambda have, total: None)
    assert len(site.asked) == 1


def test_nobody_there(http: httpx.Client, tmp_path: Path) -> None:
    pauses: list[float] = []
    with pytest.raises(EngineError, match="refused"):
        download(http, "http://127.0.0.1:9/file", tmp_path / "file", SHA256, lambda have, total: None, pauses.append)
    assert pauses == [1.0, 2.0, 4.0, 8.0]


def test_a_file_of_this_machine(http: httpx.Client, tmp_path: Path) -> None:
    source = tmp_path / "a file"
    source.write_bytes(BODY)
    download(http, source.as_uri(), tmp_path / "file", SHA256, lambda have, total: None)
    assert (tmp_path / "file").read_bytes() == BODY
