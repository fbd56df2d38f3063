"""Lists in pages: newest first, each page going on where a cursor says. Pure but for the question asked."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Row, Select, Table, and_, or_

T = TypeVar("T")


class BadCursor(Exception):
    """A cursor that no list gave out."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. ``next_cursor`` is empty on the last one."""

    items: tuple[T, ...]
    next_cursor: str = ""


def fetch(
    connection: Connection, query: Select[Any], table: Table, limit: int, cursor: str, made: Callable[[Row[Any]], T]
) -> Page[T]:
    """Return the page of ``query`` over ``table`` that begins after ``cursor`` (empty: the first).

    Raises:
        BadCursor: the cursor is none of ours.
    """
    created, id = table.c.created_at, table.c.id
    if cursor:
        at, last = decode(cursor)
        query = query.where(or_(created < at, and_(created == at, id < last)))
    rows = connection.execute(query.order_by(created.desc(), id.desc()).limit(limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(tuple(made(row) for row in rows), encode(rows[-1].created_at, rows[-1].id) if more else "")


def encode(created_at: float, id: str) -> str:
    """Return the cursor that stands after one row."""
    return base64.urlsafe_b64encode(f"{created_at!r} {id}".encode()).decode("ascii").rstrip("=")


def decode(cursor: str) -> tuple[float, str]:
    """Return the row that ``cursor`` stands after.

    Raises:
        BadCursor: it is none of ours.
    """
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()
        at, _, id = text.partition(" ")
        if not id or "\0" in id:
            raise ValueError(text)
        return float(at), id
    except (ValueError, binascii.Error):
        raise BadCursor from None
