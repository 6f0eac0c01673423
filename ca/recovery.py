"""After a crash: what was reserved and never finished becomes void, and what may have been signed is revoked.

A row in state «signing» whose process died may or may not have a signature somewhere. Nobody was told of it, so the
certificate is given up; because it could exist, its serial goes onto the list of revoked ones (record before sign).
"""

from datetime import timedelta

from sqlmodel import Session, col, select

from ca.clockguard import trusted_now
from ca.errors import TokenError, UnknownCertificateError
from ca.models import AuthorityRow, CertificateRow, CertificateState
from ca.orders import profile_of
from ca.room import Room
from ca.rows import locked_rows
from ca.serial import serial_of
from ca.status import revoke_row
from ca.values import RevocationReason

_OPEN = (CertificateState.RESERVED.value, CertificateState.PREPARED.value, CertificateState.SIGNING.value)
_WHY = "The process stopped before the certificate was stored."


def recover(room: Room, *, older_than: timedelta = timedelta(minutes=5)) -> tuple[tuple[str, int], ...]:
    """Void what was interrupted at least `older_than` ago, and prepared certificates whose time is over.

    Safe to run at any time and in several processes: a certificate that is still being signed elsewhere and is voided
    here is not handed out there. Gives the (issuer, serial) pairs that became void.
    """

    def work(session: Session) -> tuple[tuple[str, int], ...]:
        now, voided = trusted_now(room, session), []
        found = session.exec(
            select(CertificateRow, AuthorityRow)
            .join(AuthorityRow, col(AuthorityRow.id) == col(CertificateRow.issuer_id))
            .where(col(CertificateRow.state).in_(_OPEN))
            .with_for_update(of=CertificateRow)
        ).all()
        for row, authority in found:
            since = row.redeemed_at or row.reserved_at
            patience = profile_of(room, row.profile).preparation if row.redeemed_at is None else older_than
            if now - since >= patience:
                void(room, session, row, authority.name, _WHY if row.redeemed_at else "It was not issued in time.")
                voided.append((authority.name, serial_of(row.serial)))
        return tuple(voided)

    return room.database.run_write(work)


def discard(room: Room, certificate_id: int, why: str) -> None:
    """Give up a prepared certificate. Raises TokenError when it is not waiting to be issued."""

    def work(session: Session) -> None:
        row = locked_rows(session, [certificate_id]).get(certificate_id)
        if row is None:
            raise UnknownCertificateError(f"Nothing was prepared under the number {certificate_id}.")
        if row.state != CertificateState.PREPARED.value:
            raise TokenError(f"The certificate is {row.state}, so it cannot be discarded.")
        void(room, session, row, session.get_one(AuthorityRow, row.issuer_id).name, why)

    room.database.run_write(work)


def void(room: Room, session: Session, row: CertificateRow, authority: str, why: str) -> None:
    """Make a row void inside the caller's transaction, and revoke its serial when it may have been signed."""
    row.state, row.void_reason = CertificateState.VOID.value, why[:500]
    row.finished_at, row.token_hash = room.clock.now(), None
    session.add(row)
    session.flush()
    room.audit.append(session, "ca.certificate.void", f"{authority}/{row.serial}", {"why": why[:500]})
    if row.redeemed_at is not None:
        reason = RevocationReason.CESSATION_OF_OPERATION
        revoke_row(
            room, session, authority, row, reason, "It may have been signed and was never issued.", "recovery", None
        )
