"""The database: opened, migrated, asked, and what goes wrong with it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import text

from natter_gateway.store.database import FILE, Database, StoreError, open_database
from natter_runtime.errors import UsageError
from tests.support.gateway_store import database


async def test_what_is_written_is_read_again(store: Database) -> None:
    await store.write(lambda c: c.execute(text("CREATE TABLE t (n INTEGER)")))
    await store.write(lambda c: c.execute(text("INSERT INTO t VALUES (7)")))
    assert await store.read(lambda c: c.execute(text("SELECT n FROM t")).scalar()) == 7


async def test_of_work_that_fails_nothing_remains(store: Database) -> None:
    await store.write(lambda c: c.execute(text("CREATE TABLE t (n INTEGER)")))

    def half(connection: sqlalchemy.Connection) -> None:
        connection.execute(text("INSERT INTO t VALUES (7)"))
        raise KeyError("x")

    with pytest.raises(KeyError):
        await store.write(half)
    assert await store.read(lambda c: c.execute(text("SELECT count(*) FROM t")).scalar()) == 0


async def test_an_error_of_the_database_is_ours_and_shows_no_values(store: Database) -> None:
    with pytest.raises(StoreError) as caught:
        await store.write(lambda c: c.execute(text("INSERT INTO nowhere VALUES (:v)"), {"v": "a secret"}))
    assert "nowhere" in str(caught.value)
    assert "a secret" not in str(caught.value)


async def test_many_write_at_once(store: Database) -> None:
    await store.write(lambda c: c.execute(text("CREATE TABLE t (n INTEGER)")))
    await asyncio.gather(
        *(store.write(lambda c, n=n: c.execute(text("INSERT INTO t VALUES (:n)"), {"n": n})) for n in range(100))  # type: ignore[misc]
    )
    assert await store.read(lambda c: c.execute(text("SELECT count(*) FROM t")).scalar()) == 100


async def test_the_event_loop_is_free_while_the_database_works(tmp_path: Path) -> None:
    slow = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000) SELECT count(*) FROM n"
    async with database("", tmp_path) as store:
        ticks = 0
        work = asyncio.ensure_future(store.read(lambda c: c.execute(text(slow)).scalar()))
        while not work.done():
            await asyncio.sleep(0.005)
            ticks += 1
        assert await work == 2_000_000
        assert ticks > 5


async def test_several_gateways_start_on_one_new_database(url: str, tmp_path: Path) -> None:
    opened = await asyncio.gather(*(open_database(url, tmp_path) for _ in range(4)))
    try:
        for one in opened:
            assert await one.read(lambda c: c.execute(text("SELECT count(*) FROM agents")).scalar()) == 0
    finally:
        for one in opened:
            one.close()


async def test_sqlite_is_a_file_in_wal_mode_that_only_its_owner_reads(tmp_path: Path) -> None:
    async with database("", tmp_path / "new") as store:
        assert (tmp_path / "new" / FILE).is_file()
        assert (tmp_path / "new").stat().st_mode & 0o077 == 0
        for pragma, expected in (("journal_mode", "wal"), ("foreign_keys", 1), ("secure_delete", 1)):
            assert await store.read(lambda c, p=pragma: c.exec_driver_sql(f"PRAGMA {p}").scalar()) == expected  # type: ignore[misc]


async def test_a_sqlite_url_says_where_the_file_is(tmp_path: Path) -> None:
    async with database(f"sqlite:///{tmp_path}/other.db", tmp_path):
        assert (tmp_path / "other.db").is_file()


async def test_what_is_deleted_is_not_in_the_files(tmp_path: Path) -> None:
    async with database("", tmp_path) as store:
        await store.write(lambda c: c.execute(text("CREATE TABLE t (s TEXT)")))
        await store.write(lambda c: c.execute(text("INSERT INTO t VALUES ('said in confidence')")))
        files = [tmp_path / FILE, tmp_path / f"{FILE}-wal"]
        assert any(b"said in confidence" in path.read_bytes() for path in files)
        await store.write(lambda c: c.execute(text("DELETE FROM t")))
        await store.forget()
        assert not any(b"said in confidence" in path.read_bytes() for path in files if path.exists())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://localhost/natter", "expected postgresql:// or sqlite:///, not mysql"),
        ("nonsense", "expected a URL"),
        ("postgresql://nobody:hunter2@127.0.0.1:1/x", "NATTER_DATABASE_URL: "),
        ("sqlite:////nowhere/at/all.db", "NATTER_DATABASE_URL: unable to open"),
    ],
)
async def test_a_database_that_cannot_be_used(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        await open_database(url, tmp_path)
    assert words in str(caught.value)
    assert "hunter2" not in str(caught.value)


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="NATTER_DATA="):
        await open_database("", tmp_path / "file" / "data")


async def test_after_the_end_nothing_is_done(tmp_path: Path) -> None:
    async with database("", tmp_path) as store:
        pass
    with pytest.raises(StoreError, match="overloaded"):
        await store.read(lambda c: None)
