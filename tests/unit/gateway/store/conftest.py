"""Every test of the store runs on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from natter_gateway.store.database import Database
from tests.support.gateway_store import database, fresh


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; empty for SQLite."""
    return "" if request.param == "sqlite" else fresh(request.getfixturevalue("postgres"))


@pytest.fixture
async def store(url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database."""
    async with database(url, tmp_path) as opened:
        yield opened
