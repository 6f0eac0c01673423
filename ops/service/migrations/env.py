"""Alembic's environment. It runs only through `ops.service.schema`, which hands over an open connection."""

from alembic import context

from ops.service.schema_tables import is_ours, portable_type, tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables(),
    include_object=is_ours,
    render_item=portable_type,
    compare_type=True,
    compare_server_default=True,
    # SQLite cannot alter a constraint in place: migrations copy the table.
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
