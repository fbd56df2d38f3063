"""The migrations make exactly the tables that the code expects, and can be run again."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from natter_gateway.store import migrate
from natter_gateway.store.database import Database, open_database
from natter_gateway.store.tables import METADATA


async def test_the_migrated_tables_are_those_of_the_code(store: Database) -> None:
    def differences(connection: sqlalchemy.Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))

    assert await store.read(differences) == []


async def test_a_second_start_changes_nothing(url: str, tmp_path: Path) -> None:
    for _ in range(2):
        opened = await open_database(url, tmp_path)
        assert await opened.read(lambda c: sqlalchemy.inspect(c).has_table("agents"))
        opened.close()


def test_the_migrations_are_one_line() -> None:
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.begin() as connection:
        script = ScriptDirectory.from_config(migrate._config(connection))
    engine.dispose()
    assert len(script.get_heads()) == 1
    assert [revision.revision for revision in script.walk_revisions()] == ["0001"]
