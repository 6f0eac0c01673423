"""Statements of the hot path, handed to the driver as text that is compiled once per database system.

SQLAlchemy's own execution costs more than the statements themselves on SQLite, and every logged action runs a dozen of
them. Errors and transactions stay SQLAlchemy's (`Connection.exec_driver_sql`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect
from sqlalchemy.sql import ClauseElement

_Bind = Callable[[Mapping[str, Any]], Any]
_Row = tuple[Any, ...]


class PreparedStatement:
    """One statement with named parameters, each for one value: lists of IN are not expanded."""

    __slots__ = ("_compiled", "_readers", "_statement")

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, _Bind]] = {}
        self._readers: dict[str, tuple[tuple[int, Callable[[Any], Any]], ...]] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Execute with one set of values by name."""
        text, bind = self._text(connection.dialect)
        return connection.exec_driver_sql(text, bind(values))

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each row."""
        text, bind = self._text(connection.dialect)
        connection.exec_driver_sql(text, [bind(row) for row in rows])

    def fetch(self, connection: Connection, values: Mapping[str, Any]) -> list[_Row]:
        """The rows of a SELECT, their columns as the declared types give them."""
        rows = self.run(connection, values).all()
        readers = self._readers.get(connection.dialect.name)
        if readers is None:
            readers = self._readers[connection.dialect.name] = tuple(
                _column_readers(self._statement, connection.dialect)
            )
        return [_read(row, readers) for row in rows] if readers else [tuple(row) for row in rows]

    def _text(self, dialect: Dialect) -> tuple[str, _Bind]:
        known = self._compiled.get(dialect.name)
        if known is None:
            compiled: Any = self._statement.compile(dialect=dialect)
            processors = {
                name: processor
                for parameter, name in compiled.bind_names.items()
                if (processor := parameter.type.dialect_impl(dialect).bind_processor(dialect)) is not None
            }
            names = tuple(compiled.positiontup or ()) if compiled.positional else None
            constants = {name: value for name, value in compiled.params.items() if value is not None}
            known = self._compiled[dialect.name] = str(compiled), _binder(names, constants, processors)
        return known


def _binder(
    names: tuple[str, ...] | None, constants: Mapping[str, Any], processors: Mapping[str, Callable[[Any], Any]]
) -> _Bind:
    """Turns values by name into what the driver takes: a tuple where it counts, a mapping where it names. `constants`
    are the values that the statement itself holds."""

    def bind(values: Mapping[str, Any]) -> Any:
        row = {**constants, **values}
        for name, process in processors.items():
            row[name] = process(row[name])
        return row if names is None else tuple([row[name] for name in names])

    return bind


def _column_readers(statement: ClauseElement, dialect: Dialect) -> Iterator[tuple[int, Callable[[Any], Any]]]:
    columns: Any = getattr(statement, "selected_columns", ())
    for position, column in enumerate(columns):
        reader = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if reader is not None:
            yield position, reader


def _read(row: Sequence[Any], readers: Sequence[tuple[int, Callable[[Any], Any]]]) -> _Row:
    values = list(row)
    for position, reader in readers:
        values[position] = reader(values[position])
    return tuple(values)
