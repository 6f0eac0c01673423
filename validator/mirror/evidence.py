"""Finds in the mirror what speaks about given certificates, and says how old each piece is."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from validator.mirror.models import MirrorHistoryRow, MirrorObjectRow, MirrorSourceRow
from validator.mirror.sources import certificate_key, issuer_key
from validator.mirror.values import MirroredEvidence, MirroredObject, SourceKind
from validator.path.certificate import Certificate
from validator.revocation.crl import CertificateList, parse_crl
from validator.revocation.malformed import MalformedEvidence
from validator.revocation.ocsp import OcspResponse, parse_ocsp
from validator.revocation.types import RevocationEvidence

_AT_ONCE = 500


def mirrored_evidence(
    session: Session, certificates: Iterable[Certificate], at: datetime | None, now: datetime
) -> MirroredEvidence:
    """See `StatusMirror.evidence_for`."""
    wanted = sorted({key for certificate in certificates for key in _keys(certificate)})
    found: dict[str, MirroredObject] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(MirrorSourceRow).where(col(MirrorSourceRow.subject_key).in_(wanted[start : start + _AT_ONCE]))
        for source in session.exec(query.order_by(col(MirrorSourceRow.id))).all():
            for history in _histories(session, source, at):
                found.setdefault(history.sha256, _object(source, history, now))
    parsed = (_parse(session, item) for item in found.values())
    return MirroredEvidence(evidence=RevocationEvidence.of(parsed), objects=tuple(found.values()))


def _keys(certificate: Certificate) -> Iterator[str]:
    yield certificate_key(certificate)
    yield issuer_key(certificate.issuer)
    for point in certificate.details.crl_distribution_points or ():
        for name in point.crl_issuer:
            if name.name is not None:
                yield issuer_key(name.name)


def _histories(session: Session, source: MirrorSourceRow, at: datetime | None) -> Iterator[MirrorHistoryRow]:
    own = select(MirrorHistoryRow).where(MirrorHistoryRow.source_id == source.id)
    newest_first = col(MirrorHistoryRow.this_update).desc(), col(MirrorHistoryRow.id).desc()
    oldest_first = col(MirrorHistoryRow.this_update), col(MirrorHistoryRow.id)
    queries = [own.where(MirrorHistoryRow.sha256 == source.current).order_by(*newest_first)]
    if at is not None:
        queries.append(own.where(col(MirrorHistoryRow.this_update) <= at).order_by(*newest_first))
        queries.append(own.where(col(MirrorHistoryRow.this_update) > at).order_by(*oldest_first))
    for query in queries:
        row = session.exec(query.limit(1)).first()
        if row is not None:
            yield row


def _object(source: MirrorSourceRow, history: MirrorHistoryRow, now: datetime) -> MirroredObject:
    in_use = history.sha256 == source.current
    late = source.next_update is None or now >= source.next_update
    return MirroredObject(
        sha256=history.sha256,
        kind=SourceKind(source.kind),
        url=source.url,
        fetched_at=history.fetched_at,
        this_update=history.this_update,
        age=now - history.this_update,
        stale=late or not in_use,
        error_code=source.error_code,
    )


def _parse(session: Session, item: MirroredObject) -> CertificateList | OcspResponse | MalformedEvidence:
    row = session.get(MirrorObjectRow, item.sha256)
    octets = b"" if row is None else row.octets
    return parse_crl(octets) if item.kind is SourceKind.CRL else parse_ocsp(octets)
