"""Does the database fit this software? Asked by every command that opens an installation, before it touches anything.

The versions stand here as data, so that the question costs one query and not the migration tool; a test holds them to
the migrations.
"""

from pathlib import Path

from sqlalchemy import inspect, text

from ops.platform.database import Database
from ops.platform.errors import DatabaseNewerError, DatabaseOlderError

VERSIONS = ("0001", "0002")
_TABLE = "alembic_version"


def require_schema(database: Database) -> None:
    """Raise DatabaseOlderError or DatabaseNewerError unless the schema is of this software's version.

    A SQLite file that does not exist is not created by asking.
    """
    if _is_absent(database):
        raise DatabaseOlderError("The database does not exist yet.")
    version = _version(database)
    if version is not None and version not in VERSIONS:
        raise DatabaseNewerError("The database was upgraded by a later version of the software.")
    if version != VERSIONS[-1]:
        raise DatabaseOlderError("The database was not upgraded to this version of the software.")


def _is_absent(database: Database) -> bool:
    name = str(database.url.database)
    # A name with options (`file:…?mode=ro`) is SQLite's to open, and with them it creates nothing by being asked.
    return database.is_sqlite and not name.startswith("file:") and not Path(name).exists()


def _version(database: Database) -> str | None:
    with database.read() as session:
        if not inspect(session.connection()).has_table(_TABLE):
            return None
        found = session.execute(text(f"SELECT version_num FROM {_TABLE}")).scalars().first()  # noqa: S608 - a constant
    return None if found is None else str(found)
