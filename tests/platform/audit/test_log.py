"""Writing: what a transaction keeps and gives back, when heads are signed, and what the database itself refuses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ops.platform.audit import (
    AuditBrokenError,
    AuditExistsError,
    AuditLog,
    AuditMissingError,
    AuditRecord,
    AuditRecordError,
)
from ops.platform.audit.signing import head_is_signed
from ops.platform.audit.verify import VerificationReport
from ops.platform.clock import FixedClock
from ops.platform.database import Database

OpenLog = Callable[..., AuditLog]
Judge = Callable[..., VerificationReport]


def test_an_entry_says_what_was_logged(database: Database, log: AuditLog, clock: FixedClock) -> None:
    clock.advance(timedelta(seconds=1, microseconds=5))
    with database.write() as session:
        entry = log.append(session, "ca.certificate.revoked", "serial:ff — Қазақстан", {"reason": "keyCompromise"})
    assert (entry.sequence, entry.event, entry.subject, entry.at) == (
        11,
        "ca.certificate.revoked",
        "serial:ff — Қазақстан",
        clock.now(),
    )
    with database.read() as session:
        assert list(log.entries(session, subject=entry.subject)) == [entry]
        assert list(log.entries(session, start=11)) == [entry]
        assert [found.sequence for found in log.entries(session)] == list(range(12))
        assert list(log.entries(session, subject="serial:01", start=2)) == []


def test_an_action_and_its_entry_are_undone_together(
    database: Database, log: AuditLog, actions: Callable[[], int], judged: Judge
) -> None:
    def fails_later() -> None:
        with database.write() as session:
            session.connection().execute(text("INSERT INTO action VALUES (1)"))
            log.append(session, "ca.certificate.issued", "serial:0b", {})
            raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            fails_later()
    assert actions() == 0
    with database.write() as session:
        session.connection().execute(text("INSERT INTO action VALUES (1)"))
        assert log.append(session, "ca.certificate.issued", "serial:0b", {}).sequence == 11
    assert actions() == 1
    assert judged().is_good


def test_a_savepoint_given_back_takes_its_entries_with_it(database: Database, log: AuditLog, judged: Judge) -> None:
    with database.write() as session:
        log.append(session, "ca.certificate.issued", "kept", {})
        savepoint = session.begin_nested()
        log.append(session, "ca.certificate.issued", "given back", {})
        savepoint.rollback()
        with session.begin_nested():
            log.append(session, "ca.certificate.issued", "kept too", {})
    with database.write() as session:
        log.append(session, "ca.certificate.issued", "last", {})
    with database.read() as session:
        assert [entry.subject for entry in log.entries(session, start=11)] == ["kept", "kept too", "last"]
    assert judged().is_good


def test_a_released_savepoint_is_not_taken_for_a_commit(database: Database, log: AuditLog, judged: Judge) -> None:
    def fails_later() -> None:
        with database.write() as session:
            with session.begin_nested():
                log.append(session, "ca.certificate.issued", "given back", {})
            raise LookupError

    with pytest.raises(LookupError):
        fails_later()
    with database.write() as session:
        assert log.append(session, "ca.certificate.issued", "kept", {}).sequence == 11
    assert judged().is_good


def test_many_records_are_one_link_after_another_under_one_head(
    database: Database, log: AuditLog, judged: Judge
) -> None:
    records = [AuditRecord("ca.certificate.issued", f"serial:{number}", {}) for number in range(1_500)]
    with database.write() as session:
        entries = log.append_many(session, records)
        assert log.append_many(session, ()) == ()
        head = log.head(session)
    assert [entry.sequence for entry in entries] == list(range(11, 1_511))
    assert head is not None
    assert (head.number, head.size, head.root) == (11, 1_511, entries[-1].entry_hash)
    report = judged()
    assert (report.entries, report.heads, report.is_good) == (1_511, 12, True)
    with database.read() as session:
        assert sum(1 for _ in log.entries(session)) == 1_511


def test_heads_come_at_the_interval_and_on_demand(database: Database, open_log: OpenLog, judged: Judge) -> None:
    log = open_log(head_interval=4)
    with database.write() as session:
        log.create(session)
    for number in range(6):
        with database.write() as session:
            log.append(session, "ca.certificate.issued", f"serial:{number}", {})
    report = judged()
    assert {reason.code for reason in report.findings} >= {"TS-AUDIT-TAIL-UNSIGNED"}
    assert report.last_head is not None
    assert (report.heads, report.last_head.size) == (2, 5)
    # Another process goes on over the unsigned entries, and signs on demand, also without news.
    other = open_log(head_interval=4)
    with database.write() as session:
        other.append(session, "ca.certificate.issued", "serial:7", {})
        heads = [other.sign_head(session), other.sign_head(session)]
    assert [(head.number, head.size) for head in heads] == [(2, 8), (3, 8)]
    assert heads[1].previous == heads[0].head_hash
    assert all(head_is_signed(head, other.public_key) for head in heads)
    assert judged().is_good


def test_more_unsigned_entries_than_the_interval_leaves_are_refused(database: Database, open_log: OpenLog) -> None:
    careless = open_log(head_interval=100)
    with database.write() as session:
        careless.create(session)
        careless.append(session, "ca.certificate.issued", "serial:1", {})
        careless.append(session, "ca.certificate.issued", "serial:2", {})
    with pytest.raises(AuditBrokenError), database.write() as session:
        open_log().append(session, "ca.certificate.issued", "serial:3", {})


def test_a_log_is_created_once_and_never_by_accident(database: Database, open_log: OpenLog) -> None:
    log = open_log()
    with database.read() as session:
        assert not log.exists(session)
        assert log.head(session) is None
    for use in (log.sign_head, lambda session: log.append(session, "ca.certificate.issued", "serial:1", {})):
        with pytest.raises(AuditMissingError), database.write() as session:
            use(session)
    with database.write() as session:
        genesis = log.create(session)
    assert (genesis.sequence, genesis.event) == (0, "audit.genesis")
    with database.read() as session:
        assert log.exists(session)
    with pytest.raises(AuditExistsError), database.write() as session:
        open_log().create(session)


def test_logs_of_one_database_do_not_touch_each_other(
    database: Database, log: AuditLog, open_log: OpenLog, export: Callable[..., list[bytes]], judged: Judge
) -> None:
    second = open_log("other", "signer/audit")
    with pytest.raises(AuditRecordError), database.write() as session:
        log.append(session, "audit.genesis", "second", {})
    with database.read() as session:
        continued = log.head(session)
    with database.write() as session:
        genesis = second.create(session, continues=continued)
        log.append(session, "ca.certificate.issued", "serial:0b", {})
        second.append(session, "signer.signed", "document:1", {})
    assert continued is not None
    assert continued.line() in str(genesis.content()["details"])
    assert judged().is_good
    mixed = [*export(), *export("signer/audit")]
    assert "TS-AUDIT-OTHER-LOG" in {reason.code for reason in judged(mixed).findings}


def test_a_key_that_is_not_the_logs_is_refused(database: Database, log: AuditLog, open_log: OpenLog) -> None:
    with pytest.raises(AuditBrokenError), database.write() as session:
        open_log("other").append(session, "ca.certificate.issued", "serial:0b", {})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET subject = 'x' WHERE sequence = 3",
        "DELETE FROM audit_entry WHERE sequence = 10",
        "UPDATE audit_head SET size = 1 WHERE number = 3",
        "DELETE FROM audit_head WHERE number = 10",
        "INSERT INTO audit_entry SELECT log_id, 11, recorded_at, event, subject, body, previous_hash, entry_hash "
        "FROM audit_entry WHERE sequence = 10",
        "INSERT INTO audit_entry SELECT log_id, 20, recorded_at, event, subject, body, entry_hash, entry_hash "
        "FROM audit_entry WHERE sequence = 10",
    ],
)
def test_the_database_itself_refuses_to_change_history(
    database: Database, log: AuditLog, judged: Judge, statement: str
) -> None:
    with pytest.raises(IntegrityError), database.connect_for_write() as connection:
        connection.execute(text(statement))
    assert judged().is_good


def test_search_columns_repeat_the_body(database: Database, log: AuditLog) -> None:
    with database.read() as session:
        rows: list[Any] = list(
            session.connection().execute(text("SELECT event, subject, body FROM audit_entry ORDER BY sequence"))
        )
        entries = list(log.entries(session))
    assert [(row.event, row.subject, row.body) for row in rows] == [(e.event, e.subject, e.body) for e in entries]
