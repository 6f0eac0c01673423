"""A database for one run of a demonstration or a benchmark: empty, upgraded, and gone when the run is over.

On PostgreSQL that is a schema of its own inside the given database, so that a run neither meets an earlier one nor
leaves anything in an installation.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from ops.platform.database import Database, parse_database_url
from ops.platform.errors import PlatformError
from ops.service.schema import upgrade


class SchemaRefusedError(PlatformError):
    """PostgreSQL does not let this user make a schema of its own."""

    code = "TS-SCRATCH-SCHEMA"
    next_step = "Grant CREATE on the database to this user, or run without DATABASE_URL."
    exit_status = 2


def is_postgresql(address: str) -> bool:
    """Whether a database address names a PostgreSQL server. Raises DatabaseUrlError."""
    return parse_database_url(address).get_backend_name() != "sqlite"


@contextmanager
def scratch_database(folder: Path, name: str, *, server: str | None = None, keep: bool = False) -> Iterator[str]:
    """The address of an upgraded, empty database: the file `name`.sqlite in `folder`, or a new schema on `server`.

    `server` is the address of a PostgreSQL database. The schema is dropped at the end unless `keep`; the file is left
    to whoever owns the folder. Raises SchemaRefusedError and the database's errors.
    """
    if server is None:
        address = f"sqlite:///{folder}/{name}.sqlite"
        _upgrade(address)
        yield address
        return
    schema = f"trustspace_{name}_{secrets.token_hex(4)}"
    try:
        _execute(server, f'CREATE SCHEMA "{schema}"')
    except ProgrammingError as error:
        raise SchemaRefusedError("The database user may not create a schema for this run.") from error
    try:
        url = parse_database_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
        address = url.render_as_string(hide_password=False)
        _upgrade(address)
        yield address
    finally:
        if not keep:
            _execute(server, f'DROP SCHEMA "{schema}" CASCADE')


def _upgrade(address: str) -> None:
    database = Database(address)
    try:
        upgrade(database)
    finally:
        database.close()


def _execute(address: str, statement: str) -> None:
    database = Database(address)
    try:
        with database.connect_for_write() as connection:
            connection.execute(text(statement))
    finally:
        database.close()
