"""The delegated OCSP responders of an installation: their keys and certificates, and answering from the database."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, or_
from sqlmodel import Session, col, func, select

from ca import ocsp, reader
from ca.clockguard import trusted_now
from ca.csr import public_key_bits
from ca.errors import CaError, ClockError, RequestRefusedError
from ca.facts import authority_row
from ca.issuance import issue
from ca.models import AuthorityRow, CertificateRow, CertificateState, ResponderRow, RevocationRow
from ca.names import attributes_of
from ca.ocsp import SingleStatus, Template
from ca.orders import order_of
from ca.preparation import prepare
from ca.room import Room
from ca.serial import serial_text
from ca.signing import sign_ocsp
from ca.values import CertificateRequest, Issued, RevocationReason, StoredKey
from ops.platform.keys import KeyAlgorithm
from ops.platform.statements import PreparedStatement
from policies.algorithms import digest, digest_supported

_NEVER_SIGNED = (CertificateState.RESERVED.value, CertificateState.VOID.value)


class _Responder(NamedTuple):
    serial: str
    key_label: str
    certificate: bytes
    not_before: datetime
    not_after: datetime
    template: Template


def create_responder(room: Room, name: str, *, key_algorithm: str | None = None) -> Issued:
    """Make a key and a short-lived certificate for a responder of this authority; the newest one answers.

    `key_algorithm` is a `KeyAlgorithm` value. Without one an authority of a national or post-quantum suite gets a
    responder of the same kind, so that its status rests on nothing else, and any other an ec-p256 key, which is fast.
    """
    with room.database.read() as session:
        row = authority_row(session, name)
        count = len(session.exec(select(ResponderRow.id).where(ResponderRow.authority_id == row.id)).all())
    label = _fresh_label(room, name, count + 1)
    room.keys.generate(label, _kind(room, row.key_label, key_algorithm))
    ours = dict(attributes_of(row.subject))
    subject = (
        ("countryName", ours["countryName"]),
        ("organizationName", ours["organizationName"]),
        ("commonName", f"{ours['commonName'][:50]} OCSP {count + 1}"),
    )
    order = order_of(room, CertificateRequest(name, "ocsp", subject, StoredKey(label)))
    outcome = prepare(room, [order])[0]
    if isinstance(outcome, CaError):
        raise outcome
    issued = issue(room, [outcome.token])[0]

    def store(session: Session) -> None:
        assert row.id is not None
        session.add(
            ResponderRow(authority_id=row.id, certificate_id=issued.id, key_label=label, not_after=issued.not_after)
        )
        room.audit.append(session, "ca.responder.created", name, {"sha256": issued.sha256, "key": label})

    room.database.run_write(store)
    return issued


def _kind(room: Room, issuer_key: str, asked: str | None) -> KeyAlgorithm:
    if asked is not None:
        if asked not in set(KeyAlgorithm):
            raise RequestRefusedError(f"The key store makes no key of the kind {asked!r}.")
        return KeyAlgorithm(asked)
    above = room.keys.algorithm(issuer_key)
    return KeyAlgorithm.EC_P256 if above.is_rsa or above.is_ecdsa else above


def _fresh_label(room: Room, name: str, number: int) -> str:
    taken = set(room.keys.labels())
    while f"ca/{name}/ocsp/{number}" in taken:
        number += 1
    return f"ca/{name}/ocsp/{number}"


def responders_due(room: Room) -> tuple[str, ...]:
    """Authorities whose newest responder is past half its life: two are then valid at once."""
    now, waiting = room.clock.now(), []
    with room.database.read() as session:
        newest: dict[int, tuple[str, CertificateRow]] = {}
        found = session.exec(
            select(ResponderRow, AuthorityRow, CertificateRow)
            .join(AuthorityRow, col(AuthorityRow.id) == col(ResponderRow.authority_id))
            .join(CertificateRow, col(CertificateRow.id) == col(ResponderRow.certificate_id))
            .order_by(col(ResponderRow.not_after))
        )
        for responder, authority, certificate in found:
            newest[responder.authority_id] = (authority.name, certificate)
    for name, certificate in newest.values():
        assert certificate.not_before is not None
        assert certificate.not_after is not None
        if now >= certificate.not_before + (certificate.not_after - certificate.not_before) / 2:
            waiting.append(name)
    return tuple(waiting)


class OcspService:
    """Answers OCSP requests for every authority of the installation. Threads may share it.

    What is cached never changes in the database: an authority's name and key, a responder's key and certificate.
    Whether that responder is revoked is asked every time.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._issuers: dict[tuple[str, bytes, bytes], tuple[int, datetime]] = {}
        self._responders: dict[int, _Responder] = {}
        self._named: dict[str, tuple[int, Mapping[bytes, tuple[int, ...]]]] = {}
        self._lock = threading.Lock()
        self._latest = room.clock.now()

    def answer(self, octets: bytes) -> bytes:
        """The response to a request, DER. Never raises for what a stranger sends: the protocol has its own errors."""
        return self.answer_with_expiry(octets)[0]

    def answer_with_expiry(self, octets: bytes) -> tuple[bytes, datetime | None]:
        """The response and until when it may be cached; None for errors and answers to a nonce."""
        try:
            request = ocsp.read_request(octets)
        except reader.ReadError:
            return ocsp.MALFORMED, None
        now = self._now()
        found = self._issuer(request)
        if found is None:
            return ocsp.UNAUTHORIZED, None
        responder, statuses = self._statuses(request, *found, now)
        if responder is None:
            return ocsp.UNAUTHORIZED, None
        lifetime = self._room.ocsp_lifetime
        latest = responder.not_after
        data = ocsp.response_data(request, statuses, responder.template, now=now, lifetime=lifetime, latest=latest)
        signed = sign_ocsp(self._room.keys, responder.key_label, data, responder.certificate)
        return ocsp.successful(signed), None if request.nonce else min(now + lifetime, latest)

    def _now(self) -> datetime:
        # The audit log is asked when a responder is loaded; between that, no answer is older than the one before it.
        now = self._room.clock.now()
        if now < self._latest - self._room.clock_tolerance:
            raise ClockError("The clock stepped back since the last answer.")
        self._latest = max(now, self._latest)
        return now

    def _issuer(self, request: ocsp.OcspRequest) -> tuple[int, datetime] | None:
        # A delegated responder speaks for the CA that issued its certificate, so for one issuer a response.
        asked = {certificate.issuer for certificate in request.certificates}
        found = {self._issuers.get(wanted) or self._find_issuer(wanted) for wanted in asked}
        return found.pop() if len(found) == 1 else None

    def _find_issuer(self, wanted: tuple[str, bytes, bytes]) -> tuple[int, datetime] | None:
        with self._room.database.read() as session:
            for row in self._candidates(session, wanted):
                assert row.id is not None
                if ocsp.names_issuer(wanted, row.subject, public_key_bits(row.spki)):
                    with self._lock:
                        self._issuers[wanted] = (row.id, row.created_at)
                    return row.id, row.created_at
        return None

    def _candidates(self, session: Session, wanted: tuple[str, bytes, bytes]) -> Sequence[AuthorityRow]:
        # By index, so that a stranger's issuer costs one look-up however many authorities there are.
        oid, of_name = wanted[0], wanted[1].hex()
        if oid == ocsp.SHA1:
            return session.exec(select(AuthorityRow).where(AuthorityRow.ocsp_name_hash == of_name)).all()
        if oid == ocsp.SHA256:
            return session.exec(select(AuthorityRow).where(AuthorityRow.name_hash == of_name)).all()
        if not digest_supported(oid):
            return ()
        numbers = self._numbers_by_name(session, oid).get(wanted[1], ())
        return session.exec(select(AuthorityRow).where(col(AuthorityRow.id).in_(numbers))).all()

    def _numbers_by_name(self, session: Session, oid: str) -> Mapping[bytes, tuple[int, ...]]:
        """Authorities by a digest of their name that the database has no index for; made again when there are more."""
        count = session.exec(select(func.count(col(AuthorityRow.id)))).one()
        known = self._named.get(oid)
        if known is None or known[0] != count:
            found: dict[bytes, tuple[int, ...]] = {}
            for number, subject in session.exec(select(AuthorityRow.id, AuthorityRow.subject)):
                assert number is not None
                key = digest(oid, subject)
                found[key] = (*found.get(key, ()), number)
            known = self._named[oid] = (count, found)
        return known[1]

    def _statuses(
        self, request: ocsp.OcspRequest, authority_id: int, since: datetime, now: datetime
    ) -> tuple[_Responder | None, list[SingleStatus]]:
        """Who answers, and what; nobody when the authority has no valid responder."""
        responder = self._responder(authority_id, since, now)
        while responder is not None:
            with self._room.database.look_up() as connection:
                found = [_lookup(connection, authority_id, one.serial, responder) for one in request.certificates]
            statuses = [status for status in found if status is not None]
            if len(statuses) == len(found):
                return responder, statuses
            # It was revoked since it was loaded, and must not speak again; another may stand ready.
            responder = self._load_responder(authority_id, since, now)
        return None, []

    def _responder(self, authority_id: int, since: datetime, now: datetime) -> _Responder | None:
        known = self._responders.get(authority_id)
        # Past half its life a newer one may stand ready.
        if known is not None and now < known.not_before + (known.not_after - known.not_before) / 2:
            return known
        return self._load_responder(authority_id, since, now)

    def _load_responder(self, authority_id: int, since: datetime, now: datetime) -> _Responder | None:
        with self._room.database.read() as session:
            trusted_now(self._room, session)
            newest = _newest_responder(session, authority_id, since, now)
        with self._lock:
            if newest is None:
                self._responders.pop(authority_id, None)
            else:
                self._responders[authority_id] = newest
        return newest


def _newest_responder(session: Session, authority_id: int, since: datetime, now: datetime) -> _Responder | None:
    found = session.exec(
        select(ResponderRow, CertificateRow)
        .join(CertificateRow, col(CertificateRow.id) == col(ResponderRow.certificate_id))
        .join(RevocationRow, col(RevocationRow.certificate_id) == col(CertificateRow.id), isouter=True)
        .where(
            ResponderRow.authority_id == authority_id,
            col(RevocationRow.certificate_id).is_(None),
            col(CertificateRow.not_before) <= now,
            col(ResponderRow.not_after) > now,
        )
        .order_by(col(ResponderRow.not_after).desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    row, certificate = found
    assert certificate.der is not None
    assert certificate.not_before is not None
    spki = reader.children(reader.children(reader.one(certificate.der, 0x30))[0])[6].whole
    template = Template.of(public_key_bits(spki), since)
    return _Responder(
        certificate.serial, row.key_label, certificate.der, certificate.not_before, row.not_after, template
    )


# The responder's certificate is one of the same issuer, so that its own status comes with the one asked for.
_STATUS = PreparedStatement(
    select(CertificateRow.serial, CertificateRow.state, RevocationRow.revoked_at, RevocationRow.reason)
    .join(RevocationRow, col(RevocationRow.certificate_id) == col(CertificateRow.id), isouter=True)
    .where(
        CertificateRow.issuer_id == bindparam("of_issuer"),
        or_(
            col(CertificateRow.serial) == bindparam("of_serial"),
            col(CertificateRow.serial) == bindparam("of_responder"),
        ),
    )
)


def _lookup(connection: Connection, authority_id: int, serial: int, responder: _Responder) -> SingleStatus | None:
    """The status of a serial, or None when the responder itself is revoked."""
    known = 0 < serial < 1 << 160
    wanted = serial_text(serial) if known else responder.serial
    key = {"of_issuer": authority_id, "of_serial": wanted, "of_responder": responder.serial}
    found = {row[0]: row[1:] for row in _STATUS.fetch(connection, key)}
    if responder.serial not in found or found[responder.serial][1] is not None:
        return None
    if not known or wanted not in found:
        return SingleStatus(known=False)
    state, revoked_at, reason = found[wanted]
    if revoked_at is not None:
        return SingleStatus(True, revoked_at, RevocationReason(reason))
    return SingleStatus(known=state not in _NEVER_SIGNED)
