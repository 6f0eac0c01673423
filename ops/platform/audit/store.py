"""Reads and writes the rows of the audit log. Nothing here judges; all of it works inside the caller's transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlmodel import Session

from ops.platform.audit.entry import AuditEntry, SignedHead
from ops.platform.audit.models import AuditEntryRow, AuditHeadRow, AuditLogRow
from ops.platform.statements import PreparedStatement

PAGE = 1_000

_LOG: Table = AuditLogRow.__table__  # type: ignore[attr-defined]
_ENTRY: Table = AuditEntryRow.__table__  # type: ignore[attr-defined]
_HEAD: Table = AuditHeadRow.__table__  # type: ignore[attr-defined]

_END_COLUMNS = (
    _LOG.c.origin,
    _LOG.c.size,
    _LOG.c.last_hash,
    _LOG.c.heads,
    _LOG.c.signed_size,
    _LOG.c.last_head_hash,
)
_ENTRY_COLUMNS = (_ENTRY.c.sequence, _ENTRY.c.previous_hash, _ENTRY.c.entry_hash, _ENTRY.c.body)
_HEAD_COLUMNS = (
    _HEAD.c.number,
    _HEAD.c.size,
    _HEAD.c.root,
    _HEAD.c.previous,
    _HEAD.c.signed_at,
    _HEAD.c.signature,
)

_READ_END = PreparedStatement(select(*_END_COLUMNS).where(_LOG.c.log_id == bindparam("log")))
_LOCK_END = PreparedStatement(select(*_END_COLUMNS).where(_LOG.c.log_id == bindparam("log")).with_for_update())
_MOVE_END = PreparedStatement(
    update(_LOG)
    .where(_LOG.c.log_id == bindparam("log"), _LOG.c.size == bindparam("was"))
    .values({column: bindparam(column.name) for column in _END_COLUMNS})
)
_INSERT_END = PreparedStatement(insert(_LOG))
_INSERT_ENTRY = PreparedStatement(insert(_ENTRY))
_INSERT_HEAD = PreparedStatement(insert(_HEAD))
_READ_ENTRIES = (
    select(*_ENTRY_COLUMNS)
    .where(_ENTRY.c.log_id == bindparam("log"), _ENTRY.c.sequence >= bindparam("start"))
    .order_by(_ENTRY.c.sequence)
    .limit(PAGE)
)
_READ_SUBJECT = (
    select(*_ENTRY_COLUMNS)
    .where(_ENTRY.c.log_id == bindparam("log"), _ENTRY.c.subject == bindparam("subject"))
    .order_by(_ENTRY.c.sequence)
)
_READ_HEADS = (
    select(*_HEAD_COLUMNS)
    .where(_HEAD.c.log_id == bindparam("log"), _HEAD.c.number >= bindparam("start"))
    .order_by(_HEAD.c.number)
    .limit(PAGE)
)
_READ_LAST_HEAD = PreparedStatement(
    select(*_HEAD_COLUMNS).where(_HEAD.c.log_id == bindparam("log")).order_by(_HEAD.c.number.desc()).limit(1)
)


@dataclass(slots=True)
class ChainEnd:
    """Where a chain ends: what the row of `audit_log` says."""

    origin: bytes
    size: int
    last_hash: bytes
    heads: int
    signed_size: int
    last_head_hash: bytes


def read_end(session: Session, log_id: str, *, lock: bool) -> ChainEnd | None:
    """The end of the chain, None when there is no such log. With `lock`, other writers wait until the transaction ends
    (``FOR UPDATE``; on SQLite the writing transaction itself excludes them)."""
    found = (_LOCK_END if lock else _READ_END).run(session.connection(), {"log": log_id}).one_or_none()
    return None if found is None else ChainEnd(*tuple(found))


def log_ids(session: Session) -> tuple[str, ...]:
    """The names of all logs, sorted."""
    return tuple(session.connection().execute(select(_LOG.c.log_id).order_by(_LOG.c.log_id)).scalars())


def insert_end(session: Session, log_id: str, end: ChainEnd) -> None:
    """The first end of a new chain; IntegrityError when the log exists."""
    _INSERT_END.run(session.connection(), {"log_id": log_id, **_end_values(end)})


def move_end(session: Session, log_id: str, was: int, end: ChainEnd) -> bool:
    """Move the end from size `was`; False when it is not there any more, that is, when somebody else moved it."""
    done = _MOVE_END.run(session.connection(), {"log": log_id, "was": was, **_end_values(end)})
    return done.rowcount == 1


def insert_entries(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert entries, in order of their sequence numbers."""
    if len(rows) == 1:
        _INSERT_ENTRY.run(session.connection(), rows[0])
    else:
        _INSERT_ENTRY.run_many(session.connection(), rows)


def insert_head(session: Session, head: SignedHead) -> None:
    """Insert one signed head."""
    row = {
        "log_id": head.log_id,
        "number": head.number,
        "size": head.size,
        "root": head.root,
        "previous": head.previous,
        "signed_at": head.time,
        "signature": head.signature,
    }
    _INSERT_HEAD.run(session.connection(), row)


def entries(session: Session, log_id: str, start: int = 0) -> Iterator[AuditEntry]:
    """Entries from sequence number `start`, in order, read page by page so that memory stays flat."""
    while True:
        page = session.connection().execute(_READ_ENTRIES, {"log": log_id, "start": start}).all()
        for sequence, previous, own, body in page:
            yield AuditEntry(log_id, sequence, previous, own, body)
        if len(page) < PAGE:
            return
        start = page[-1][0] + 1


def entries_about(session: Session, log_id: str, subject: str) -> Iterator[AuditEntry]:
    """Entries whose search column names `subject`, in order."""
    for sequence, previous, own, body in session.connection().execute(
        _READ_SUBJECT, {"log": log_id, "subject": subject}
    ):
        yield AuditEntry(log_id, sequence, previous, own, body)


def heads(session: Session, log_id: str, origin: bytes, start: int = 0) -> Iterator[SignedHead]:
    """Signed heads from number `start`, in order, page by page."""
    while True:
        page = session.connection().execute(_READ_HEADS, {"log": log_id, "start": start}).all()
        for row in page:
            yield _head(log_id, origin, row)
        if len(page) < PAGE:
            return
        start = page[-1][0] + 1


def last_head(session: Session, log_id: str, origin: bytes) -> SignedHead | None:
    """The head with the highest number."""
    rows = _READ_LAST_HEAD.fetch(session.connection(), {"log": log_id})
    return _head(log_id, origin, rows[0]) if rows else None


def _head(log_id: str, origin: bytes, row: Any) -> SignedHead:
    number, size, root, previous, signed_at, signature = row
    return SignedHead(log_id, number, size, root, origin, previous, signed_at, signature)


def _end_values(end: ChainEnd) -> dict[str, Any]:
    return {
        "origin": end.origin,
        "size": end.size,
        "last_hash": end.last_hash,
        "heads": end.heads,
        "signed_size": end.signed_size,
        "last_head_hash": end.last_head_hash,
    }
