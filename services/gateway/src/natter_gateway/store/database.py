"""The connection to the database: opened, migrated and asked off the event loop.

One file of SQLite in WAL mode serves all gateways of one machine; PostgreSQL serves any number. Every piece of
work is one transaction on a thread of a small pool, with a deadline; what waits beyond the pool's queue is
refused at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from natter_gateway.store import migrate
from natter_runtime.errors import NatterError, UsageError
from natter_runtime.executor import ModelExecutor, Skipped

T = TypeVar("T")

THREADS: Final = 4
MAX_WAITING: Final = 512
DEADLINE_S: Final = 10.0
"""So long one piece of work may take, waiting included."""
BUSY_MS: Final = 8000
"""So long SQLite waits for another process to finish writing; PostgreSQL gives up a statement after the same."""
FILE: Final = "natter.db"


class StoreError(NatterError):
    """The database failed, or gave no answer in time. What was asked may be asked again."""


class Database:
    """See the module. Made by :func:`open_database`."""

    def __init__(self, engine: Engine, executor: ModelExecutor) -> None:
        self._engine = engine
        self.executor = executor
        """Its threads."""

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    async def migrate(self) -> None:
        """Bring the tables up to date."""
        await self.executor.run(lambda: migrate.upgrade(self._engine))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction that changes nothing, and return its result.

        Raises:
            StoreError: it could not be run.
        """
        return await self._run(self._engine.execution_options(natter_reads=True), work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction; if it raises, nothing of it remains.

        Raises:
            StoreError: it could not be run.
        """
        return await self._run(self._engine, work)

    async def forget(self) -> None:
        """Let nothing of what was deleted remain in the files; PostgreSQL's own vacuum does that there."""
        if self.kind == "sqlite":
            await self._run(
                self._engine.execution_options(isolation_level="AUTOCOMMIT"),
                lambda connection: connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall(),
            )

    async def _run(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        def transaction() -> T:
            with engine.begin() as connection:
                return work(connection)

        try:
            async with asyncio.timeout(DEADLINE_S):
                return await self.executor.run(transaction)
        except TimeoutError:
            raise StoreError(f"the database gave no answer within {DEADLINE_S:g} s") from None
        except Skipped as error:
            raise StoreError(f"the database is overloaded: {error}") from None
        except SQLAlchemyError as error:
            raise StoreError(_without_values(error)) from error

    def close(self) -> None:
        """Let go of all connections."""
        self.executor.close()
        self._engine.dispose()


async def open_database(url: str, data: Path) -> Database:
    """Connect and bring the tables up to date.

    Args:
        url: ``postgresql://user:password@host/name``, or empty for SQLite.
        data: where SQLite's file lies; made if it is missing.

    Raises:
        UsageError: the URL is wrong, or the database cannot be reached or written; the message names the setting.
    """
    engine = _engine(url, data)
    database = Database(engine, ModelExecutor("store", THREADS, MAX_WAITING))
    ready = False
    try:
        await database.migrate()
        ready = True
    except (SQLAlchemyError, OSError) as error:
        raise UsageError(f"{_setting(url, data)}: {_without_values(error)}") from error
    finally:
        if not ready:
            database.close()
    return database


def _engine(url: str, data: Path) -> Engine:
    if not url:
        try:
            data.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise UsageError(f"NATTER_DATA={data}: {error.strerror or error}") from error
        return _sqlite(URL.create("sqlite", database=str(data / FILE)))
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageError("NATTER_DATABASE_URL: expected a URL such as postgresql://user:password@host/name") from None
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return _sqlite(parsed)
    if parsed.drivername not in ("postgresql", "postgres"):
        raise UsageError(f"NATTER_DATABASE_URL: expected postgresql:// or sqlite:///, not {parsed.drivername}://")
    return _postgresql(parsed.set(drivername="postgresql+psycopg"))


def _postgresql(url: URL) -> Engine:
    options = f"-c statement_timeout={BUSY_MS} -c lock_timeout={BUSY_MS}"
    try:
        return sqlalchemy.create_engine(
            url,
            pool_size=THREADS,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"options": options, "connect_timeout": 5, "application_name": "natter"},
        )
    except ImportError as error:
        raise UsageError("NATTER_DATABASE_URL needs psycopg: install natter-gateway[postgres]") from error


def _sqlite(url: URL) -> Engine:
    engine = sqlalchemy.create_engine(url, pool_size=THREADS, max_overflow=0, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Leave transactions to us (the driver would begin them late), and delete for good what is deleted."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Who writes takes the lock first: a transaction that turns from reading to writing can fail at once."""
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN" if options.get("natter_reads") else "BEGIN IMMEDIATE")


def _setting(url: str, data: Path) -> str:
    return "NATTER_DATABASE_URL" if url else f"NATTER_DATA={data}"


def _without_values(error: Exception) -> str:
    """Return the first line of an error: what follows may show the statement, never needed by a reader."""
    original = getattr(error, "orig", None) or error
    return (str(original).strip().splitlines() or [type(error).__name__])[0][:300]


__all__ = ["Connection", "Database", "StoreError", "open_database"]
