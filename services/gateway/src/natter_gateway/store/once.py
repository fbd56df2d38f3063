"""Inserting what may be there already: both databases can, each with a statement of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless one with the same key exists; return whether it was inserted."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    inserted = make(table).values(values).on_conflict_do_nothing().returning(table.c.id)
    return connection.execute(inserted).first() is not None
