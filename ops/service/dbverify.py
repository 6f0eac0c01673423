"""Whether a database can be believed: its storage, its schema version, and the chains of its audit logs."""

from dataclasses import dataclass

from sqlalchemy import inspect
from sqlmodel import Session, select

from ops.platform.audit.entry import AuditEntry
from ops.platform.audit.export import export_lines
from ops.platform.audit.lines import parse_line
from ops.platform.audit.models import AuditLogRow
from ops.platform.audit.verify import VerificationReport, verify_export
from ops.platform.database import Database
from ops.platform.errors import DatabaseError
from ops.platform.keys import UnsupportedKeyError
from ops.service import schema
from ops.service.dbfiles import integrity_faults


@dataclass(frozen=True, slots=True)
class DatabaseReport:
    """What `verify` found. `schema_error` is the code of what is wrong with the version; `logs` by name of the log."""

    schema_version: str | None
    schema_error: str | None
    faults: tuple[str, ...]
    logs: tuple[tuple[str, VerificationReport], ...]

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults and self.schema_error is None and all(report.is_good for _, report in self.logs)


def verify(database: Database, public_key: bytes | None = None) -> DatabaseReport:
    """Check everything; one finding does not stop the others.

    `public_key` (SubjectPublicKeyInfo, DER) is what the audit logs must be signed with. Without it each log is held to
    the key that its own first entry names, which proves that the log is whole, not who wrote it.
    """
    error = _schema_error(database)
    faults = list(integrity_faults(database))
    logs: list[tuple[str, VerificationReport]] = []
    with database.read() as session:
        # A database that was never upgraded has no log to judge; that is what the schema's error says.
        has_logs = inspect(session.connection()).has_table(AuditLogRow.__tablename__)
        for name in session.exec(select(AuditLogRow.log_id)).all() if has_logs else ():
            key = public_key or _named_key(session, name)
            try:
                logs.append((name, verify_export((line.encode() for line in export_lines(session, name)), key)))
            except UnsupportedKeyError:
                faults.append(f"the audit log {name!r} names no key that could have signed it")
    return DatabaseReport(schema.current(database), error, tuple(faults), tuple(logs))


def _schema_error(database: Database) -> str | None:
    try:
        schema.require_current(database)
        schema.check(database)
    except DatabaseError as error:
        return error.code
    return None


def _named_key(session: Session, log_id: str) -> bytes:
    """The key that the first entry names; empty, and so unusable, if it names none."""
    try:
        first = parse_line(next(export_lines(session, log_id)).encode())
        details = first.content()["details"] if isinstance(first, AuditEntry) else None
        return bytes.fromhex(str(details["publicKey"])) if isinstance(details, dict) else b""
    except (StopIteration, KeyError, ValueError):
        return b""
