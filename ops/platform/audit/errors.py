"""What can go wrong with the audit log, as a person is told it. Every one of these stops the action to be logged."""

from policies.errors import TrustspaceError, UnreadableInputError


class AuditError(TrustspaceError):
    """Root of the tree: the entry was not written, so the action must not happen."""

    code = "TS-AUDIT-ERROR"
    next_step = "Nothing was done. Restore the audit log's database and key, then repeat the action."
    http_status = 503


class AuditWriteError(AuditError):
    """The database or the key store refused; the transaction cannot be committed any more."""

    code = "TS-AUDIT-NOT-WRITTEN"
    next_step = "Nothing was done. Free space or restore the database and the signing key, then repeat the action."


class AuditMissingError(AuditError):
    """The log was never created, or it is gone."""

    code = "TS-AUDIT-NO-LOG"
    next_step = "Create the log if this is a new installation; otherwise find out who removed it before going on."


class AuditExistsError(AuditError):
    """A log of this name exists; a chain is never started twice."""

    code = "TS-AUDIT-LOG-EXISTS"
    next_step = "Use the existing log, or choose another name."
    http_status = 409


class AuditBrokenError(AuditError):
    """What is stored contradicts the chain or the last signed head: somebody changed it."""

    code = "TS-AUDIT-BROKEN"
    next_step = "Stop. Keep the database as it is, export and verify the log, and investigate who changed it."


class AuditRecordError(AuditError):
    """The event, subject or details cannot be written in the canonical form."""

    code = "TS-AUDIT-RECORD"
    next_step = "Log text, whole numbers, booleans, times and lists or maps of them; this is a fault of the program."
    http_status = 500


class AuditUnreadableError(UnreadableInputError):
    """A file that should hold an exported log, a head or a public key does not."""

    code = "TS-AUDIT-UNREADABLE"
