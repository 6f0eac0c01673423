"""Which of our errors a driver's error is, by the code that the database itself gives, never by its words."""

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError

from ops.platform.errors import (
    DatabaseConflictError,
    DatabaseDamagedError,
    DatabaseError,
    DatabaseFullError,
    DatabaseLockedError,
    DatabaseReadOnlyError,
    DatabaseUnreachableError,
)

_LOCKED = "The database is locked by another process."
_READ_ONLY = "The database does not accept writes."
_UNREACHABLE = "The database cannot be opened."
_CONFLICT = "Another transaction changed the same data first."
_FULL = "The database has no space left."
_DAMAGED = "The file is not a sound database."

# Primary result codes of SQLite (sqlite.org/rescode.html).
_SQLITE: dict[int, tuple[type[DatabaseError], str]] = {
    sqlite3.SQLITE_BUSY: (DatabaseLockedError, _LOCKED),
    sqlite3.SQLITE_LOCKED: (DatabaseLockedError, _LOCKED),
    sqlite3.SQLITE_READONLY: (DatabaseReadOnlyError, _READ_ONLY),
    sqlite3.SQLITE_CANTOPEN: (DatabaseUnreachableError, _UNREACHABLE),
    sqlite3.SQLITE_PERM: (DatabaseUnreachableError, _UNREACHABLE),
    sqlite3.SQLITE_IOERR: (DatabaseUnreachableError, _UNREACHABLE),
    sqlite3.SQLITE_FULL: (DatabaseFullError, _FULL),
    sqlite3.SQLITE_CORRUPT: (DatabaseDamagedError, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (DatabaseDamagedError, _DAMAGED),
}

# SQLSTATE, the longest matching prefix first (PostgreSQL manual, appendix A).
_POSTGRESQL: tuple[tuple[str, type[DatabaseError], str], ...] = (
    ("55P03", DatabaseLockedError, _LOCKED),
    ("25006", DatabaseReadOnlyError, _READ_ONLY),
    ("40001", DatabaseConflictError, _CONFLICT),
    ("40P01", DatabaseConflictError, _CONFLICT),
    ("53100", DatabaseFullError, _FULL),
    ("57P", DatabaseUnreachableError, _UNREACHABLE),
    ("53", DatabaseUnreachableError, _UNREACHABLE),
    ("28", DatabaseUnreachableError, _UNREACHABLE),
    ("3D", DatabaseUnreachableError, _UNREACHABLE),
    ("08", DatabaseUnreachableError, _UNREACHABLE),
    ("XX", DatabaseDamagedError, _DAMAGED),
)


def translate(error: DBAPIError) -> DatabaseError | None:
    """Our error for SQLAlchemy's wrapped driver error, or None where the caller should see the original."""
    if isinstance(error, IntegrityError):
        return None
    found = _from_sqlite(error.orig) or _from_postgresql(error)
    return found[0](found[1]) if found else None


def _from_sqlite(error: BaseException | None) -> tuple[type[DatabaseError], str] | None:
    code = getattr(error, "sqlite_errorcode", None)
    return _SQLITE.get(code & 0xFF) if isinstance(code, int) else None


def _from_postgresql(error: DBAPIError) -> tuple[type[DatabaseError], str] | None:
    if isinstance(error.orig, sqlite3.Error):
        return None
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        lost = error.connection_invalidated or type(error.orig).__name__ == "OperationalError"
        return (DatabaseUnreachableError, _UNREACHABLE) if lost else None
    return next(((kind, words) for prefix, kind, words in _POSTGRESQL if state.startswith(prefix)), None)
