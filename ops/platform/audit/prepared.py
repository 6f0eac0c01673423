"""Statements of the hot path, handed to the driver as text that is compiled once per database system.

SQLAlchemy's own execution costs more than the statements themselves on SQLite, and every logged action runs four of
them. Errors and transactions stay SQLAlchemy's (`Connection.exec_driver_sql`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect
from sqlalchemy.sql import ClauseElement

_Bind = Callable[[Mapping[str, Any]], Any]


class Prepared:
    """One statement with named parameters."""

    __slots__ = ("_compiled", "_statement")

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, _Bind]] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Execute with one set of values by name."""
        text, bind = self._text(connection.dialect)
        return connection.exec_driver_sql(text, bind(values))

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each row."""
        text, bind = self._text(connection.dialect)
        connection.exec_driver_sql(text, [bind(row) for row in rows])

    def _text(self, dialect: Dialect) -> tuple[str, _Bind]:
        known = self._compiled.get(dialect.name)
        if known is None:
            compiled: Any = self._statement.compile(dialect=dialect)
            processors = {
                name: processor
                for name, parameter in compiled.binds.items()
                if (processor := parameter.type.dialect_impl(dialect).bind_processor(dialect)) is not None
            }
            names = tuple(compiled.positiontup or ()) if compiled.positional else None
            known = self._compiled[dialect.name] = str(compiled), _binder(names, processors)
        return known


def _binder(names: tuple[str, ...] | None, processors: Mapping[str, Callable[[Any], Any]]) -> _Bind:
    """Turns values by name into what the driver takes: a tuple where it counts, a mapping where it names."""

    def bind(values: Mapping[str, Any]) -> Any:
        row = dict(values)
        for name, process in processors.items():
            row[name] = process(row[name])
        return row if names is None else tuple([row[name] for name in names])

    return bind
