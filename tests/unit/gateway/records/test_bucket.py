"""Recordings in a bucket: where it is, and what happens when it is not."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from natter_gateway.records.storage import Unavailable
from tests.support.nats_server import free_port
from tests.support.s3_server import S3Bucket

bucket = pytest.importorskip("natter_gateway.records.bucket", reason="natter-gateway[s3] is not installed")
Address, Bucket = bucket.Address, bucket.Bucket

Work = Callable[["Bucket"], object]


def drafted(storage: Bucket) -> None:
    with storage.draft("a/one") as path:
        path.write_bytes(b"x")


WORK: dict[str, Work] = {
    "put": lambda storage: storage.put("a/one", b"x"),
    "draft": drafted,
    "get": lambda storage: storage.get("a/one"),
    "part": lambda storage: storage.part("a/one", 0, 1),
    "find": lambda storage: storage.find("a/one"),
    "files": lambda storage: storage.files("a"),
    "clear": lambda storage: storage.clear("a"),
    "folders": lambda storage: storage.folders(),
}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("s3://calls", Address("calls")),
        ("s3://calls/", Address("calls")),
        ("s3://calls/a/b/", Address("calls", "a/b")),
        ("s3://calls?region=eu-west-1", Address("calls", region="eu-west-1")),
        ("s3://calls/a?endpoint=http://minio:9000/&region=x", Address("calls", "a", "http://minio:9000", "x")),
        ("s3://calls?endpoint=https%3A%2F%2Fs3.example.com", Address("calls", endpoint="https://s3.example.com")),
    ],
)
def test_where_it_is(url: str, address: Address) -> None:
    assert Address.of(url) == address


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/var/recordings", "expected s3://bucket/prefix"),
        ("https://calls.s3.amazonaws.com/a", "expected s3://bucket/prefix"),
        ("s3:///prefix", "expected s3://bucket/prefix"),
        ("s3://minio:9000/calls", "expected s3://bucket/prefix"),
        ("s3://calls/a#b", "expected s3://bucket/prefix"),
        ("s3://calls?endpoint", "expected s3://bucket/prefix"),
        ("s3://[calls", "expected s3://bucket/prefix"),
        ("s3://calls?endpont=https://x", "not endpont="),
        ("s3://calls?endpoint=minio:9000", "endpoint=: expected https://host"),
        ("s3://calls?endpoint=https://host/calls", "endpoint=: expected https://host"),
        ("s3://calls?endpoint=https://me:hunter2@host", "endpoint=: expected https://host"),
        ("s3://me:hunter2@calls/a", "credentials in AWS_ACCESS_KEY_ID"),
    ],
)
def test_where_it_cannot_be(url: str, words: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        Address.of(url)
    assert words in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_half_of_the_credentials_are_none(s3_bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(ValueError, match="AccessKeyId"):
        Bucket(Address.of(s3_bucket.url))


def test_everything_lies_below_the_prefix(s3_bucket: S3Bucket) -> None:
    s3_bucket.put("somebody/else", b"x")
    storage = Bucket(Address.of(s3_bucket.url))
    storage.put("a/one", b"1")
    drafted(storage)
    assert s3_bucket.names() == ["calls/a/one", "somebody/else"]
    assert list(storage.folders()) == ["a"]
    storage.clear("a")
    assert s3_bucket.names() == ["somebody/else"]


def test_what_lies_in_no_folder_is_in_none(s3_bucket: S3Bucket) -> None:
    s3_bucket.put("calls/stray", b"x")
    assert Bucket(Address.of(s3_bucket.url)).folders() == {}


def test_the_endpoint_of_the_url_is_asked_whatever_the_environment_says(
    s3_bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    Bucket(Address.of(s3_bucket.url)).put("a/one", b"1")
    assert s3_bucket.names() == ["calls/a/one"]


@pytest.fixture
def silent() -> Iterator[str]:
    """The URL of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("what", WORK)
def test_one_that_does_not_answer_is_not_waited_for(
    what: str, s3_bucket: S3Bucket, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "REQUEST_S", 0.3)
    monkeypatch.setattr(bucket, "RETRYING_S", 0.2)
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        WORK[what](Bucket(Address("calls", endpoint=silent)))
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("what", WORK)
def test_one_that_is_down_is_an_error_of_a_line(
    what: str, s3_bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "RETRIES", 0)
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1") as caught:
        WORK[what](Bucket(Address("calls", endpoint=f"http://127.0.0.1:{free_port()}")))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("what", ["put", "draft", "files", "clear", "folders"])
def test_one_that_nobody_made_is_an_error(what: str, s3_bucket: S3Bucket) -> None:
    with pytest.raises(OSError, match="NoSuchBucket"):
        WORK[what](Bucket(Address("nobody-made-it", endpoint=s3_bucket.server)))


def test_a_draft_that_does_not_get_through_leaves_nothing_here(
    s3_bucket: S3Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "RETRIES", 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(Unavailable):
        drafted(Bucket(Address("calls", endpoint=f"http://127.0.0.1:{free_port()}")))
    assert list(tmp_path.iterdir()) == []
