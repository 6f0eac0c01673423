"""Decides whether what is stored may be extended: a process never continues a chain that it does not know to be signed.

The last signed head is verified, the entries after it are hashed again, and nothing may lie beyond the end. What was
cut off together with its heads cannot be seen from inside: heads kept elsewhere show that (`witness`).
"""

from sqlmodel import Session

from ops.platform.audit import store
from ops.platform.audit.entry import GENESIS_EVENT, NO_HASH, AuditEntry, entry_hash
from ops.platform.audit.errors import AuditBrokenError
from ops.platform.audit.signing import head_is_signed
from ops.platform.audit.store import ChainEnd


def check_genesis(session: Session, log_id: str, end: ChainEnd, spki: bytes) -> None:
    """AuditBrokenError unless the first entry is a genesis entry for the key `spki` and the one that `end` names."""
    first = next(store.entries(session, log_id), None)
    if first is None or first.sequence != 0 or first.entry_hash != end.origin or _recomputed(first) != end.origin:
        raise AuditBrokenError(f"The first entry of the audit log {log_id!r} is missing or was changed.")
    details = first.content()["details"]
    named = details.get("publicKey") if isinstance(details, dict) else None
    if first.event != GENESIS_EVENT or named != spki.hex():
        raise AuditBrokenError(f"The audit log {log_id!r} was started for another signing key.")


def check_end(session: Session, log_id: str, end: ChainEnd, spki: bytes, *, most_unsigned: int) -> None:
    """AuditBrokenError unless a head signed with `spki` covers `end`, but for `most_unsigned` entries after it."""
    head = store.last_head(session, log_id, end.origin)
    if head is None:
        raise AuditBrokenError(f"The audit log {log_id!r} has no signed head.")
    if not head_is_signed(head, spki):
        raise AuditBrokenError(f"The last head of the audit log {log_id!r} does not carry a valid signature.")
    if (head.number + 1, head.size, head.head_hash) != (end.heads, end.signed_size, end.last_head_hash):
        raise AuditBrokenError(f"The audit log {log_id!r} does not end where its last signed head says.")
    if end.size - head.size > most_unsigned:
        raise AuditBrokenError(f"The audit log {log_id!r} has {end.size - head.size} entries that nobody signed.")
    _check_links(session, log_id, head.size - 1, head.root, end)


def _check_links(session: Session, log_id: str, start: int, root: bytes, end: ChainEnd) -> None:
    previous, expected = NO_HASH, start
    for entry in store.entries(session, log_id, start):
        if entry.sequence != expected or entry.entry_hash != _recomputed(entry):
            raise AuditBrokenError(f"Entry {entry.sequence} of the audit log {log_id!r} was changed or moved.")
        if entry.entry_hash != root if entry.sequence == start else entry.previous_hash != previous:
            raise AuditBrokenError(f"Entry {entry.sequence} of the audit log {log_id!r} does not continue the chain.")
        previous, expected = entry.entry_hash, expected + 1
    if (expected, previous) != (end.size, end.last_hash):
        raise AuditBrokenError(f"The audit log {log_id!r} has {expected} entries; its end says {end.size}.")


def _recomputed(entry: AuditEntry) -> bytes:
    return entry_hash(entry.log_id, entry.sequence, entry.previous_hash, entry.body)
