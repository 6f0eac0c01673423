"""Keeps the signed heads of a log in a file outside its database, so that cutting off the tail does not go unseen.

The file takes one head per line and is only ever appended to. Put it where the database's administrator cannot write,
or hand its lines to somebody else: whoever holds a head can give it to the verifier.
"""

import os
from pathlib import Path

from sqlmodel import Session

from ops.platform.audit import store
from ops.platform.audit.entry import SignedHead
from ops.platform.audit.errors import AuditBrokenError, AuditMissingError, AuditUnreadableError
from ops.platform.audit.lines import MAX_LINE, LineError, parse_line
from ops.platform.audit.signing import head_is_signed


def last_kept_head(path: Path) -> SignedHead | None:
    """The last head of the file; None when the file does not exist or is empty. Raises AuditUnreadableError.

    A last line without its line end was cut by a crash while it was written, and the one before it counts.
    """
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - 4 * MAX_LINE))
            tail = stream.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AuditUnreadableError(f"The file {path.name} cannot be read: {error.strerror}.") from error
    lines = tail[: tail.rfind(b"\n") + 1].splitlines() or tail.splitlines()
    if not lines:
        return None
    try:
        head = parse_line(lines[-1])
    except LineError as error:
        raise AuditUnreadableError(f"The last line of {path.name} is not a signed head: {error}.") from error
    if not isinstance(head, SignedHead):
        raise AuditUnreadableError(f"The last line of {path.name} is not a signed head.")
    return head


def keep_heads(session: Session, log_id: str, public_key: bytes, path: Path) -> int:
    """Append the heads that the file does not have yet; durable on return. Returns how many.

    Raises AuditBrokenError when the log does not contain the last kept head any more, or a new head is not signed by
    `public_key`: then nothing is written.
    """
    end = store.read_end(session, log_id, lock=False)
    if end is None:
        raise AuditMissingError(f"There is no audit log {log_id!r}.")
    kept = last_kept_head(path)
    start = 0 if kept is None else kept.number
    stored = store.heads(session, log_id, end.origin, start)
    if kept is not None:
        again = next(stored, None)
        if again is None or again.head_hash != kept.head_hash:
            raise AuditBrokenError(
                f"The audit log {log_id!r} does not contain head {kept.number} of {kept.time} any more."
            )
    previous, new = kept, []
    for head in stored:
        follows = previous is None or (head.number == previous.number + 1 and head.previous == previous.head_hash)
        if not follows or not head_is_signed(head, public_key):
            raise AuditBrokenError(f"Head {head.number} of the audit log {log_id!r} is not what was signed.")
        new.append(head.line())
        previous = head
    _append(path, new)
    return len(new)


def _append(path: Path, lines: list[str]) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    with open(descriptor, "r+b") as stream:
        stream.write("".join(f"{line}\n" for line in lines).encode())
        stream.flush()
        os.fsync(stream.fileno())
