"""Transactions, moments and errors of the database, the same on SQLite and PostgreSQL."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Field, Session, SQLModel, col, select

from ops.platform.database import Database, UtcDateTime, lock_key, parse_database_url
from ops.platform.errors import (
    DatabaseConflictError,
    DatabaseDamagedError,
    DatabaseLockedError,
    DatabaseReadOnlyError,
    DatabaseUnreachableError,
    DatabaseUrlError,
)


class Parcel(SQLModel, table=True):
    __tablename__ = "test_parcel"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


def names(database: Database) -> list[str]:
    with database.read() as session:
        return [parcel.name for parcel in session.exec(select(Parcel).order_by(Parcel.name)).all()]


def add(session: Session, *parcels: str) -> None:
    session.add_all(Parcel(name=name) for name in parcels)
    session.flush()


def test_a_write_is_seen_after_its_block(database: Database) -> None:
    with database.write() as session:
        session.add(Parcel(name="a"))
    assert names(database) == ["a"]


def test_an_error_in_the_block_rolls_everything_back(database: Database) -> None:
    def half_done() -> None:
        with database.write() as session:
            add(session, "a")
            add(session, "b", "b")

    with pytest.raises(IntegrityError):
        half_done()
    assert names(database) == []


def test_ddl_is_rolled_back_with_its_transaction(database: Database) -> None:
    def half_done() -> None:
        with database.write() as session:
            session.execute(text("CREATE TABLE half_done (a INTEGER)"))
            add(session, "b", "b")

    with pytest.raises(IntegrityError):
        half_done()
    with database.write() as session:
        session.execute(text("CREATE TABLE half_done (a INTEGER)"))


def test_a_savepoint_rolls_back_alone(database: Database) -> None:
    with database.write() as session:
        add(session, "a")
        with pytest.raises(IntegrityError), session.begin_nested():
            add(session, "a")
        session.add(Parcel(name="b"))
    assert names(database) == ["a", "b"]


def test_a_reading_transaction_refuses_to_write(database: Database) -> None:
    with pytest.raises(DatabaseReadOnlyError) as caught, database.read() as session:
        add(session, "a")
    assert caught.value.code == "TS-DB-READONLY"
    with database.write() as session:
        session.add(Parcel(name="b"))
    assert names(database) == ["b"]


def test_a_reading_transaction_sees_one_snapshot(database: Database) -> None:
    with database.read() as session:
        assert session.exec(select(Parcel)).all() == []
        with database.write() as writer:
            writer.add(Parcel(name="a"))
        assert session.exec(select(Parcel)).all() == []
    assert names(database) == ["a"]


def test_a_violated_constraint_stays_an_integrity_error(database: Database) -> None:
    with database.write() as session:
        session.add(Parcel(name="a"))
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Parcel(name="a"))


def test_concurrent_writers_lose_no_update(database: Database) -> None:
    with database.write() as session:
        session.execute(text("CREATE TABLE counter (n INTEGER NOT NULL)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))

    def increase(session: Session) -> None:
        database.lock(session, "counter")
        n = session.execute(text("SELECT n FROM counter")).scalar_one()
        session.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    def work() -> None:
        for _ in range(20):
            database.run_write(increase)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.execute(text("SELECT n FROM counter")).scalar_one() == 80


def test_run_write_repeats_a_lost_transaction(database: Database) -> None:
    attempts: list[int] = []

    def work(session: Session) -> str:
        attempts.append(1)
        session.add(Parcel(name=f"attempt {len(attempts)}"))
        session.flush()
        if len(attempts) < 3:
            raise DatabaseConflictError("lost")
        return "done"

    assert database.run_write(work) == "done"
    assert names(database) == ["attempt 3"]


def test_run_write_gives_up_in_the_end(database: Database) -> None:
    attempts: list[int] = []

    def work(session: Session) -> None:
        attempts.append(1)
        raise DatabaseConflictError("lost")

    with pytest.raises(DatabaseConflictError):
        database.run_write(work)
    assert len(attempts) == 5


def test_a_held_lock_is_reported(database: Database) -> None:
    impatient = Database(database.url.render_as_string(hide_password=False), lock_wait=timedelta(milliseconds=20))
    with database.write() as holder:
        database.lock(holder, "one")
        with pytest.raises(DatabaseLockedError) as caught, impatient.write() as session:
            impatient.lock(session, "one")
    impatient.close()
    assert caught.value.code == "TS-DB-LOCKED"
    assert caught.value.next_step


@given(moment=st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.timezones()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_moments_come_back_equal_and_in_utc(database: Database, moment: datetime) -> None:
    with database.write() as session:
        parcel = Parcel(name="moment", at=moment)
        session.add(parcel)
    with database.write() as session:
        found = session.exec(select(Parcel)).one()
        assert found.at == moment.astimezone(UTC)
        assert found.at is not None
        assert found.at.tzinfo is UTC
        session.delete(found)


def test_moments_are_compared_as_moments(database: Database) -> None:
    early = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=6)))
    late = datetime(2026, 6, 1, 7, tzinfo=UTC)
    with database.write() as session:
        session.add_all([Parcel(name="early", at=early), Parcel(name="late", at=late)])
    with database.read() as session:
        assert [p.name for p in session.exec(select(Parcel).where(col(Parcel.at) < late)).all()] == ["early"]


def test_a_moment_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"), database.write() as session:
        session.add(Parcel(name="naive", at=datetime(2026, 6, 1)))


def test_sqlite_is_set_for_durability(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.sqlite")
    with database.read() as session:
        found = [session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
        assert found == ["wal", 2]
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.close()


def test_postgresql_is_set_for_durability(postgresql_database: URL) -> None:
    url = f"{postgresql_database.render_as_string(hide_password=False)}?options=-csynchronous_commit%3Doff"
    database = Database(url)
    with database.read() as session:
        assert session.execute(text("SHOW synchronous_commit")).scalar() == "on"
        assert session.execute(text("SHOW TimeZone")).scalar() == "UTC"
    database.close()


def test_a_read_only_file_can_be_read_but_not_written(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.sqlite") as raw:
        raw.execute("CREATE TABLE t (a)")
    raw.close()
    database = Database(f"sqlite:///file:{tmp_path}/a.sqlite?mode=ro&uri=true")
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM t")).scalar() == 0
    with pytest.raises(DatabaseReadOnlyError), database.write() as session:
        session.execute(text("INSERT INTO t VALUES (1)"))
    database.close()


def test_a_new_file_that_another_process_holds_is_locked(tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "a.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    database = Database(f"sqlite:///{tmp_path}/a.sqlite", lock_wait=timedelta(milliseconds=20))
    with pytest.raises(DatabaseLockedError), database.read():
        # Entering does not connect yet; the first statement does.
        database.create_tables()
    holder.close()
    with database.write():
        pass
    database.close()


def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"not a database at all, but long enough to be one" * 100)
    with pytest.raises(DatabaseDamagedError), Database(f"sqlite:///{path}").read() as session:
        session.execute(text("SELECT 1 FROM sqlite_master"))


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nonexistent/directory/a.sqlite", "postgresql://nobody:wrong@127.0.0.1:1/none?connect_timeout=2"],
)
def test_an_unreachable_database_is_named(url: str) -> None:
    with pytest.raises(DatabaseUnreachableError) as caught, Database(url).read() as session:
        session.execute(text("SELECT 1"))
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://a/b", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_work_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as caught:
        parse_database_url(url)
    assert caught.value.code == "TS-DB-URL"


def test_the_drivers_are_ours() -> None:
    assert parse_database_url("postgres://u@h/d").drivername == "postgresql+psycopg"
    assert parse_database_url("sqlite:///a").drivername == "sqlite+pysqlite"


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(Database("postgresql://u:secret@127.0.0.1/d"))


def test_lock_names_have_keys_of_64_bits() -> None:
    assert -(2**63) <= lock_key("audit") < 2**63
    assert lock_key("audit") != lock_key("serial")


def test_a_lost_connection_is_replaced(postgresql_database: URL) -> None:
    url = postgresql_database.render_as_string(hide_password=False)
    database, admin = Database(url), create_engine(parse_database_url(url))
    with database.read() as session:
        process = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with admin.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    with database.read() as session:
        assert session.execute(text("SELECT 1")).scalar() == 1
    database.close()
    admin.dispose()
