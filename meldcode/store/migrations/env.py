"""Run by Alembic. The connection comes from `meldcode.store.migrate` and is already in a transaction:
all of an upgrade happens, or nothing of it."""

from __future__ import annotations

from alembic import context

from meldcode.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=True,  # SQLite cannot alter a table in place
)
context.run_migrations()
