"""Bringing the tables up to date: Alembic, run by the gateway itself when it starts.

Several gateways may start at once. The whole of a migration is one transaction under a lock of the database, so
one of them does the work and the others find it done.
"""

from __future__ import annotations

from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

_LOCK: Final = 7_304_921
"""An advisory lock of PostgreSQL that only Natter's migrations use."""


def upgrade(engine: Engine) -> None:
    """Create or change the tables as far as that is needed. Blocking.

    Raises:
        SQLAlchemyError: the database cannot be reached or written.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "natter_gateway.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
