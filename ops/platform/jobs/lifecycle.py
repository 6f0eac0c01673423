"""Starting and ending DBOS inside this process without leaving anything open."""

import logging
import math
import threading
import time
from contextlib import ExitStack
from datetime import timedelta

from dbos import DBOS
from sqlalchemy import Engine, QueuePool
from sqlalchemy.engine import URL

from ops.platform.database import open_engine

_GIVE_BACK = timedelta(seconds=5)


class RunningCount:
    """How many jobs run; entered and left by many threads."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.count += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.count -= 1


def end_dbos(drain: timedelta) -> None:
    """Stop DBOS: start nothing more, and wait for what runs, for `drain` rounded up to seconds."""
    DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=math.ceil(drain.total_seconds()))


def pool(url: URL, held: ExitStack) -> Engine:
    """Connections for DBOS, closed with `held`.

    They are given to it, because with an address it would look for databases on the server by itself.
    """
    engine = open_engine(url, pool_size=15)
    held.callback(_dispose, engine)
    return engine


def _dispose(engine: Engine) -> None:
    """Close the connections, once DBOS's threads have given them back; what is out would never be closed."""
    end = time.monotonic() + _GIVE_BACK.total_seconds()
    connections = engine.pool
    while isinstance(connections, QueuePool) and connections.checkedout() and time.monotonic() < end:
        time.sleep(0.02)
    engine.dispose()


def log_our_way() -> None:
    """Hand DBOS's log to the process's own; it would else write to the terminal by itself."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = True
