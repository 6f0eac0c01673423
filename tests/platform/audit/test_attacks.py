"""The eight ways in which a well-known audit log fails, each tried on ours, on both databases."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ops.platform.audit import AuditBrokenError, AuditLog, AuditMissingError, AuditWriteError, store
from ops.platform.audit.verify import VerificationReport
from ops.platform.audit.witness import keep_heads
from ops.platform.database import Database
from ops.platform.keys import KeyStore
from ops.platform.statements import PreparedStatement

Judge = Callable[..., VerificationReport]
OpenLog = Callable[..., AuditLog]


def codes(report: VerificationReport) -> set[str]:
    return {reason.code.removeprefix("TS-AUDIT-") for reason in report.findings}


def refuses_to_go_on(database: Database, log: AuditLog) -> None:
    with pytest.raises(AuditBrokenError), database.write() as session:
        log.append(session, "ca.certificate.issued", "serial:ff", {})


def test_1_a_chain_without_key_is_not_accepted(
    database: Database, table: Any, open_log: OpenLog, judged: Judge
) -> None:
    # Everything thrown away and written again, faultlessly, by somebody who has the software but not the key.
    for name in ("audit_entry", "audit_head", "audit_log"):
        table.run(f"DELETE FROM {name}")
    forged = open_log("other")
    with database.write() as session:
        forged.create(session)
        forged.append(session, "ca.certificate.issued", "serial:01", {})
    assert codes(judged()) >= {"OTHER-KEY", "HEAD-UNSIGNED", "TAIL-UNSIGNED"}
    refuses_to_go_on(database, open_log())


def test_2_a_chain_without_signature_is_not_accepted(
    database: Database, table: Any, open_log: OpenLog, judged: Judge
) -> None:
    table.rewrite(5, '"number":5', '"number":6')
    table.rehash()
    table.run("DELETE FROM audit_head")
    table.run("UPDATE audit_log SET heads = 0, signed_size = 0, last_head_hash = :h", h=bytes(32))
    report = judged()
    assert not report.is_good
    assert report.last_head is None
    assert "TAIL-UNSIGNED" in codes(report)
    refuses_to_go_on(database, open_log())


def test_3_whoever_can_write_the_table_cannot_rewrite_the_chain(
    database: Database, table: Any, open_log: OpenLog, judged: Judge
) -> None:
    table.rewrite(5, '"number":5', '"number":6')
    changed = judged()
    assert [reason.mapping()["sequence"] for reason in changed.findings if reason.code == "TS-AUDIT-CHANGED"] == ["5"]
    table.rehash()
    report = judged()
    assert codes(report) >= {"HEAD-UNSIGNED", "TAIL-UNSIGNED"}
    assert "CHANGED" not in codes(report), "the forged hashes fit; only the signatures tell"
    refuses_to_go_on(database, open_log())


@pytest.mark.parametrize("opened", ["before", "after"])
def test_3_no_process_signs_what_others_wrote(
    database: Database, table: Any, log: AuditLog, open_log: OpenLog, opened: str
) -> None:
    # The heads of the last entries are removed, the entries rewritten, and the end says that nobody signed them yet.
    with database.read() as session:
        end = store.read_end(session, log.log_id, lock=False)
        assert end is not None
        head = list(store.heads(session, log.log_id, end.origin))[4]
    table.rewrite(8, '"number":8', '"number":9')
    table.rehash()
    table.run("DELETE FROM audit_head WHERE number > 4")
    table.run("UPDATE audit_log SET heads = 5, signed_size = 5, last_head_hash = :h", h=head.head_hash)
    refuses_to_go_on(database, log if opened == "before" else open_log())


def test_4_two_writers_do_not_fork_the_chain(
    database: Database, log: AuditLog, open_log: OpenLog, judged: Judge
) -> None:
    holding, entered = threading.Event(), threading.Event()

    def second() -> None:
        entered.wait()
        with database.write() as session:
            other.append(session, "ca.certificate.issued", "second", {})

    other = open_log()
    thread = threading.Thread(target=second)
    thread.start()
    with database.write() as session:
        log.append(session, "ca.certificate.issued", "first", {})
        entered.set()
        holding.wait(0.3)
        log.append(session, "ca.certificate.issued", "first again", {})
    thread.join()
    with database.read() as session:
        subjects = [entry.subject for entry in log.entries(session, start=11)]
    assert subjects == ["first", "first again", "second"]
    assert judged().is_good


def test_4_a_second_branch_is_refused_by_writer_database_and_verifier(
    database: Database, log: AuditLog, table: Any, export: Callable[[], list[bytes]], judged: Judge
) -> None:
    with database.read() as session:
        end = store.read_end(session, log.log_id, lock=False)
    assert end is not None
    with database.write() as session:
        log.append(session, "ca.certificate.issued", "serial:0b", {})
    with database.write() as session:
        assert not store.move_end(session, log.log_id, end.size, end)
        session.rollback()
    with pytest.raises(IntegrityError):
        table.run("INSERT INTO audit_entry SELECT * FROM audit_entry WHERE sequence = 11")
    lines = export()
    branch = next(line for line in lines if b'"sequence":5,' in line)
    assert "SEQUENCE" in codes(judged([*lines[:-2], branch, *lines[-2:]]))


@pytest.mark.parametrize("cause", ["key store", "database", "details"])
def test_5_an_exception_while_logging_cannot_be_swallowed(
    database: Database,
    log: AuditLog,
    actions: Callable[[], int],
    cause: str,
    judged: Judge,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    details: dict[str, object] = {"half": 0.5} if cause == "details" else {}
    if cause == "key store":
        monkeypatch.setattr(log, "_key_label", "gone")
    if cause == "database":
        monkeypatch.setattr(store, "_INSERT_HEAD", PreparedStatement(text("INSERT INTO no_such_table VALUES (1)")))
    swallowed: list[Exception] = []

    def careless() -> None:
        with database.write() as session:
            session.connection().execute(text("INSERT INTO action VALUES (1)"))
            try:
                log.append(session, "ca.certificate.issued", "serial:0b", details)
            except Exception as error:
                swallowed.append(error)

    with pytest.raises(AuditWriteError) as caught:
        careless()
    assert caught.value.__cause__ is swallowed[0]
    assert actions() == 0
    assert judged().entries == 11
    assert judged().is_good


def test_6_a_row_without_hash_does_not_restart_the_chain(
    database: Database, table: Any, open_log: OpenLog, export: Callable[[], list[bytes]], judged: Judge
) -> None:
    with pytest.raises(IntegrityError):
        table.run("UPDATE audit_entry SET entry_hash = NULL WHERE sequence = 5")
    table.run("UPDATE audit_entry SET entry_hash = :e, previous_hash = :e WHERE sequence = 5", e=b"")
    assert "UNHASHED" in codes(judged())
    # The same in the file: the hash left out, or a new beginning put in its place.
    table.run("UPDATE audit_entry SET previous_hash = :z WHERE sequence = 5", z=bytes(32))
    for changed in (judged(), judged([_without_hash(line) for line in export()])):
        assert not changed.is_good
    table.run("UPDATE audit_entry SET previous_hash = :z WHERE sequence = 10", z=bytes(32))
    refuses_to_go_on(database, open_log())


def _without_hash(line: bytes) -> bytes:
    value = json.loads(line)
    value.pop("hash", None)
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def test_6_a_log_that_is_gone_is_not_started_anew_in_silence(
    database: Database, table: Any, log: AuditLog, open_log: OpenLog, judged: Judge
) -> None:
    kept = judged().last_head
    for name in ("audit_entry", "audit_head", "audit_log"):
        table.run(f"DELETE FROM {name}")
    with pytest.raises(AuditMissingError), database.write() as session:
        log.append(session, "ca.certificate.issued", "serial:0b", {})
    # Even the operator cannot start it again under the eyes of somebody who kept a head, or of a running process.
    with database.write() as session:
        anew = open_log()
        anew.create(session)
        for number in range(20):
            anew.append(session, "ca.certificate.issued", f"anew:{number}", {})
    assert judged().is_good
    assert "KEPT-HEAD-OTHER-CHAIN" in codes(judged(expected_head=kept))
    refuses_to_go_on(database, log)


def test_7_the_first_row_in_view_is_not_an_anchor(
    database: Database, table: Any, open_log: OpenLog, export: Callable[[], list[bytes]], judged: Judge
) -> None:
    lines = export()
    start = next(number for number, line in enumerate(lines) if b'"sequence":5,' in line)
    assert "NO-GENESIS" in codes(judged(lines[start:]))
    table.run("DELETE FROM audit_entry WHERE sequence < 5")
    assert "NO-GENESIS" in codes(judged())
    refuses_to_go_on(database, open_log())
    # Renumbered, so that something stands in the first place again.
    table.run("UPDATE audit_entry SET sequence = sequence - 5")
    table.run("UPDATE audit_head SET size = size - 5")
    table.run("DELETE FROM audit_head WHERE size < 1")
    table.run("UPDATE audit_log SET size = size - 5, signed_size = signed_size - 5")
    table.rehash()
    assert codes(judged()) >= {"NO-GENESIS", "HEAD-UNSIGNED"}
    refuses_to_go_on(database, open_log())


def test_8_a_truncated_tail_is_noticed(
    database: Database,
    table: Any,
    log: AuditLog,
    open_log: OpenLog,
    judged: Judge,
    keys: KeyStore,
    tmp_path: Path,
) -> None:
    witness = tmp_path / "heads"
    with database.read() as session:
        assert keep_heads(session, "ca/audit", keys.public_key("audit"), witness) == 11
    kept = judged().last_head
    table.run("DELETE FROM audit_entry WHERE sequence >= 8")
    assert "TRUNCATED" in codes(judged())
    refuses_to_go_on(database, open_log())
    # Entries, heads and end cut off together: the state is one that was truly signed once. Only a kept head tells.
    table.cut(8)
    refuses_to_go_on(database, log)
    alone = judged()
    assert alone.is_good
    assert "NO-KEPT-HEAD" in codes(alone), "the report says what it cannot see"
    assert "SHORTER-THAN-KEPT-HEAD" in codes(judged(expected_head=kept))
    with pytest.raises(AuditBrokenError), database.read() as session:
        keep_heads(session, "ca/audit", keys.public_key("audit"), witness)
    # And growing again does not hide it.
    with database.write() as session:
        for number in range(5):
            open_log().append(session, "ca.certificate.issued", f"new:{number}", {})
    assert "KEPT-HEAD-DIFFERS" in codes(judged(expected_head=kept))
