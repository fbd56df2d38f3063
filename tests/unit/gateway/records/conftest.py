"""Recordings in a folder, and the same in a bucket."""

from __future__ import annotations

from pathlib import Path

import pytest

from natter_gateway.records.folder import Folder
from natter_gateway.records.shelf import Shelf
from natter_gateway.records.storage import Storage


@pytest.fixture(params=["folder", "bucket"])
def url(request: pytest.FixtureRequest) -> str:
    """What `NATTER_RECORDINGS_URL` says for each kind of storage."""
    return "" if request.param == "folder" else request.getfixturevalue("s3_bucket").url


@pytest.fixture
def storage(url: str, tmp_path: Path) -> Storage:
    """Each kind of storage, empty."""
    if not url:
        return Folder(tmp_path / "recordings")
    from natter_gateway.records.bucket import Address, Bucket

    return Bucket(Address.of(url))


@pytest.fixture
def shelf(storage: Storage) -> Shelf:
    """A shelf on each kind of storage."""
    return Shelf(storage)
