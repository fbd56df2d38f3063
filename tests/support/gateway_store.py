"""A database for a test, on each kind of database."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy

from natter_gateway.store.database import Database, open_database


def fresh(server: str) -> str:
    """Return the URL of a new database on a PostgreSQL server."""
    name = f"t{secrets.token_hex(6)}"
    engine = sqlalchemy.create_engine(
        server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


@asynccontextmanager
async def database(url: str, data: Path) -> AsyncIterator[Database]:
    """Open a database and close it."""
    opened = await open_database(url, data)
    try:
        yield opened
    finally:
        opened.close()
