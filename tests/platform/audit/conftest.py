"""A log with signing keys on both databases, and what an attacker with every right on the tables can do."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from ops.platform.audit import AuditLog, guards, store
from ops.platform.audit.entry import entry_hash
from ops.platform.audit.export import export_lines
from ops.platform.audit.verify import VerificationReport, verify_export
from ops.platform.clock import FixedClock
from ops.platform.database import Database
from ops.platform.keys import KeyAlgorithm, KeyStore, SoftwareKeyStore

LOG = "ca/audit"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    """The operator's key "audit" and somebody else's key "other"."""
    store = SoftwareKeyStore(tmp_path_factory.mktemp("keys"), "passphrase", work_factor=12)
    store.generate("audit", KeyAlgorithm.EC_P256)
    store.generate("other", KeyAlgorithm.EC_P256)
    return store


@pytest.fixture
def open_log(keys: KeyStore, clock: FixedClock) -> Callable[..., AuditLog]:
    """A fresh `AuditLog`, as another process would open it."""

    def open_(key: str = "audit", log_id: str = LOG, **options: Any) -> AuditLog:
        return AuditLog(keys, key, clock, log_id, **options)

    return open_


@pytest.fixture
def log(open_log: Callable[..., AuditLog], database: Database) -> AuditLog:
    """A log with its genesis entry and ten more."""
    log = open_log()
    with database.write() as session:
        log.create(session)
    for number in range(1, 11):
        with database.write() as session:
            log.append(session, "ca.certificate.issued", f"serial:{number:02x}", {"number": number})
    return log


class Table:
    """The database in the hands of somebody who owns it: triggers dropped, every row within reach, but no key."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.connect_for_write() as connection:
            guards.remove(connection)

    def run(self, statement: str, **values: object) -> list[Any]:
        """Run one statement and commit it."""
        with self.database.connect_for_write() as connection:
            result = connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    def rewrite(self, sequence: int, old: str, new: str) -> None:
        """Change the body of an entry and nothing else."""
        body = self.run("SELECT body FROM audit_entry WHERE sequence = :s", s=sequence)[0][0]
        assert old in body
        self.run("UPDATE audit_entry SET body = :b WHERE sequence = :s", b=body.replace(old, new), s=sequence)

    def rehash(self, log_id: str = LOG) -> None:
        """Recompute every hash of the chain, of the heads and of the end, as anybody can."""
        with self.database.write() as session:
            end = store.read_end(session, log_id, lock=True)
            assert end is not None
            entries = list(store.entries(session, log_id))
        hashes, previous = [], bytes(32)
        for entry in entries:
            hashes.append(entry_hash(log_id, entry.sequence, previous, entry.body))
            self.run(
                "UPDATE audit_entry SET previous_hash = :p, entry_hash = :h WHERE sequence = :s",
                p=previous,
                h=hashes[-1],
                s=entry.sequence,
            )
            previous = hashes[-1]
        self.run("UPDATE audit_log SET origin = :o, last_hash = :l", o=hashes[0], l=previous)
        self.rehash_heads(hashes, log_id)

    def rehash_heads(self, hashes: list[bytes], log_id: str = LOG) -> None:
        """Make the heads fit other entries; their signatures stay what they were."""
        with self.database.read() as session:
            heads = list(store.heads(session, log_id, hashes[0]))
        previous = bytes(32)
        for head in heads:
            root = hashes[head.size - 1]
            self.run(
                "UPDATE audit_head SET root = :r, previous = :p WHERE number = :n", r=root, p=previous, n=head.number
            )
            with self.database.read() as session:
                previous = next(store.heads(session, log_id, hashes[0], head.number)).head_hash
        self.run("UPDATE audit_log SET last_head_hash = :h", h=previous)

    def cut(self, size: int) -> None:
        """Cut entries and heads off so that the log ends after `size` entries as it once did."""
        self.run("DELETE FROM audit_entry WHERE sequence >= :s", s=size)
        self.run("DELETE FROM audit_head WHERE size > :s", s=size)
        with self.database.read() as session:
            end = store.read_end(session, LOG, lock=False)
            assert end is not None
            head = store.last_head(session, LOG, end.origin)
        assert head is not None
        self.run(
            "UPDATE audit_log SET size = :s, signed_size = :s, last_hash = :r, heads = :n, last_head_hash = :h",
            s=size,
            r=head.root,
            n=head.number + 1,
            h=head.head_hash,
        )


@pytest.fixture
def table(database: Database, log: AuditLog) -> Table:
    """The attacker's view of the log."""
    return Table(database)


@pytest.fixture
def export(database: Database) -> Callable[..., list[bytes]]:
    """The lines that an export has now."""

    def lines(log_id: str = LOG) -> list[bytes]:
        with database.read() as session:
            return [line.encode() + b"\n" for line in export_lines(session, log_id)]

    return lines


@pytest.fixture
def judged(export: Callable[[], list[bytes]], keys: KeyStore) -> Callable[..., VerificationReport]:
    """The verdict of a stranger who has the operator's public key, over the present export or given lines."""

    def judge(lines: list[bytes] | None = None, **options: Any) -> VerificationReport:
        return verify_export(export() if lines is None else lines, keys.public_key("audit"), **options)

    return judge


@pytest.fixture
def actions(database: Database) -> Iterator[Callable[[], int]]:
    """A table for the actions that are logged; counts them."""
    with database.connect_for_write() as connection:
        connection.execute(text("CREATE TABLE action (number BIGINT PRIMARY KEY)"))

    def count() -> int:
        with database.read() as session:
            return int(session.connection().execute(text("SELECT count(*) FROM action")).scalar_one())

    yield count
    with database.connect_for_write() as connection:
        connection.execute(text("DROP TABLE action"))
