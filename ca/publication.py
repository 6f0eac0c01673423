"""What is published beside status: an authority's own certificate and the bundle of all that certify it."""

from sqlmodel import col, select

from ca.errors import StaleStatusError
from ca.facts import authority_row, own_certificate
from ca.models import AuthorityCertificateRow, CertificateRow, CertificateState, RevocationRow
from ca.profile import Purpose
from ca.room import Room
from ops.platform import der

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_DATA = "1.2.840.113549.1.7.1"


def own(room: Room, name: str) -> bytes:
    """The authority's own certificate, DER: self-signed for a root, else by its parent. Raises StaleStatusError when it
    has no valid one."""
    with room.database.read() as session:
        row = authority_row(session, name)
        assert row.id is not None
        found = own_certificate(session, row.id)
    if found is None or found.der is None:
        raise StaleStatusError(f"{name} has no valid certificate of its own.")
    return found.der


def certifying(room: Room, name: str) -> tuple[bytes, ...]:
    """Every certificate whose subject is the authority, DER: own, link, cross, and received from others.

    Also those that were revoked or suspended since: a signature from before is judged over them, and a path that is
    closed now has to be found to be explained. Their status says that they are closed, not their absence.
    """
    with room.database.read() as session:
        row = authority_row(session, name)
        ours = session.exec(
            select(CertificateRow.der)
            .where(
                CertificateRow.subject_authority_id == row.id,
                CertificateRow.state == CertificateState.ISSUED.value,
            )
            .order_by(col(CertificateRow.id))
        ).all()
        received = session.exec(
            select(AuthorityCertificateRow.der)
            .where(AuthorityCertificateRow.authority_id == row.id)
            .order_by(col(AuthorityCertificateRow.id))
        ).all()
    return tuple(found for found in (*ours, *received) if found is not None)


def crossed(room: Room) -> tuple[bytes, ...]:
    """Every valid cross-certificate that this installation issued, DER: the edges of the map."""
    with room.database.read() as session:
        found = session.exec(
            select(CertificateRow.der)
            .join(RevocationRow, col(RevocationRow.certificate_id) == col(CertificateRow.id), isouter=True)
            .where(
                CertificateRow.purpose == Purpose.CROSS.value,
                CertificateRow.state == CertificateState.ISSUED.value,
                col(RevocationRow.certificate_id).is_(None),
            )
            .order_by(col(CertificateRow.id))
        ).all()
    return tuple(one for one in found if one is not None)


def bundle(certificates: tuple[bytes, ...]) -> bytes:
    """A certs-only CMS SignedData, DER (RFC 5280 4.2.2.1, RFC 5751 3.7): the `.p7c` of an AIA pointer."""
    signed_data = der.sequence(
        der.integer(1),
        der.set_of(),
        der.sequence(der.oid(_DATA)),
        der.explicit(0, b"".join(sorted(certificates))),
        der.set_of(),
    )
    return der.sequence(der.oid(_SIGNED_DATA), der.explicit(0, signed_data))
