"""Keeps the signed heads of a log in a file outside its database, so that cutting off the tail does not go unseen.

The file takes one head per line and is only appended to. Put it where the database's administrator cannot write,
or hand its lines to somebody else: whoever holds a head can give it to the verifier.
"""

import os
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session

from ops.platform.audit import store
from ops.platform.audit.entry import SignedHead
from ops.platform.audit.errors import AuditBrokenError, AuditError, AuditMissingError, AuditUnreadableError
from ops.platform.audit.lines import MAX_LINE, LineError, parse_line
from ops.platform.audit.signing import head_is_signed


def last_kept_head(path: Path) -> SignedHead | None:
    """The last head of the file; None when the file does not exist or is empty. Raises AuditUnreadableError.

    A last line without its line end was cut by a crash while it was written, and the one before it counts.
    """
    try:
        with path.open("rb") as stream:
            line, _ = _last_line(stream)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AuditUnreadableError(f"The file {path.name} cannot be read: {error.strerror}.") from error
    head = None if line is None else _head(line)
    if line is not None and head is None:
        raise AuditUnreadableError(f"The last line of {path.name} is not a signed head.")
    return head


def keep_heads(session: Session, log_id: str, public_key: bytes, path: Path) -> int:
    """Append the heads that the file does not have yet; durable on return. Returns how many.

    Raises AuditBrokenError when the log does not contain the last kept head any more, or a new head is not signed by
    `public_key`: then nothing is written. Raises AuditError when the file cannot be written.
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
    try:
        _append(path, new)
    except OSError as error:
        raise AuditError(
            f"The heads cannot be kept in {path}: {error.strerror}.",
            next_step="Choose a place with enough space and the right to write.",
        ) from error
    return len(new)


def _last_line(stream: BinaryIO) -> tuple[bytes | None, int]:
    """The last complete line, None for an empty file, and the offset at which it ends."""
    start = stream.seek(max(0, stream.seek(0, os.SEEK_END) - 2 * MAX_LINE))
    tail = stream.read()
    whole = tail.rfind(b"\n") + 1
    rest = tail[whole:]
    if rest and (whole == 0 or _head(rest) is not None):
        return rest, start + len(tail)
    return (tail[:whole].splitlines()[-1] if whole else None), start + whole


def _head(line: bytes) -> SignedHead | None:
    try:
        value = parse_line(line)
    except LineError:
        return None
    return value if isinstance(value, SignedHead) else None


def _append(path: Path, lines: list[str]) -> None:
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644), "r+b") as stream:
        _, end = _last_line(stream)
        stream.truncate(end)
        stream.seek(max(0, end - 1))
        separator = "" if end == 0 or stream.read(1) == b"\n" else "\n"
        stream.write((separator + "".join(f"{line}\n" for line in lines)).encode())
        stream.flush()
        os.fsync(stream.fileno())
