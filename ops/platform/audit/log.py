"""Writes the audit log: a gapless, hash-chained list whose heads are signed, inside the caller's own transaction.

An action and its entry are committed together or not at all; when an entry cannot be written, the session refuses to
commit even if the caller swallows the error. Writers are serialised by the lock on the log's row in `audit_log`, held
until the transaction ends: append as late in a transaction as possible, and many records in one call.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from ops.platform.audit import store
from ops.platform.audit.canonical import time_text
from ops.platform.audit.check import check_end, check_genesis
from ops.platform.audit.entry import (
    FORMAT,
    GENESIS_EVENT,
    NO_HASH,
    AuditEntry,
    AuditRecord,
    SignedHead,
    encode_body,
    entry_hash,
)
from ops.platform.audit.errors import AuditBrokenError, AuditExistsError, AuditMissingError, AuditRecordError
from ops.platform.audit.hooks import doom, when_committed
from ops.platform.audit.store import ChainEnd
from ops.platform.clock import Clock
from ops.platform.keys import KeyStore


class AuditLog:
    """One audit log. Threads may share it; every method works in the session, and so the transaction, of its caller.

    Keep one object per process: it remembers what it wrote, so that going on costs nothing, and what was committed, so
    that a log that became shorter is noticed. Whatever another process wrote is checked before it is continued.

    The key `key_label` of `key_store` signs the heads. `head_interval` is after how many entries a head is signed:
    with 1, the default, at the end of every call, so that no entry ever stands unsigned; a higher number is faster
    with a slow token and leaves the newest entries to whoever can write the table until the next head.
    """

    def __init__(
        self, key_store: KeyStore, key_label: str, clock: Clock, log_id: str, *, head_interval: int = 1
    ) -> None:
        if head_interval < 1:
            raise ValueError("a head is signed after one entry at the earliest")
        self.log_id = log_id
        self.public_key = key_store.public_key(key_label)
        self._key_store = key_store
        self._key_label = key_label
        self._clock = clock
        self._head_interval = head_interval
        # The end that this object last wrote or checked, and the last one that is known to be committed.
        self._known: ChainEnd | None = None
        self._committed: ChainEnd | None = None

    def create(self, session: Session, *, continues: SignedHead | None = None) -> AuditEntry:
        """Start the chain: the genesis entry binds the log's name, its signing key and a random number.

        Never done silently: a log that is missing is an error everywhere else. `continues` is the last head of the log
        that this one takes over from (another key, another database). Raises AuditExistsError.
        """
        details: dict[str, Any] = {
            "continues": None if continues is None else continues.line(),
            "format": FORMAT,
            "log": self.log_id,
            "nonce": secrets.token_bytes(16),
            "publicKey": self.public_key,
        }
        end = ChainEnd(NO_HASH, 0, NO_HASH, 0, 0, NO_HASH)
        with self._or_doom(session):
            (genesis,), rows = self._link(end, (AuditRecord(GENESIS_EVENT, self.log_id, details),), self._clock.now())
            end.origin = genesis.entry_hash
            try:
                store.insert_end(session, self.log_id, end)
            except IntegrityError as error:
                raise AuditExistsError(f"The audit log {self.log_id!r} exists already.") from error
            store.insert_entries(session, rows)
            self._sign(session, end)
            self._move(session, end.size, end)
        return genesis

    def exists(self, session: Session) -> bool:
        """Whether the log was created."""
        return store.read_end(session, self.log_id, lock=False) is not None

    def append(self, session: Session, event: str, subject: str, details: Mapping[str, object]) -> AuditEntry:
        """Log one event; see `append_many`."""
        return self.append_many(session, (AuditRecord(event, subject, details),))[0]

    def append_many(self, session: Session, records: Sequence[AuditRecord]) -> tuple[AuditEntry, ...]:
        """Log events in this order, durable with the caller's commit.

        Event names are lower-case words joined by dots and hyphens (``ca.certificate.issued``), subjects one line of at
        most 500 characters, details plain values (`canonical.plain`). Raises an AuditError, a KeyStoreError or the
        database's error; the session cannot be committed afterwards.
        """
        if not records:
            return ()
        with self._or_doom(session):
            if any(record.event == GENESIS_EVENT for record in records):
                raise AuditRecordError("Only a new log has a genesis entry.")
            end = self._locked_end(session)
            was = end.size
            entries, rows = self._link(end, records, self._clock.now())
            store.insert_entries(session, rows)
            if end.size - end.signed_size >= self._head_interval:
                self._sign(session, end)
            self._move(session, was, end)
        return entries

    def sign_head(self, session: Session) -> SignedHead:
        """Sign the present end of the log, also when nothing was added since: a fresh statement with a fresh time."""
        with self._or_doom(session):
            end = self._locked_end(session)
            head = self._sign(session, end)
            self._move(session, end.size, end)
        return head

    def head(self, session: Session) -> SignedHead | None:
        """The last signed head, None when there is no log."""
        end = store.read_end(session, self.log_id, lock=False)
        return None if end is None else store.last_head(session, self.log_id, end.origin)

    def entries(self, session: Session, *, start: int = 0, subject: str | None = None) -> Iterator[AuditEntry]:
        """Entries in order from sequence number `start`, or all about one subject. Reading verifies nothing."""
        if subject is None:
            return store.entries(session, self.log_id, start)
        return (entry for entry in store.entries_about(session, self.log_id, subject) if entry.sequence >= start)

    def _locked_end(self, session: Session) -> ChainEnd:
        end = store.read_end(session, self.log_id, lock=True)
        if end is None:
            raise AuditMissingError(f"There is no audit log {self.log_id!r}.")
        if end != self._known:
            self._check_unknown(session, end)
        return end

    def _check_unknown(self, session: Session, end: ChainEnd) -> None:
        # Another process went on, a transaction of ours was rolled back, or somebody wrote into the table.
        seen = self._committed
        if seen is None:
            check_genesis(session, self.log_id, end, self.public_key)
        elif end.origin != seen.origin:
            raise AuditBrokenError(f"The audit log {self.log_id!r} was replaced by another one of the same name.")
        elif end.size < seen.size or end.heads < seen.heads:
            raise AuditBrokenError(
                f"The audit log {self.log_id!r} has {end.size} entries and {end.heads} heads, but this process had "
                f"committed {seen.size} and {seen.heads}."
            )
        check_end(session, self.log_id, end, self.public_key, most_unsigned=self._head_interval - 1)

    def _link(
        self, end: ChainEnd, records: Sequence[AuditRecord], at: datetime
    ) -> tuple[tuple[AuditEntry, ...], list[dict[str, Any]]]:
        entries: list[AuditEntry] = []
        rows: list[dict[str, Any]] = []
        for record in records:
            body = encode_body(record, at)
            own = entry_hash(self.log_id, end.size, end.last_hash, body)
            entries.append(AuditEntry(self.log_id, end.size, end.last_hash, own, body))
            rows.append(
                {
                    "log_id": self.log_id,
                    "sequence": end.size,
                    "recorded_at": at,
                    "event": record.event,
                    "subject": record.subject,
                    "body": body,
                    "previous_hash": end.last_hash,
                    "entry_hash": own,
                }
            )
            end.size, end.last_hash = end.size + 1, own
        return tuple(entries), rows

    def _sign(self, session: Session, end: ChainEnd) -> SignedHead:
        at = time_text(self._clock.now())
        unsigned = SignedHead(
            self.log_id, end.heads, end.size, end.last_hash, end.origin, end.last_head_hash, at, signature=b""
        )
        octets = unsigned.signed_octets
        head = unsigned.with_signature(self._key_store.sign(self._key_label, octets))
        store.insert_head(session, head)
        end.heads, end.signed_size, end.last_head_hash = end.heads + 1, end.size, sha256(octets).digest()
        return head

    def _move(self, session: Session, was: int, end: ChainEnd) -> None:
        if not store.move_end(session, self.log_id, was, end):
            raise AuditBrokenError(f"The audit log {self.log_id!r} was extended from elsewhere at the same time.")
        self._known = end
        when_committed(session, self.log_id, partial(setattr, self, "_committed", end))

    @contextmanager
    def _or_doom(self, session: Session) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            broken = AuditBrokenError(f"The database refuses to continue the audit log {self.log_id!r} at its end.")
            doom(session, broken)
            raise broken from error
        except BaseException as error:
            doom(session, error)
            raise
