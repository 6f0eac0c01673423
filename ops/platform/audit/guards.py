"""Triggers that make the database itself refuse to change history: defence in depth, not the guarantee.

They stop mistakes and ordinary roles: an UPDATE or DELETE of an entry or a head, and an entry that does not continue
the one before it. Whoever owns the tables can drop them; that is why the heads are signed.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, MetaData, event, text
from sqlmodel import SQLModel

from ops.platform.audit.models import AuditEntryRow, AuditHeadRow

_TABLES = (AuditEntryRow.__tablename__, AuditHeadRow.__tablename__)

_SQLITE = (
    *(
        f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in _TABLES
        for action in ("UPDATE", "DELETE")
    ),
    """
    CREATE TRIGGER audit_entry_continues BEFORE INSERT ON audit_entry
    WHEN NEW.sequence > 0 AND NOT EXISTS (
        SELECT 1 FROM audit_entry WHERE log_id = NEW.log_id AND sequence = NEW.sequence - 1
        AND entry_hash = NEW.previous_hash)
    BEGIN SELECT RAISE(ABORT, 'audit_entry does not continue the chain'); END
    """,
)

_POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    *(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()"
        for table in _TABLES
    ),
    """
    CREATE OR REPLACE FUNCTION audit_entry_continues() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.sequence > 0 AND NOT EXISTS (
            SELECT 1 FROM audit_entry WHERE log_id = NEW.log_id AND sequence = NEW.sequence - 1
            AND entry_hash = NEW.previous_hash) THEN
            RAISE EXCEPTION 'audit_entry does not continue the chain'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER audit_entry_continues BEFORE INSERT ON audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION audit_entry_continues()",
)

_DROP_SQLITE = (
    *(f"DROP TRIGGER IF EXISTS {table}_no_{action}" for table in _TABLES for action in ("update", "delete")),
    "DROP TRIGGER IF EXISTS audit_entry_continues",
)
_DROP_POSTGRESQL = (
    *(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}" for table in _TABLES),
    "DROP TRIGGER IF EXISTS audit_entry_continues ON audit_entry",
    "DROP FUNCTION IF EXISTS audit_append_only()",
    "DROP FUNCTION IF EXISTS audit_entry_continues()",
)


def install(connection: Connection) -> None:
    """Create the triggers; both tables exist. For migrations; `create_all` does it by itself."""
    _run(connection, _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL)


def remove(connection: Connection) -> None:
    """Drop the triggers, for a migration that has to change the tables, and for the tests that play the attacker."""
    _run(connection, _DROP_SQLITE if connection.dialect.name == "sqlite" else _DROP_POSTGRESQL)


def _run(connection: Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.execute(text(statement))


def _after_create(_target: MetaData, connection: Connection, **options: Any) -> None:
    created = {table.name for table in options.get("tables") or ()}
    if created.issuperset(_TABLES):
        install(connection)


event.listen(SQLModel.metadata, "after_create", _after_create)
