"""What can go wrong underneath every room, each with a stable code, one sentence and the next step."""

from policies.errors import TrustspaceError


class PlatformError(TrustspaceError):
    """Root of the platform's errors."""

    code = "TS-PLATFORM-ERROR"


class DatabaseError(PlatformError):
    """The database did not do what was asked; nothing was written."""

    code = "TS-DB-ERROR"
    next_step = "Look at the database server's log, then repeat the command."
    http_status = 503


class DatabaseUrlError(DatabaseError):
    """The database address is not one that this software can use."""

    code = "TS-DB-URL"
    next_step = "Set DATABASE_URL to sqlite:///PATH or postgresql://USER@HOST/NAME."
    exit_status = 2


class DatabaseLockedError(DatabaseError):
    """Another process held a lock for longer than the configured wait."""

    code = "TS-DB-LOCKED"
    next_step = "Find the process that holds the database (a backup, a stopped server), end it, and repeat."


class DatabaseReadOnlyError(DatabaseError):
    """The database, its file or the transaction does not accept writes."""

    code = "TS-DB-READONLY"
    next_step = "Give this user the right to write to the database file and its directory, or use the primary server."


class DatabaseUnreachableError(DatabaseError):
    """The database cannot be opened or the connection was lost."""

    code = "TS-DB-UNREACHABLE"
    next_step = "Check DATABASE_URL and that the database server runs and accepts this user."


class DatabaseConflictError(DatabaseError):
    """Two transactions contradicted each other and this one lost; it may be repeated as a whole."""

    code = "TS-DB-CONFLICT"
    next_step = "Repeat the operation."
    http_status = 409


class DatabaseFullError(DatabaseError):
    """No space is left where the database is stored."""

    code = "TS-DB-FULL"
    next_step = "Free disk space where the database is stored, then repeat."


class DatabaseDamagedError(DatabaseError):
    """The file is not a database, or an integrity check failed."""

    code = "TS-DB-DAMAGED"
    next_step = "Stop the service and restore the last good copy with: trustspace db restore."


class DatabaseNewerError(DatabaseError):
    """The schema was written by a newer version of the software."""

    code = "TS-DB-NEWER"
    next_step = "Install the version of trustspace that upgraded this database, or a later one."


class DatabaseOlderError(DatabaseError):
    """The schema is older than the software needs."""

    code = "TS-DB-OLDER"
    next_step = "Run: trustspace db upgrade"


class DatabaseNotEmptyError(DatabaseError):
    """A restore would overwrite existing data."""

    code = "TS-DB-NOT-EMPTY"
    next_step = "Give an empty database or a path that does not exist yet."
    http_status = 409
