"""Complete revocation lists (RFC 5280 section 5): entries kept as DER, joined, signed once.

A list covers the issuer's name, also when two keys of a rollover share it, so that whichever list a relying party meets
says everything (RFC 5280 5: the scope of a list without issuingDistributionPoint is its issuer's name). Revoked
certificates stay listed after they expire (ExpiredCertsOnCRL, EN 319 411-2 6.3.10). Numbers come from the database and
only grow; a list past its next update is never served.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlmodel import Session, col, func, select

from ca import extensions as ext
from ca.clockguard import trusted_now
from ca.errors import RequestRefusedError, StaleStatusError
from ca.facts import authority_row
from ca.models import AuthorityRow, CertificateRow, CrlRow, RevocationRow, StatusEventRow
from ca.room import Room
from ca.signing import sign_crl, signature_algorithm
from ca.status import STATUS_LOCK
from ca.validity import whole_second
from ca.values import Crl
from ops.platform import der

# EN 319 411-1 6.3.9: at least weekly for end entities; a root's list lives up to a year.
LONGEST_LIFETIME = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class _Draft:
    authority_id: int
    name: str
    key_label: str
    spki: bytes
    number: int
    last_event: int
    this_update: datetime
    next_update: datetime
    tbs: bytes


def publish_crl(room: Room, name: str, *, lifetime: timedelta | None = None, above: int = 0) -> Crl:
    """Sign and store a new list. Its number is above every stored one and above `above`, which is what a restored
    installation gives: the number of the last list that the world has seen.

    The entries are read in the transaction that takes the number, so that a higher number never says less.
    """
    draft = room.database.run_write(lambda session: _draft(room, session, name, lifetime or room.crl_lifetime, above))
    room.step("crl-numbered")
    encoded = sign_crl(room.keys, draft.key_label, draft.spki, draft.tbs)
    room.step("crl-signed")
    room.database.run_write(lambda session: _store(room, session, draft, encoded))
    return Crl(name, draft.number, encoded, draft.this_update, draft.next_update)


def _draft(room: Room, session: Session, name: str, lifetime: timedelta, above: int) -> _Draft:
    if not timedelta(minutes=5) <= lifetime <= LONGEST_LIFETIME:
        raise RequestRefusedError("A list lives between five minutes and a year.")
    room.database.lock(session, STATUS_LOCK)
    row = authority_row(session, name)
    assert row.id is not None
    row.crl_number = max(row.crl_number, above) + 1
    session.add(row)
    session.flush()
    this_update = whole_second(trusted_now(room, session))
    next_update = this_update + lifetime
    algorithm = signature_algorithm(room.keys, row.key_label)
    tbs = _tbs(row, algorithm, this_update, next_update, _entries(session, row.name_hash))
    newest = session.exec(select(func.max(StatusEventRow.id))).one() or 0
    return _Draft(row.id, name, row.key_label, row.spki, row.crl_number, newest, this_update, next_update, tbs)


def _entries(session: Session, name_hash: str) -> bytes:
    found = session.connection().execute(
        select(RevocationRow.entry)
        .where(
            col(RevocationRow.issuer_id).in_(select(AuthorityRow.id).where(AuthorityRow.name_hash == name_hash)),
        )
        .order_by(col(RevocationRow.issuer_id), col(RevocationRow.serial))
    )
    return b"".join(found.scalars())


def _tbs(row: AuthorityRow, algorithm: bytes, this_update: datetime, next_update: datetime, entries: bytes) -> bytes:
    extensions = der.sequence(
        ext.authority_key_identifier(row.key_id),
        ext.crl_number(row.crl_number),
        ext.expired_certificates_on_crl(row.created_at),
    )
    return der.sequence(
        der.integer(1),
        algorithm,
        row.subject,
        der.time(this_update),
        der.time(next_update),
        der.sequence(entries) if entries else b"",  # never an empty list (RFC 5280 5.1.2.6)
        der.explicit(0, extensions),
    )


def _store(room: Room, session: Session, draft: _Draft, encoded: bytes) -> None:
    digest = sha256(encoded).hexdigest()
    session.add(
        CrlRow(
            authority_id=draft.authority_id,
            number=draft.number,
            last_event=draft.last_event,
            der=encoded,
            sha256=digest,
            this_update=draft.this_update,
            next_update=draft.next_update,
        )
    )
    session.flush()
    room.audit.append(session, "ca.crl.published", draft.name, {"number": draft.number, "sha256": digest})


def latest_crl(room: Room, name: str) -> Crl:
    """The newest list. Raises StaleStatusError when there is none or its next update has passed."""
    with room.database.read() as session:
        row = authority_row(session, name)
        found = session.exec(
            select(CrlRow).where(CrlRow.authority_id == row.id).order_by(col(CrlRow.number).desc()).limit(1)
        ).one_or_none()
    if found is None:
        raise StaleStatusError(f"{name} has not published a list yet.")
    if room.clock.now() > found.next_update:
        raise StaleStatusError(f"The list of {name} was to be renewed by {found.next_update:%Y-%m-%d %H:%M} UTC.")
    return Crl(name, found.number, found.der, found.this_update, found.next_update)


def due(room: Room) -> tuple[str, ...]:
    """Authorities whose list is missing, past half its life, or older than a change of status: publish those now."""
    now, waiting = room.clock.now(), []
    with room.database.read() as session:
        for row in session.exec(select(AuthorityRow).order_by(AuthorityRow.name)).all():
            newest = session.exec(
                select(CrlRow).where(CrlRow.authority_id == row.id).order_by(col(CrlRow.number).desc()).limit(1)
            ).one_or_none()
            if newest is None or now >= _half_life(newest) or _changed_since(session, row, newest):
                waiting.append(row.name)
    return tuple(waiting)


def _half_life(row: CrlRow) -> datetime:
    return row.this_update + (row.next_update - row.this_update) / 2


def _changed_since(session: Session, row: AuthorityRow, newest: CrlRow) -> bool:
    issuers = select(AuthorityRow.id).where(AuthorityRow.name_hash == row.name_hash)
    found = session.exec(
        select(StatusEventRow.id)
        .join(CertificateRow, col(CertificateRow.id) == col(StatusEventRow.certificate_id))
        .where(col(CertificateRow.issuer_id).in_(issuers), col(StatusEventRow.id) > newest.last_event)
        .limit(1)
    ).first()
    return found is not None
