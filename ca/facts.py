"""Reads an authority's facts from the database: its row, its own certificate, whether it may still issue."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, or_
from sqlmodel import Session, col, select

from ca.errors import RequestRefusedError, UnknownAuthorityError
from ca.lints.model import path_length_of
from ca.models import AuthorityRow, CertificateRow, CertificateState, RevocationRow
from ca.profile import Purpose
from ca.room import Room
from ca.signing import signature_algorithm
from ca.template import Issuer
from ca.values import AuthorityKind, AuthorityView
from ops.platform.statements import PreparedStatement

OWN_PURPOSES = (Purpose.ROOT.value, Purpose.ISSUING.value)


# Built once: composing a statement costs more than running it.
_BY_NAME = select(AuthorityRow).where(AuthorityRow.name == bindparam("name"))
_OWN = (
    select(CertificateRow)
    .join(RevocationRow, col(RevocationRow.certificate_id) == col(CertificateRow.id), isouter=True)
    .where(
        CertificateRow.subject_authority_id == bindparam("authority"),
        CertificateRow.state == CertificateState.ISSUED.value,
        or_(*(col(CertificateRow.purpose) == purpose for purpose in OWN_PURPOSES)),
        col(RevocationRow.certificate_id).is_(None),
    )
    .order_by(col(CertificateRow.not_after).desc())
    .limit(1)
)


def authority_row(session: Session, name: str) -> AuthorityRow:
    """The row of a name. Raises UnknownAuthorityError."""
    row = session.exec(_BY_NAME, params={"name": name}).one_or_none()
    if row is None:
        raise UnknownAuthorityError(f"There is no authority {name!r}.")
    return row


def own_certificate(session: Session, authority_id: int) -> CertificateRow | None:
    """The authority's own valid certificate that ends last: self-signed or by its parent, not revoked or suspended."""
    return session.exec(_OWN, params={"authority": authority_id}).one_or_none()


class _Own(NamedTuple):
    der: bytes
    not_before: datetime
    not_after: datetime


# Of a hot path: three columns of what `own_certificate` finds.
_OWN_DATES = PreparedStatement(
    _OWN.with_only_columns(col(CertificateRow.der), col(CertificateRow.not_before), col(CertificateRow.not_after))
)


def issuer_of(room: Room, session: Session, row: AuthorityRow, *, self_signing: bool) -> Issuer:
    """What a certificate takes from its issuer. Raises RequestRefusedError when the authority has no valid certificate
    of its own, unless it is about to sign its first."""
    assert row.id is not None
    found = _OWN_DATES.fetch(session.connection(), {"authority": row.id})
    own = _Own(*found[0]) if found else None
    if own is None and not self_signing:
        raise RequestRefusedError(
            f"The authority {row.name} has no valid certificate of its own, so it issues nothing.",
            code="TS-CA-AUTHORITY-NOT-VALID",
            next_step="Look at its certificate with `trustspace ca show`; finish its creation, release or replace it.",
        )
    return Issuer(
        name=row.name,
        jurisdiction=row.jurisdiction,
        subject=row.subject,
        spki=row.spki,
        key_id=row.key_id,
        algorithm=signature_algorithm(room.keys, row.key_label),
        begin=None if own is None or self_signing else own.not_before,
        end=None if own is None or self_signing else own.not_after,
        path_length=None if own is None else path_length_of(own.der),
    )


def view(room: Room, session: Session, row: AuthorityRow) -> AuthorityView:
    """The authority as callers see it."""
    assert row.id is not None
    own = own_certificate(session, row.id)
    related = {
        found.id: found.name
        for found in session.exec(
            select(AuthorityRow).where(col(AuthorityRow.id).in_([row.parent_id, row.predecessor_id]))
        )
    }
    return AuthorityView(
        name=row.name,
        jurisdiction=row.jurisdiction,
        kind=AuthorityKind(row.kind),
        parent=related.get(row.parent_id),
        predecessor=related.get(row.predecessor_id),
        subject=row.subject,
        spki=row.spki,
        key_id=row.key_id,
        key_label=row.key_label,
        certificate=own.der if own else None,
        crl_url=room.urls.crl(row.name),
        ocsp_url=room.urls.ocsp(),
        issuer_url=room.urls.certificate(row.name),
    )
