"""Copies of the database that can be trusted: made in one piece, never over something else, checked before use.

SQLite is copied by its own backup interface, PostgreSQL by `pg_dump` and `pg_restore`, which have to be of the server's
version or later. A copy appears under its name only when it is complete and on disk.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, inspect, select, table

from ops.platform.database import Database
from ops.platform.errors import DatabaseDamagedError, DatabaseError, DatabaseNotEmptyError


class CopyError(DatabaseError):
    """The copy could not be made or read; nothing was left behind."""

    code = "TS-DB-COPY"
    next_step = "Check the file name, the free space and the right to write there."


class CopyToolError(CopyError):
    """PostgreSQL's own tool is absent or failed."""

    code = "TS-DB-TOOL"
    next_step = "Install PostgreSQL's client tools of the server's version or later."


def backup(database: Database, target: Path) -> int:
    """Write a consistent copy of a database in use to `target`, mode 0600; gives its size in octets.

    Raises `CopyError` if `target` exists or cannot be written, and the errors of the database.
    """
    if target.exists():
        raise CopyError("The backup file exists already; it is not overwritten.")
    with _complete_file(target) as unfinished:
        if database.is_sqlite:
            _copy_from_sqlite(database, unfinished)
        else:
            _run("pg_dump", database, "--format=custom", "--no-owner", "--no-privileges", f"--file={unfinished}")
    return target.stat().st_size


def restore(database: Database, source: Path) -> None:
    """Fill an empty database from a copy made by `backup`.

    Raises `DatabaseNotEmptyError` if there is any table, `DatabaseDamagedError` if the copy is not sound, `CopyError`
    if it cannot be read. A restore that fails leaves the database empty.
    """
    if not source.is_file():
        raise CopyError("The backup file does not exist.")
    _require_empty(database)
    if database.is_sqlite:
        _copy_to_sqlite(database, source)
    else:
        _run("pg_restore", database, "--exit-on-error", "--single-transaction", "--no-owner", str(source))


def integrity_faults(database: Database) -> tuple[str, ...]:
    """What the database itself finds wrong with its storage: SQLite's `integrity_check` and foreign keys.

    PostgreSQL checks pages when they are read, so every table is read.
    """
    with database.read() as session:
        connection = session.connection()
        if database.is_sqlite:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(100)") if row[0] != "ok"]
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(100)
            return (*found, *(f"row {row[1]} of {row[0]} refers to nothing in {row[2]}" for row in broken))
        for name in inspect(connection).get_table_names():
            connection.execute(select(func.count()).select_from(table(name)))
        return ()


@contextmanager
def _complete_file(target: Path) -> Iterator[Path]:
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise CopyError("The backup file cannot be written.") from error
    try:
        yield unfinished
        _flush(unfinished)
        # A hard link refuses an existing name, which a rename would silently replace.
        os.link(unfinished, target)
        _flush(target.parent)
    except OSError as error:
        raise CopyError("The backup file cannot be written.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy_from_sqlite(database: Database, target: Path) -> None:
    with database.read() as session, closing(sqlite3.connect(target)) as copy:
        _driver(session.connection()).backup(copy)
        # One file: a copy in WAL mode would grow a second file beside it when it is looked at.
        copy.execute("PRAGMA journal_mode=DELETE")


def _copy_to_sqlite(database: Database, source: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            if copy.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                raise DatabaseDamagedError("The backup is damaged.")
            if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
                raise DatabaseDamagedError("The backup holds no database of this software.")
            with database.engine.connect() as connection:
                copy.backup(_driver(connection))
    except sqlite3.DatabaseError as error:
        raise DatabaseDamagedError("The backup is not a sound SQLite database.") from error


def _driver(connection: Any) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _require_empty(database: Database) -> None:
    with database.read() as session:
        if inspect(session.connection()).get_table_names():
            raise DatabaseNotEmptyError("The database is not empty; nothing was restored.")


def _run(tool: str, database: Database, *arguments: str) -> None:
    program = shutil.which(tool)
    if program is None:
        raise CopyToolError(f"{tool} is not installed.")
    finished = subprocess.run(  # noqa: S603 - a fixed program, arguments without a shell
        [program, *arguments, "--no-password", f"--dbname={database.url.database}"],
        env={**os.environ, **_connection_variables(database)},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        last = (finished.stderr.strip().splitlines() or ["no message"])[-1]
        raise CopyToolError(f"{tool} failed: {last[:200]}")


def _connection_variables(database: Database) -> Mapping[str, str]:
    # The password goes by the environment of the one process, never on a command line that others can list.
    url = database.url
    values = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    return {name: str(value) for name, value in values.items() if value is not None}
