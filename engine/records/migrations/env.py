"""Alembic's entry point: migrates over the connection handed in by ``engine.records.database``, in its transaction."""

from __future__ import annotations

from alembic import context

from engine.records.schema import metadata

# transactional_ddl: SQLite can roll back tables as well as rows; Alembic does not assume it by itself
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
