"""Ties the audit log to the fate of its caller's transaction.

A session in which an entry failed can never be committed, whatever its owner does with the exception. Without this, an
action whose caller swallows the error would go on unlogged; and PostgreSQL answers COMMIT of a failed transaction with
a silent rollback, so the caller would even believe that it was done. And what was really committed is told to the log,
which remembers how far it had come.
"""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session

from ops.platform.audit.errors import AuditWriteError

_FAILURE = "ops.platform.audit.failure"
_COMMITTED = "ops.platform.audit.committed"


def doom(session: Session, error: BaseException) -> None:
    """Refuse every later commit of this session until it is rolled back."""
    session.info.setdefault(_FAILURE, error)


def when_committed(session: Session, name: str, tell: Callable[[], None]) -> None:
    """Call `tell` once after the commit, not after a rollback; a later call with the same name replaces it."""
    session.info.setdefault(_COMMITTED, {})[name] = tell


@event.listens_for(Session, "before_commit")
def _refuse(session: Session) -> None:
    error = session.info.get(_FAILURE)
    if error is not None:
        raise AuditWriteError("An audit entry could not be written, so nothing of this action is kept.") from error


@event.listens_for(Session, "after_commit")
def _tell(session: Session) -> None:
    # The release of a savepoint is announced as a commit too, but nothing is durable then.
    if session.info and not session.in_nested_transaction():
        for tell in session.info.pop(_COMMITTED, {}).values():
            tell()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_FAILURE, None)
    session.info.pop(_COMMITTED, None)
