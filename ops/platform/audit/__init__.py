"""The audit log: append-only, gapless, hash-chained, with signed heads, and checked by strangers from a file.

`AuditLog` writes it inside the caller's transaction; `export` makes the file; `verify` judges the file with nothing but
the public key.
"""

from ops.platform.audit import guards as guards  # declares the triggers with the tables
from ops.platform.audit.entry import AuditEntry, AuditRecord, SignedHead
from ops.platform.audit.errors import (
    AuditBrokenError,
    AuditError,
    AuditExistsError,
    AuditMissingError,
    AuditRecordError,
    AuditUnreadableError,
    AuditWriteError,
)
from ops.platform.audit.log import AuditLog

__all__ = [
    "AuditBrokenError",
    "AuditEntry",
    "AuditError",
    "AuditExistsError",
    "AuditLog",
    "AuditMissingError",
    "AuditRecord",
    "AuditRecordError",
    "AuditUnreadableError",
    "AuditWriteError",
    "SignedHead",
]
