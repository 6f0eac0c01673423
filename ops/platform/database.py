"""One way to the database for every room: SQLite (WAL) and PostgreSQL through the same code.

A transaction is either reading (`Database.read`: one snapshot, writes refused) or writing (`Database.write`). On SQLite
a writer takes the write lock at its start (`BEGIN IMMEDIATE`), so that it cannot fail half-way on an upgrade of its
lock; on PostgreSQL it runs READ COMMITTED and takes named locks with `Database.lock` where an order matters. Commits
are durable before they return: `synchronous=FULL` and, on PostgreSQL, never `synchronous_commit=off`.

Rooms declare tables as SQLModel classes that share `SQLModel.metadata`. Import `UtcDateTime` from here: importing this
module also sets the naming convention, which has to be in place before the first table is declared.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, TypeVar

from sqlalchemy import Connection, DateTime, Dialect, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from ops.platform.database_errors import translate
from ops.platform.errors import DatabaseConflictError, DatabaseLockedError, DatabaseUrlError

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_WRITES = "trustspace_writes"
_QUERY_ONLY = "trustspace_query_only"
_CONNECT_SECONDS = 10
_WAL_PAUSE = 0.01
_RETRY_PAUSES = (0.01, 0.03, 0.1, 0.3)

T = TypeVar("T")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, microsecond resolution, the same in both databases.

    Refuses naive values. SQLite stores UTC text that sorts in time order, PostgreSQL `timestamptz`.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Python to database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Database to Python."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def parse_database_url(url: str) -> URL:
    """The address with the driver that this software uses.

    In: `sqlite:///relative`, `sqlite:////absolute` or `postgresql://user:password@host:port/name` (also `postgres://`).
    Raises `DatabaseUrlError` for anything else, and for SQLite in memory, which cannot be durable. The address itself
    is not repeated in the error because it may hold a password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUrlError("The database address cannot be read.") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise DatabaseUrlError("The database address names no file.")
        return parsed.set(drivername="sqlite+pysqlite")
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise DatabaseUrlError(f"The database kind {backend!r} is not supported.")


def open_engine(url: URL, pool_size: int) -> Engine:
    """A pool of connections to a parsed address; nothing is connected yet. Prefer `Database`, which sets them up."""
    if url.get_backend_name() == "sqlite":
        return create_engine(url, pool_size=pool_size, max_overflow=pool_size)
    # A server that does not answer at all would otherwise be waited for as long as the operating system likes.
    defaults = {"connect_timeout": _CONNECT_SECONDS, "application_name": "trustspace"}
    arguments = {name: value for name, value in defaults.items() if name not in url.query}
    return create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, connect_args=arguments)


class Database:
    """A pool of connections to one database; safe to share between threads, not across a fork.

    `lock_wait` bounds how long a transaction waits for another's lock before `DatabaseLockedError`.
    """

    def __init__(self, url: str, *, lock_wait: timedelta = timedelta(seconds=10), pool_size: int = 10) -> None:
        self.url = parse_database_url(url)
        self.lock_wait = lock_wait
        self.engine = create_engine(
            self.url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=self.is_postgresql
        )
        event.listen(self.engine, "connect", self._prepare_connection)
        if self.is_sqlite:
            event.listen(self.engine, "begin", _begin_sqlite)
        self._reading = self.engine.execution_options(**self._read_options())
        self._writing = self.engine.execution_options(**{_WRITES: True})
        self._looking = self.engine.execution_options(**{_WRITES: None}) if self.is_sqlite else self._reading

    def __repr__(self) -> str:
        return f"Database({self.url.render_as_string(hide_password=True)!r})"

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def is_postgresql(self) -> bool:
        """Whether this is PostgreSQL."""
        return not self.is_sqlite

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read-only transaction over one snapshot. A write in it raises `DatabaseReadOnlyError`."""
        with _translated(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def look_up(self) -> Iterator[Connection]:
        """A bare connection for single SELECTs on a hot path. On SQLite each sees what is committed when it runs: one
        statement is a snapshot by itself and needs no transaction around it."""
        with _translated(), self._looking.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A writing transaction: durable when the block ends, rolled back when it raises.

        Raises the errors of `ops.platform.errors` for a database that is locked, read-only, full or away;
        `sqlalchemy.exc.IntegrityError` passes unchanged, because a violated constraint is the caller's subject.
        """
        with _translated(), Session(self._writing, expire_on_commit=False) as session, session.begin():
            # SQLite: take the write lock before the first read, so that what is read cannot change under the writer.
            session.connection()
            yield session

    def run_write(self, work: Callable[[Session], T]) -> T:
        """`work` in a writing transaction, repeated a few times when it lost against another transaction.

        `work` must have no effect outside the session. Raises as `write` does once the attempts are used up.
        """
        for pause in _RETRY_PAUSES:
            try:
                with self.write() as session:
                    return work(session)
            except (DatabaseLockedError, DatabaseConflictError):
                time.sleep(pause)
        with self.write() as session:
            return work(session)

    def lock(self, session: Session, name: str) -> None:
        """Serialise the writers that use the same `name` until the end of `session`'s transaction.

        SQLite has one writer at a time anyway; PostgreSQL takes a transaction-level advisory lock.
        """
        if self.is_postgresql:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key(name)})

    def create_tables(self) -> None:
        """Create every declared table that does not exist yet (tests; an installation upgrades by migrations)."""
        with _translated(), self._writing.begin() as connection:
            SQLModel.metadata.create_all(connection)

    @contextmanager
    def connect_for_write(self) -> Iterator[Connection]:
        """A bare connection inside a writing transaction, for migrations and set-based work."""
        with _translated(), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every idle connection. The object may be used again afterwards."""
        self.engine.dispose()

    def _read_options(self) -> dict[str, Any]:
        if self.is_sqlite:
            return {_WRITES: False}
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def _prepare_connection(self, connection: Any, _record: object) -> None:
        prepare = _prepare_sqlite if self.is_sqlite else _prepare_postgresql
        prepare(connection, int(self.lock_wait.total_seconds() * 1000))


def lock_key(name: str) -> int:
    """The signed 64-bit key of a named PostgreSQL advisory lock."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8, person=b"trustspace").digest(), "big", signed=True)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        translated = translate(error)
        if translated is None:
            raise
        raise translated from error


def _prepare_sqlite(connection: Any, wait_ms: int) -> None:
    # The driver's own transaction control is off: it would begin late (deferred) and commit before DDL.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={wait_ms}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    _use_wal(connection, time.monotonic() + wait_ms / 1000)


def _use_wal(connection: Any, end: float) -> None:
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            code = error.sqlite_errorcode & 0xFF
            if code == sqlite3.SQLITE_READONLY:
                # The mode is a property of the file; one that cannot be written keeps its own and can still be read.
                return
            # When processes change the mode of a new file at once, SQLite fails without waiting.
            if code != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                raise
            time.sleep(_WAL_PAUSE)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, True)
    # The connection keeps the setting, so it is only told when it was used for the other purpose before.
    if connection.info.get(_QUERY_ONLY) is not (not writes):
        connection.exec_driver_sql(f"PRAGMA query_only={0 if writes else 1}")
        connection.info[_QUERY_ONLY] = not writes
    if writes is not None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(connection: Any, wait_ms: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", (str(wait_ms),))
        cursor.execute("SELECT set_config('TimeZone', 'UTC', false)")
        # Only ever strengthened: an installation with synchronous replicas keeps its own, stricter setting.
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
    connection.commit()


__all__ = ["Database", "Engine", "Session", "UtcDateTime", "lock_key", "open_engine", "parse_database_url"]
