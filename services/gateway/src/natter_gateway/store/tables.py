"""The tables. A change here needs a migration in :mod:`.migrations`; a test holds the two against each other.

Times are wall clock, seconds since the epoch. ``owner`` is the fingerprint of an API key; every question of a
user names it. JSON columns hold documents that are read and written whole.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, Boolean, Column, Double, ForeignKey, Index, Integer, MetaData, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Document: Final = JSON(none_as_null=True)

AGENTS: Final = Table(
    "agents",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("document", _Document, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Index(None, "owner", "created_at", "id"),
)
"""Stored agents; secrets in the document are sealed."""

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("agent_id", String(64), nullable=False, server_default=""),
    Column("dialect", String(64), nullable=False),
    Column("instance", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("close_reason", String(32)),
    Column("detail", Text, nullable=False, server_default=""),
    Column("created_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("duration_s", Double),
    Column("settings", _Document),
    Column("usage", _Document),
    Column("cost", _Document),
    Column("timeline", _Document),
    Column("recording", _Document),
    Column("finalised_at", Double),
    Column("leased_until", Double, nullable=False, server_default="0"),
    Index(None, "owner", "created_at", "id"),
    Index(None, "finalised_at", "created_at"),
)
"""Records of calls: written when a call opens and when it ends. ``finalised_at`` is empty until all of it is there."""

SUBSCRIPTIONS: Final = Table(
    "webhook_subscriptions",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("events", _Document, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("secret_version", Integer, nullable=False),
    Column("agent_id", String(64), nullable=False, server_default=""),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Index(None, "owner", "created_at", "id"),
)
"""Who is to be told of what."""

DELIVERIES: Final = Table(
    "webhook_deliveries",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("subscription_id", String(64), ForeignKey("webhook_subscriptions.id", ondelete="CASCADE"), nullable=False),
    Column("session_id", String(64), nullable=False),
    Column("event", String(64), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempt_count", Integer, nullable=False, server_default="0"),
    Column("http_status_code", Integer),
    Column("error", Text),
    Column("created_at", Double, nullable=False),
    Column("delivered_at", Double),
    Column("next_retry_at", Double),
    Column("leased_until", Double, nullable=False, server_default="0"),
    Unique("subscription_id", "session_id", "event"),
    Index(None, "subscription_id", "created_at", "id"),
    Index(None, "status", "next_retry_at"),
    Index(None, "session_id"),
)
"""One event for one subscription: written with what it tells of, in one transaction, and sent afterwards."""
