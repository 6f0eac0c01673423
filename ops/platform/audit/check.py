"""Looks at what is stored before a process extends it for the first time: a broken chain is never continued.

The last signed head is verified, the entries after it are hashed again, and nothing may lie beyond the end. What was
cut off together with its heads cannot be seen from inside: heads kept elsewhere show that (`witness`).
"""

from sqlmodel import Session

from ops.platform.audit import store
from ops.platform.audit.entry import GENESIS_EVENT, NO_HASH, AuditEntry, SignedHead, entry_hash
from ops.platform.audit.errors import AuditBrokenError
from ops.platform.audit.store import ChainEnd
from ops.platform.keys import natural_signature_algorithm
from policies.algorithms import CryptoResult, verify


def head_is_signed(head: SignedHead, spki: bytes) -> bool:
    """Whether the head's signature verifies under the trusted key; the algorithm follows from the key alone."""
    algorithm = natural_signature_algorithm(spki)
    return verify(algorithm, spki, head.signed_octets, head.signature) is CryptoResult.VALID


def check_end(session: Session, log_id: str, end: ChainEnd, spki: bytes) -> None:
    """AuditBrokenError unless genesis, last head and everything after it agree with `end` and the key `spki`."""
    _check_genesis(session, log_id, end, spki)
    head = store.last_head(session, log_id, end.origin)
    if head is None:
        raise AuditBrokenError(f"The audit log {log_id!r} has no signed head.")
    if not head_is_signed(head, spki):
        raise AuditBrokenError(f"The last head of the audit log {log_id!r} does not carry a valid signature.")
    if (head.number + 1, head.size, head.head_hash) != (end.heads, end.signed_size, end.last_head_hash):
        raise AuditBrokenError(f"The audit log {log_id!r} does not end where its last signed head says.")
    check_links(session, log_id, head.size - 1, head.root, end)


def check_links(session: Session, log_id: str, start: int, root: bytes, end: ChainEnd) -> None:
    """AuditBrokenError unless entry `start` has the hash `root` and the entries from there lead exactly to `end`."""
    previous, expected = NO_HASH, start
    for entry in store.entries(session, log_id, start):
        if entry.sequence != expected or entry.entry_hash != _recomputed(entry):
            raise AuditBrokenError(f"Entry {entry.sequence} of the audit log {log_id!r} was changed or moved.")
        if entry.entry_hash != root if entry.sequence == start else entry.previous_hash != previous:
            raise AuditBrokenError(f"Entry {entry.sequence} of the audit log {log_id!r} does not continue the chain.")
        previous, expected = entry.entry_hash, expected + 1
    if (expected, previous) != (end.size, end.last_hash):
        raise AuditBrokenError(f"The audit log {log_id!r} has {expected} entries; its end says {end.size}.")


def _check_genesis(session: Session, log_id: str, end: ChainEnd, spki: bytes) -> None:
    first = next(store.entries(session, log_id), None)
    if first is None or first.sequence != 0 or first.entry_hash != end.origin or _recomputed(first) != end.origin:
        raise AuditBrokenError(f"The first entry of the audit log {log_id!r} is missing or was changed.")
    details = first.content()["details"]
    named = details.get("publicKey") if isinstance(details, dict) else None
    if first.event != GENESIS_EVENT or named != spki.hex():
        raise AuditBrokenError(f"The audit log {log_id!r} was started for another signing key.")


def _recomputed(entry: AuditEntry) -> bytes:
    return entry_hash(entry.log_id, entry.sequence, entry.previous_hash, entry.body)
