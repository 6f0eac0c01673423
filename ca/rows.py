"""Certificate rows, read and locked in one statement for as many as there are."""

from collections.abc import Sequence

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from ca.models import CertificateRow

_LOCKED = (
    select(CertificateRow)
    .where(col(CertificateRow.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(CertificateRow.id))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def locked_rows(session: Session, ids: Sequence[int]) -> dict[int, CertificateRow]:
    """Certificate rows by number, read afresh and locked against every other writer until the transaction ends."""
    return {row.id: row for row in session.exec(_LOCKED, params={"ids": list(ids)}) if row.id is not None}
