"""Which tables belong to the schema, and how a migration writes their types.

Every room keeps its tables in modules called `models`; all of them are found here, so a new room needs no entry in a
list. Tables that somebody else declares (tests, DBOS) are not ours to create or to drop.
"""

from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import MetaData, String, Table
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import ca
import ops.platform
import signer
import validator
from ops.platform.database import UtcDateTime

_ROOMS = (ops.platform, ca, validator, signer)
_ROOM_NAMES = frozenset({"ops", "ca", "validator", "signer"})


def import_models() -> tuple[str, ...]:
    """Import every room's tables; gives the names of the modules."""
    names = tuple(sorted(name for room in _ROOMS for name in _model_modules(room.__name__, Path(room.__path__[0]))))
    for name in names:
        import_module(name)
    return names


def _model_modules(package: str, folder: Path) -> list[str]:
    paths = (path.relative_to(folder).with_suffix("") for path in folder.rglob("models.py"))
    return [".".join((package, *path.parts)) for path in paths]


def tables() -> MetaData:
    """The metadata with every room's tables in it (and possibly others', which `is_ours` leaves out)."""
    import_models()
    return SQLModel.metadata


def table_names() -> frozenset[str]:
    """The names of the rooms' tables."""
    return frozenset(table.name for table in tables().tables.values() if _declared_by_a_room(table))


def is_ours(item: Any, _name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """Alembic's `include_object`: everything found in the database, and of the declared tables the rooms'."""
    return reflected or kind != "table" or _declared_by_a_room(item)


def _declared_by_a_room(table: Table) -> bool:
    declaring = [mapper.class_.__module__ for mapper in _mappers() if mapper.local_table is table]
    return all(module.partition(".")[0] in _ROOM_NAMES for module in declaring)


def _mappers() -> list[Any]:
    registry: Any = SQLModel._sa_registry
    return list(registry.mappers)


def portable_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Alembic's `render_item`: our own types as the plain ones that they are in the database."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, AutoString):
        return f"sa.{String(item.length)!r}"
    return False
