"""When the log cannot be written, the action does not happen: full disk, read-only database, broken-off processes."""

import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ops.platform.audit import AuditBrokenError, AuditLog, AuditRecord
from ops.platform.audit.verify import VerificationReport
from ops.platform.clock import FixedClock, SystemClock
from ops.platform.database import Database
from ops.platform.errors import DatabaseFullError, DatabaseReadOnlyError
from ops.platform.keys import KeyAlgorithm, SoftwareKeyStore

Judge = Callable[..., VerificationReport]
OpenLog = Callable[..., AuditLog]


def _act(database: Database, log: AuditLog, number: int, details: dict[str, object]) -> None:
    with database.write() as session:
        session.connection().execute(text("INSERT INTO action VALUES (:n)"), {"n": number})
        log.append(session, "ca.certificate.issued", f"serial:{number}", details)


def test_a_full_disk_stops_the_action(database: Database, log: AuditLog, actions: Callable[[], int]) -> None:
    if not database.is_sqlite:
        pytest.skip("a full disk cannot be simulated inside a shared PostgreSQL server")
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        pages = driver.execute("PRAGMA page_count").fetchone()[0]
        driver.execute(f"PRAGMA max_page_count={pages + 2}")
    done: list[int] = []

    def act_until_full() -> None:
        for number in range(100):
            _act(database, log, number, {"text": "x" * 5_000})
            done.append(number)

    with pytest.raises(DatabaseFullError):
        act_until_full()
    assert actions() == len(done)
    with database.read() as session:
        assert sum(1 for _ in log.entries(session)) == 11 + len(done)


def test_a_read_only_database_stops_the_action(database: Database, log: AuditLog, judged: Judge) -> None:
    with pytest.raises(DatabaseReadOnlyError), database.read() as session:
        log.append(session, "ca.certificate.issued", "serial:0b", {})
    assert judged().entries == 11


@pytest.mark.parametrize("table", ["audit_entry", "audit_head", "audit_log"])
def test_a_statement_that_fails_stops_the_action(
    database: Database, log: AuditLog, actions: Callable[[], int], judged: Judge, table: str
) -> None:
    name = f"{table}_broken"
    when = "UPDATE" if table == "audit_log" else "INSERT"
    if database.is_sqlite:
        make = [f"CREATE TRIGGER {name} BEFORE {when} ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END"]
    else:
        make = [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$",
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    with database.connect_for_write() as connection:
        for statement in make:
            connection.execute(text(statement))
    with pytest.raises((AuditBrokenError, DBAPIError)):
        _act(database, log, 1, {})
    assert actions() == 0
    assert judged().is_good
    with database.connect_for_write() as connection:
        connection.execute(text(f"DROP TRIGGER {name}" + ("" if database.is_sqlite else f" ON {table}")))
    _act(database, log, 1, {})
    assert (actions(), judged().entries, judged().is_good) == (1, 12, True)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(work=st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=6), min_size=2, max_size=6), shared=st.booleans())
def test_threads_write_one_gapless_chain(
    database: Database, open_log: OpenLog, judged: Judge, log: AuditLog, work: list[list[int]], shared: bool
) -> None:
    before = judged().entries
    errors: list[BaseException] = []

    def write(number: int, groups: list[int]) -> None:
        mine = log if shared else open_log()
        try:
            for step, size in enumerate(groups):
                with database.write() as session:
                    mine.append_many(session, [AuditRecord("test.group", f"{number}/{step}", {})] * size)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number, groups)) for number, groups in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    report = judged()
    assert report.is_good
    assert report.entries == before + sum(map(sum, work))


class Site:
    """What a process of its own needs to write the log: pickled as plain text."""

    def __init__(self, url: str, keys: Path) -> None:
        self.url, self.keys = url, str(keys)

    def open(self) -> tuple[Database, AuditLog]:
        store = SoftwareKeyStore(Path(self.keys), "passphrase", work_factor=12)
        return Database(self.url), AuditLog(store, "audit", SystemClock(), "ca/audit")


def _issue_until_killed(site: Site, name: int, acknowledged: str, limit: int) -> None:
    database, log = site.open()
    with open(acknowledged, "ab", buffering=0) as stream:
        for number in range(limit):
            with database.write() as session:
                session.connection().execute(text("INSERT INTO action VALUES (:n)"), {"n": name * 1_000_000 + number})
                log.append(session, "ca.certificate.issued", f"serial:{name * 1_000_000 + number}", {"step": 1})
                log.append(session, "ca.certificate.published", f"serial:{name * 1_000_000 + number}", {"step": 2})
            stream.write(b"%d\n" % (name * 1_000_000 + number))
    database.close()


@pytest.fixture
def site(database: Database, database_url: str, clock: FixedClock, tmp_path: Path, actions: Callable[[], int]) -> Site:
    """A created log on disk, without entries."""
    clock.set(datetime.now(UTC))
    store = SoftwareKeyStore(tmp_path / "keys", "passphrase", work_factor=12)
    store.generate("audit", KeyAlgorithm.EC_P256)
    site = Site(database_url, tmp_path / "keys")
    with database.write() as session:
        site.open()[1].create(session)
    return site


def _start(site: Site, names: range, directory: Path, limit: int) -> list[SpawnProcess]:
    context = multiprocessing.get_context("spawn")
    started = [
        context.Process(target=_issue_until_killed, args=(site, name, str(directory / f"acknowledged-{name}"), limit))
        for name in names
    ]
    for process in started:
        process.start()
    return started


def _logged(database: Database, site: Site) -> tuple[list[Any], list[int], VerificationReport]:
    from ops.platform.audit.export import export_lines
    from ops.platform.audit.verify import verify_export

    _, log = site.open()
    with database.read() as session:
        entries = [entry for entry in log.entries(session) if entry.sequence]
        done = list(session.connection().execute(text("SELECT number FROM action ORDER BY number")).scalars())
        report = verify_export((line.encode() for line in export_lines(session, "ca/audit")), log.public_key)
    return entries, done, report


def test_processes_write_one_gapless_chain(database: Database, site: Site, tmp_path: Path) -> None:
    for process in _start(site, range(3), tmp_path, 25):
        process.join(120)
        assert process.exitcode == 0
    entries, done, report = _logged(database, site)
    assert report.is_good
    assert (len(entries), len(done)) == (150, 75)


def test_kill_9_loses_nothing_acknowledged_and_leaves_a_good_chain(
    database: Database, site: Site, tmp_path: Path
) -> None:
    for cycle in range(2):
        names = range(2 * cycle, 2 * cycle + 2)
        started = _start(site, names, tmp_path, 100_000)
        files = [tmp_path / f"acknowledged-{name}" for name in names]
        while not all(file.exists() and file.stat().st_size > 100 for file in files):
            assert all(process.is_alive() for process in started)
            time.sleep(0.01)
        for process in started:
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            process.join()
    acknowledged = {int(line) for file in tmp_path.glob("acknowledged-*") for line in file.read_text().split()}
    entries, done, report = _logged(database, site)
    assert report.is_good
    assert acknowledged <= set(done)
    # Every action has both of its entries, and no entry is without its action.
    subjects = [entry.subject for entry in entries]
    assert sorted(subjects) == sorted(f"serial:{number}" for number in done for _ in range(2))
    assert len(set(done)) == len(done)
    after = site.open()
    with after[0].write() as session:
        after[1].append(session, "ca.certificate.issued", "serial:after", {})
    after[0].close()
