"""Revocation, suspension and release of one certificate, addressed by (issuer, serial) and nothing else.

Revoking a cross-certificate ends that edge and touches neither the CA it certifies nor any other certificate: another
system that resolved a cross-certificate to «the CA» once revoked every subordinate below two roots. Revoking an
authority is another verb, which first shows what it ends.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from ca import oids, reader
from ca.clockguard import trusted_now
from ca.errors import RevocationError, UnknownCertificateError
from ca.facts import OWN_PURPOSES, authority_row
from ca.models import (
    AuthorityRow,
    BlockedKeyRow,
    CertificateRow,
    CertificateState,
    RevocationRow,
    StatusEventRow,
)
from ca.profile import Purpose
from ca.room import Room
from ca.serial import serial_of, serial_text
from ca.spelling import spelling_hashes
from ca.values import BlastRadius, RevocationReason
from ops.platform import der

_HOLD = RevocationReason.CERTIFICATE_HOLD
# Status changes are serialised, so that a list which knows an event knows every earlier one.
STATUS_LOCK = "ca.status"
# A certificate that may exist from the moment its serial was redeemed can be revoked from then on.
_REVOCABLE = (CertificateState.SIGNING.value, CertificateState.ISSUED.value)


def revoke(
    room: Room,
    issuer: str,
    serial: int,
    reason: RevocationReason,
    *,
    grounds: str,
    actor: str,
    invalidity_date: datetime | None = None,
) -> None:
    """Revoke for good. A suspended certificate may be revoked; a revoked one may not be revoked again.

    `grounds` is the legal or factual basis in words. `invalidity_date` is when the key is believed lost (RFC 5280
    5.3.2), not in the future. Raises UnknownCertificateError, RevocationError.
    """
    if reason is _HOLD:
        raise RevocationError("Suspension is another verb; it can be released, revocation cannot.")

    def work(session: Session) -> None:
        row = certificate_row(session, issuer, serial)
        revoke_row(room, session, issuer, row, reason, grounds, actor, invalidity_date)

    room.database.run_write(work)


def suspend(room: Room, issuer: str, serial: int, *, grounds: str, actor: str) -> None:
    """Suspend until released or revoked: certificateHold (RFC 5280 5.3.1)."""

    def work(session: Session) -> None:
        row = certificate_row(session, issuer, serial)
        if session.get(RevocationRow, row.id) is not None:
            raise RevocationError("The certificate is revoked or suspended already.")
        revoke_row(room, session, issuer, row, _HOLD, grounds, actor, None)

    room.database.run_write(work)


def release(room: Room, issuer: str, serial: int, *, grounds: str, actor: str) -> None:
    """End a suspension; the history keeps it. Raises RevocationError when the certificate is not suspended."""

    def work(session: Session) -> None:
        row = certificate_row(session, issuer, serial)
        held = session.get(RevocationRow, row.id)
        if held is None or held.reason != _HOLD:
            raise RevocationError("Only a suspended certificate can be released.")
        _require_grounds(grounds)
        room.database.lock(session, STATUS_LOCK)
        session.delete(held)
        _log(room, session, issuer, row, "released", None, trusted_now(room, session), grounds, actor)

    room.database.run_write(work)


def certificate_row(session: Session, issuer: str, serial: int) -> CertificateRow:
    """The row of (issuer, serial). Raises UnknownAuthorityError, UnknownCertificateError."""
    authority = authority_row(session, issuer)
    row = session.exec(
        select(CertificateRow).where(
            CertificateRow.issuer_id == authority.id, CertificateRow.serial == serial_text(serial)
        )
    ).one_or_none()
    if row is None:
        raise UnknownCertificateError(f"{issuer} has no certificate with the serial {serial_text(serial)}.")
    return row


def revoke_row(
    room: Room,
    session: Session,
    issuer: str,
    row: CertificateRow,
    reason: RevocationReason,
    grounds: str,
    actor: str,
    invalidity_date: datetime | None,
) -> None:
    """Revoke or suspend one row inside the caller's transaction."""
    room.database.lock(session, STATUS_LOCK)
    now = trusted_now(room, session)
    _require_grounds(grounds)
    if row.state not in _REVOCABLE and not (row.state == CertificateState.VOID.value and row.redeemed_at):
        raise RevocationError(f"The certificate is {row.state}; there is nothing to revoke.")
    if invalidity_date is not None and invalidity_date > now:
        raise RevocationError("The invalidity date lies in the future.")
    present = session.get(RevocationRow, row.id)
    if present is not None and present.reason != _HOLD:
        raise RevocationError("The certificate is revoked already; that is final.")
    if present is not None:
        session.delete(present)
        session.flush()
    assert row.id is not None
    session.add(
        RevocationRow(
            certificate_id=row.id,
            issuer_id=row.issuer_id,
            serial=row.serial,
            reason=int(reason),
            revoked_at=now.replace(microsecond=0),
            invalidity_date=invalidity_date,
            grounds=grounds,
            actor=actor,
            entry=crl_entry(serial_of(row.serial), now, reason, invalidity_date),
        )
    )
    action = "suspended" if reason is _HOLD else "revoked"
    _log(room, session, issuer, row, action, int(reason), now, grounds, actor)


def _require_grounds(grounds: str) -> None:
    if not grounds.strip() or len(grounds) > 2000:
        raise RevocationError("A change of status needs its grounds in words, at most 2000 characters.")


def _log(
    room: Room,
    session: Session,
    issuer: str,
    row: CertificateRow,
    action: str,
    reason: int | None,
    at: datetime,
    grounds: str,
    actor: str,
) -> None:
    assert row.id is not None
    session.add(
        StatusEventRow(certificate_id=row.id, action=action, reason=reason, at=at, grounds=grounds, actor=actor)
    )
    session.flush()
    details = {"reason": reason, "grounds": grounds, "by": actor}
    room.audit.append(session, f"ca.certificate.{action}", f"{issuer}/{row.serial}", details)


def crl_entry(serial: int, at: datetime, reason: RevocationReason, invalidity_date: datetime | None) -> bytes:
    """One element of revokedCertificates as DER (RFC 5280 5.1.2.6, 5.3). reasonCode `unspecified` is left out, as 5.3.1
    asks."""
    entries = []
    if reason is not RevocationReason.UNSPECIFIED:
        entries.append(der.extension(oids.REASON_CODE, der.enumerated(int(reason))))
    if invalidity_date is not None:
        entries.append(der.extension(oids.INVALIDITY_DATE, der.generalized_time(invalidity_date)))
    extensions = der.sequence(*entries) if entries else b""
    return der.sequence(der.integer(serial), der.time(at), extensions)


def block_key(room: Room, spki_hash: str, *, grounds: str, actor: str) -> int:
    """Never certify this key again, and revoke every valid certificate that holds it; how many were revoked.

    `spki_hash` is SHA-256 of SubjectPublicKeyInfo, hex.
    """

    def work(session: Session) -> int:
        if session.get(BlockedKeyRow, spki_hash) is None:
            now = trusted_now(room, session)
            session.add(BlockedKeyRow(spki_hash=spki_hash, grounds=grounds, blocked_at=now))
            room.audit.append(session, "ca.key.blocked", spki_hash, {"grounds": grounds, "by": actor})
        return _revoke_all(room, session, col(CertificateRow.spki_hash).in_(_names(session, spki_hash)), grounds, actor)

    if len(spki_hash) != 64 or any(mark not in "0123456789abcdef" for mark in spki_hash):
        raise RevocationError("A key is blocked by the SHA-256 of its SubjectPublicKeyInfo, 64 hexadecimal digits.")
    return room.database.run_write(work)


def _names(session: Session, spki_hash: str) -> tuple[str, ...]:
    """The hashes of every encoding of a key, when one of its certificates is known here."""
    known = select(CertificateRow.tbs).where(
        CertificateRow.spki_hash == spki_hash, col(CertificateRow.tbs).is_not(None)
    )
    tbs = session.exec(known.limit(1)).first()
    if tbs is None:
        return (spki_hash,)
    return spelling_hashes(reader.children(reader.one(tbs, 0x30), minimum=7)[6].whole)


def _revoke_all(room: Room, session: Session, condition: object, grounds: str, actor: str) -> int:
    found = session.exec(
        select(CertificateRow, AuthorityRow, RevocationRow)
        .join(AuthorityRow, col(AuthorityRow.id) == col(CertificateRow.issuer_id))
        .join(RevocationRow, col(RevocationRow.certificate_id) == col(CertificateRow.id), isouter=True)
        .where(condition, col(CertificateRow.state).in_(_REVOCABLE))  # type: ignore[arg-type]
    ).all()
    count = 0
    for row, authority, revocation in found:
        if revocation is None or revocation.reason == _HOLD:
            reason = RevocationReason.KEY_COMPROMISE
            revoke_row(room, session, authority.name, row, reason, grounds, actor, None)
            count += 1
    return count


def blast_radius(session: Session, name: str, now: datetime) -> BlastRadius:
    """What revoking the authority would end, without doing it."""
    target = authority_row(session, name)
    below = [row for row in _descendants(session, target) if row.id != target.id]
    issuers = [target.id, *(row.id for row in below)]
    certificates: list[tuple[str, int]] = []
    crossed: list[tuple[str, int]] = []
    for row, issuer in _valid_rows(session, col(CertificateRow.subject_authority_id) == target.id):
        (certificates if row.purpose in OWN_PURPOSES else crossed).append((issuer.name, serial_of(row.serial)))
    issued = list(_valid_rows(session, col(CertificateRow.issuer_id).in_(issuers)))
    crossed += [(issuer.name, serial_of(row.serial)) for row, issuer in issued if row.purpose == Purpose.CROSS.value]
    end_entities = sum(
        not Purpose(row.purpose).is_ca and row.not_after is not None and row.not_after >= now for row, _ in issued
    )
    return BlastRadius(
        authority=name,
        certificates=tuple(certificates),
        authorities=tuple(sorted(row.name for row in below)),
        end_entities=end_entities,
        cross_certificates=tuple(sorted(set(crossed))),
    )


def _descendants(session: Session, target: AuthorityRow) -> Iterator[AuthorityRow]:
    waiting, seen = [target], {target.id}
    while waiting:
        row = waiting.pop()
        yield row
        for child in session.exec(select(AuthorityRow).where(AuthorityRow.parent_id == row.id)):
            if child.id not in seen:
                seen.add(child.id)
                waiting.append(child)


def _valid_rows(session: Session, condition: object) -> Iterator[tuple[CertificateRow, AuthorityRow]]:
    yield from session.exec(
        select(CertificateRow, AuthorityRow)
        .join(AuthorityRow, col(AuthorityRow.id) == col(CertificateRow.issuer_id))
        .join(RevocationRow, col(RevocationRow.certificate_id) == col(CertificateRow.id), isouter=True)
        .where(
            condition,  # type: ignore[arg-type]
            CertificateRow.state == CertificateState.ISSUED.value,
            col(RevocationRow.certificate_id).is_(None),
        )
    )


def revoke_authority(
    room: Room, name: str, reason: RevocationReason, *, grounds: str, actor: str, confirmed: BlastRadius
) -> BlastRadius:
    """Revoke every certificate that certifies the authority, own, link and cross.

    `confirmed` is the blast radius that the operator saw; when it is not the present one any more, nothing is done.
    What is below becomes invalid by path validation; nothing below is revoked one by one. Raises RevocationError.
    """

    def work(session: Session) -> BlastRadius:
        present = blast_radius(session, name, trusted_now(room, session))
        if present != confirmed:
            raise RevocationError(
                f"What revoking {name} would end has changed since it was shown.",
                next_step="Look at the blast radius again and confirm that one.",
            )
        target = authority_row(session, name)
        for row, issuer in list(_valid_rows(session, col(CertificateRow.subject_authority_id) == target.id)):
            revoke_row(room, session, issuer.name, row, reason, grounds, actor, None)
        details = {"authorities": list(present.authorities), "endEntities": present.end_entities, "grounds": grounds}
        room.audit.append(session, "ca.authority.revoked", name, {**details, "by": actor})
        return present

    return room.database.run_write(work)
