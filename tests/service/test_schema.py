"""The schema: upgraded once, compared with what the rooms declare, refused when newer, on both databases."""

import ast
import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from ops.platform import schema_version
from ops.platform.database import Database
from ops.platform.errors import (
    DatabaseDamagedError,
    DatabaseError,
    DatabaseLockedError,
    DatabaseNewerError,
    DatabaseNotEmptyError,
    DatabaseOlderError,
    DatabaseReadOnlyError,
)
from ops.service import schema, schema_tables

PROJECT = Path(__file__).resolve().parents[2]


def write_version(database: Database, version: str) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def test_migrations_make_what_the_rooms_declare(empty_database: Database) -> None:
    assert schema.upgrade(empty_database) == schema.head() == schema.current(empty_database)
    schema.check(empty_database)
    schema.require_current(empty_database)


def test_every_table_is_made(empty_database: Database) -> None:
    schema.upgrade(empty_database)
    with empty_database.read() as session:
        found = set(inspect(session.connection()).get_table_names())
    assert found == schema_tables.table_names() | {"alembic_version"}


def test_migrations_set_the_guards_of_the_audit_log(empty_database: Database, database: Database) -> None:
    declared = triggers(database)
    with database.connect_for_write() as connection:
        for name in inspect(connection).get_table_names():
            cascade = " CASCADE" if database.is_postgresql else ""
            connection.execute(text(f"DROP TABLE IF EXISTS {name}{cascade}"))
    schema.upgrade(empty_database)
    assert triggers(empty_database) == declared != set()


def triggers(database: Database) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.is_sqlite
        else "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = current_schema()"
    )
    with database.read() as session:
        return set(session.execute(text(query)).scalars())


def test_an_upgrade_can_be_repeated(empty_database: Database) -> None:
    assert schema.upgrade(empty_database) == schema.upgrade(empty_database)


def test_upgrades_at_once_upgrade_once(empty_database: Database) -> None:
    outcomes: list[str | DatabaseError] = []
    url = empty_database.url.render_as_string(hide_password=False)
    start = threading.Barrier(3)

    def run() -> None:
        database = Database(url)
        start.wait()
        try:
            outcomes.append(schema.upgrade(database))
        except DatabaseError as error:
            outcomes.append(error)
        database.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [schema.head()] * 3


def test_an_upgrade_that_fails_leaves_nothing(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_connection: object) -> None:
        raise DatabaseDamagedError("stop")

    monkeypatch.setattr("ops.platform.audit.guards.install", fail)
    with pytest.raises(DatabaseDamagedError):
        schema.upgrade(empty_database)
    with empty_database.read() as session:
        assert inspect(session.connection()).get_table_names() == []


def test_a_database_never_upgraded_is_older(empty_database: Database) -> None:
    with pytest.raises(DatabaseOlderError) as caught:
        schema.require_current(empty_database)
    assert (caught.value.code, caught.value.next_step) == ("TS-DB-OLDER", "Run: trustspace db upgrade")
    with pytest.raises(DatabaseOlderError):
        schema.check(empty_database)


def test_a_newer_database_is_refused(empty_database: Database) -> None:
    schema.upgrade(empty_database)
    write_version(empty_database, "9999")
    for act in (schema.require_current, schema.upgrade):
        with pytest.raises(DatabaseNewerError) as caught:
            act(empty_database)
        assert caught.value.code == "TS-DB-NEWER"
    assert schema.current(empty_database) == "9999"


def test_tables_that_no_upgrade_made_are_left_alone(database: Database) -> None:
    with pytest.raises(DatabaseNotEmptyError):
        schema.upgrade(database)
    assert schema.current(database) is None


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE ca_authority ADD COLUMN added INTEGER",
        "ALTER TABLE ca_authority DROP COLUMN crl_number",
        "DROP INDEX ix_ca_authority_name_hash",
        "CREATE TABLE ca_more (a INTEGER)",
    ],
)
def test_a_schema_changed_by_hand_is_noticed(empty_database: Database, change: str) -> None:
    schema.upgrade(empty_database)
    with empty_database.write() as session:
        session.execute(text(change))
    with pytest.raises(schema.SchemaDriftError) as caught:
        schema.check(empty_database)
    assert len(caught.value.differences) == 1


def test_a_locked_database_is_told(empty_database: Database) -> None:
    url = empty_database.url.render_as_string(hide_password=False)
    impatient = Database(url, lock_wait=timedelta(milliseconds=20))
    with empty_database.write() as holder:
        empty_database.lock(holder, "schema")
        with pytest.raises(DatabaseLockedError) as caught:
            schema.upgrade(impatient)
    impatient.close()
    assert caught.value.code == "TS-DB-LOCKED"


def test_a_read_only_file_is_told(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "a.sqlite").close()
    database = Database(f"sqlite:///file:{tmp_path}/a.sqlite?mode=ro&uri=true")
    with pytest.raises(DatabaseReadOnlyError) as caught:
        schema.upgrade(database)
    database.close()
    assert caught.value.code == "TS-DB-READONLY"


def test_a_read_only_server_is_told(new_postgresql_database: Callable[[], object]) -> None:
    url = new_postgresql_database().render_as_string(hide_password=False)  # type: ignore[attr-defined]
    database = Database(f"{url}?options=-cdefault_transaction_read_only%3Don")
    with pytest.raises(DatabaseReadOnlyError):
        schema.upgrade(database)
    database.close()


def test_every_table_is_declared_where_migrations_look() -> None:
    """A table outside a `models` module would be created in tests and missing in an installation."""
    declaring = {
        path
        for room in ("ops", "ca", "validator", "signer")
        for path in (PROJECT / room).rglob("*.py")
        if path.name != "models.py" and _declares_a_table(path)
    }
    assert declaring == set()
    assert "ops.platform.audit.models" in schema_tables.import_models()


def _declares_a_table(path: Path) -> bool:
    classes = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef))
    return any(keyword.arg == "table" for node in classes for keyword in node.keywords)


def test_the_platform_knows_every_version_there_is() -> None:
    revisions = [script.revision for script in schema._scripts().walk_revisions()]
    assert tuple(reversed(revisions)) == schema_version.VERSIONS


def test_an_installation_opens_only_on_a_database_of_this_version(empty_database: Database) -> None:
    with pytest.raises(DatabaseOlderError):
        schema_version.require_schema(empty_database)
    schema.upgrade(empty_database)
    schema_version.require_schema(empty_database)
    write_version(empty_database, "9999")
    with pytest.raises(DatabaseNewerError):
        schema_version.require_schema(empty_database)


def test_asking_creates_no_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/absent.sqlite")
    with pytest.raises(DatabaseOlderError):
        schema_version.require_schema(database)
    database.close()
    assert list(tmp_path.iterdir()) == []
