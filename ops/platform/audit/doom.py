"""A session in which an audit entry failed can never be committed, whatever its owner does with the exception.

Without this, an action whose caller swallows the error would go on unlogged; and PostgreSQL answers COMMIT of a failed
transaction with a silent rollback, so the caller would even believe that it was done.
"""

from sqlalchemy import event
from sqlalchemy.orm import Session

from ops.platform.audit.errors import AuditWriteError

_KEY = "ops.platform.audit.failure"


def doom(session: Session, error: BaseException) -> None:
    """Refuse every later commit of this session until it is rolled back."""
    session.info.setdefault(_KEY, error)


@event.listens_for(Session, "before_commit")
def _refuse(session: Session) -> None:
    error = session.info.get(_KEY)
    if error is not None:
        raise AuditWriteError("An audit entry could not be written, so nothing of this action is kept.") from error


@event.listens_for(Session, "after_rollback")
def _forgive(session: Session) -> None:
    session.info.pop(_KEY, None)
