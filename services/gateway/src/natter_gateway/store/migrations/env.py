"""Alembic's entry: runs the migrations on the connection that :mod:`natter_gateway.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from natter_gateway.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
