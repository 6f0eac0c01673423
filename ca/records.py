"""Turns rows into the views that callers see."""

from sqlmodel import Session, col, select

from ca.models import AuthorityRow, CertificateRow, RevocationRow, StatusEventRow
from ca.names import display
from ca.serial import serial_of
from ca.values import CertificateView, RevocationReason, RevocationView, StatusEvent


def certificate_view(session: Session, row: CertificateRow) -> CertificateView:
    """A certificate's record with present status and history."""
    assert row.id is not None
    return CertificateView(
        id=row.id,
        authority=session.get_one(AuthorityRow, row.issuer_id).name,
        serial=serial_of(row.serial),
        state=row.state,
        profile=row.profile,
        purpose=row.purpose,
        subject=display(row.subject),
        sha256=row.sha256,
        der=row.der,
        not_before=row.not_before,
        not_after=row.not_after,
        instrument=row.instrument,
        revocation=_revocation(session.get(RevocationRow, row.id)),
        history=_history(session, row.id),
    )


def _revocation(row: RevocationRow | None) -> RevocationView | None:
    if row is None:
        return None
    return RevocationView(RevocationReason(row.reason), row.revoked_at, row.invalidity_date, row.grounds, row.actor)


def _history(session: Session, certificate_id: int) -> tuple[StatusEvent, ...]:
    rows = session.exec(
        select(StatusEventRow).where(StatusEventRow.certificate_id == certificate_id).order_by(col(StatusEventRow.id))
    )
    return tuple(StatusEvent(row.action, row.at, row.reason, row.grounds, row.actor) for row in rows)
