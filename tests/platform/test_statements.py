"""Prepared statements give what the declared types say, and look-ups cannot write."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Column, bindparam, insert
from sqlmodel import Field, SQLModel, col, select

from ops.platform.database import Database, UtcDateTime
from ops.platform.errors import DatabaseReadOnlyError
from ops.platform.statements import PreparedStatement

AT = datetime(2026, 6, 1, 12, 0, 0, 250000, tzinfo=UTC)


class Letter(SQLModel, table=True):
    __tablename__ = "test_letter"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    seal: bytes
    at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


_INSERT = PreparedStatement(insert(Letter).values({name: bindparam(name) for name in ("name", "seal", "at")}))
_NAMED = PreparedStatement(
    select(Letter.name, Letter.seal, Letter.at)
    .where(Letter.name == bindparam("name"), col(Letter.seal) == b"\x00\xff")
    .order_by(col(Letter.id))
    .limit(2)
)


@pytest.fixture
def letters(database: Database) -> Database:
    database.create_tables()
    rows = [{"name": name, "seal": b"\x00\xff", "at": at} for name, at in (("a", AT), ("b", None), ("a", None))]
    with database.connect_for_write() as connection:
        _INSERT.run_many(connection, rows)
        _INSERT.run(connection, {"name": "a", "seal": b"other", "at": AT})
    return database


def test_values_come_back_as_they_went_in(letters: Database) -> None:
    with letters.look_up() as connection:
        assert _NAMED.fetch(connection, {"name": "a"}) == [("a", b"\x00\xff", AT), ("a", b"\x00\xff", None)]
        assert _NAMED.fetch(connection, {"name": "nobody"}) == []


def test_a_look_up_sees_what_was_committed_since_the_last_one(letters: Database) -> None:
    for _ in range(2):
        with letters.look_up() as connection:
            assert len(_NAMED.fetch(connection, {"name": "b"})) == 1
    with letters.connect_for_write() as connection:
        _INSERT.run(connection, {"name": "b", "seal": b"\x00\xff", "at": AT})
    with letters.look_up() as connection:
        assert len(_NAMED.fetch(connection, {"name": "b"})) == 2


def test_a_look_up_cannot_write_whatever_the_connection_did_before(letters: Database) -> None:
    row = {"name": "c", "seal": b"", "at": None}
    for _ in range(2):
        with pytest.raises(DatabaseReadOnlyError), letters.look_up() as connection:
            _INSERT.run(connection, row)
        with letters.connect_for_write() as connection:
            _INSERT.run(connection, row)
