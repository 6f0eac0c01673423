"""One worker of a name at a time.

On start a worker takes up what it left unfinished. A second process of the same name would take up what the first is
still doing, and do it twice. The hold ends with the process, however it ends.
"""

import fcntl
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from ops.platform.database import lock_key
from ops.platform.jobs.errors import JobsBusyError, JobsError

_PAUSE = 0.05


def hold(url: URL, engine: Engine | None, worker: str, patience: timedelta) -> AbstractContextManager[object]:
    """Become the worker of this name, by a lock file beside SQLite or a session lock of PostgreSQL.

    Waits for `patience`, because a server notices the end of a killed process a little late. Raises `JobsBusyError`.
    """
    return _hold_file(url, worker, patience) if engine is None else _hold_session(engine, worker, patience)


def _hold_file(url: URL, worker: str, patience: timedelta) -> ExitStack:
    held = ExitStack()
    try:
        descriptor = os.open(Path(f"{url.database}.{worker}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise JobsError("The jobs' directory cannot be written to.", next_step="Check the data directory.") from error
    held.callback(os.close, descriptor)
    return _taken(held, lambda: _lock_file(descriptor), patience)


def _lock_file(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _hold_session(engine: Engine, worker: str, patience: timedelta) -> ExitStack:
    held = ExitStack()
    connection = held.enter_context(engine.connect().execution_options(isolation_level="AUTOCOMMIT"))
    key = lock_key(f"jobs/{worker}")
    # Closed for good in the end, not returned to a pool: the lock belongs to the session.
    held.callback(connection.invalidate)
    _taken(held, lambda: _lock_session(connection, "pg_try_advisory_lock", key), patience)
    held.callback(_unlock_session, connection, key)
    return held


def _unlock_session(connection: Connection, key: int) -> None:
    # A lost connection has lost the lock as well.
    with suppress(DBAPIError):
        _lock_session(connection, "pg_advisory_unlock", key)


def _lock_session(connection: Connection, function: str, key: int) -> bool:
    return bool(connection.execute(text(f"SELECT {function}(:key)"), {"key": key}).scalar_one())


def _taken(held: ExitStack, attempt: Callable[[], bool], patience: timedelta) -> ExitStack:
    end = time.monotonic() + patience.total_seconds()
    while not attempt():
        if time.monotonic() >= end:
            held.close()
            raise _busy()
        time.sleep(_PAUSE)
    return held


def _busy() -> JobsBusyError:
    return JobsBusyError("Another process already runs the jobs of this installation.")
