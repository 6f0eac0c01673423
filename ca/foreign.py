"""Certificates that somebody else made: kept for our authorities, or believed as a foreign CA's proof of its key."""

from dataclasses import dataclass
from hashlib import sha256

from cryptography import x509
from sqlmodel import Session, select

from ca import reader
from ca.clockguard import trusted_now
from ca.csr import ProvenKey
from ca.errors import RequestRefusedError
from ca.facts import authority_row
from ca.models import AuthorityCertificateRow
from ca.pem import der_of
from ca.room import Room
from policies.algorithms import CryptoResult, verify


@dataclass(frozen=True, slots=True)
class _Certificate:
    """The parts of a certificate as octets; `algorithm` is the outer AlgorithmIdentifier, `inner` the signed one."""

    encoded: bytes
    tbs: bytes
    inner: bytes
    algorithm: bytes
    signature: bytes
    issuer: bytes
    subject: bytes
    spki: bytes
    is_ca: bool


def receive_certificate(room: Room, name: str, octets: bytes) -> None:
    """Keep a certificate that somebody else issued for one of our authorities, to publish it with the others.

    DER or PEM. Raises RequestRefusedError when it does not certify this authority's name and key.
    """
    certificate = _certificate(octets)

    def work(session: Session) -> None:
        row = authority_row(session, name)
        if (certificate.subject, certificate.spki) != (row.subject, row.spki) or row.id is None:
            raise RequestRefusedError(f"The certificate is not for the name and key of {name}.")
        digest = sha256(certificate.encoded).hexdigest()
        if session.exec(select(AuthorityCertificateRow).where(AuthorityCertificateRow.sha256 == digest)).first():
            return
        session.add(
            AuthorityCertificateRow(
                authority_id=row.id,
                issuer=certificate.issuer,
                der=certificate.encoded,
                sha256=digest,
                received_at=trusted_now(room, session),
            )
        )
        room.audit.append(session, "ca.certificate.received", name, {"sha256": digest})

    room.database.run_write(work)


def proven_ca(octets: bytes) -> tuple[bytes, ProvenKey]:
    """(subject name, key) of a foreign CA from its self-signed certificate, whose signature proves possession.

    DER or PEM. Raises RequestRefusedError when it is not a self-signed CA certificate.
    """
    found = _certificate(octets)
    self_issued = found.issuer == found.subject and found.inner == found.algorithm
    outcome = verify(found.algorithm, found.spki, found.tbs, found.signature)
    if not self_issued or outcome is not CryptoResult.VALID:
        raise RequestRefusedError(
            "The foreign certificate is not self-signed by a CA, so possession of its key is not proved.",
            next_step="Ask the other side for its self-signed certificate or for a certification request.",
        )
    if not found.is_ca:
        raise RequestRefusedError("The foreign certificate is not a CA's.")
    return found.subject, ProvenKey(found.spki)


def _certificate(octets: bytes) -> _Certificate:
    try:
        return _read(der_of(octets))
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise RequestRefusedError("The certificate cannot be read.", code="TS-CA-CERTIFICATE-UNREADABLE") from error


def _read(encoded: bytes) -> _Certificate:
    parsed = x509.load_der_x509_certificate(encoded)
    tbs, algorithm, bits = reader.children(reader.one(encoded, 0x30), minimum=3, limit=3)
    fields = reader.children(reader.expect(tbs, 0x30), minimum=6)
    if fields[0].tag == 0xA0:
        fields = fields[1:]
    _, inner, issuer, _, subject, spki = fields[:6]
    return _Certificate(
        encoded=encoded,
        tbs=tbs.whole,
        inner=inner.whole,
        algorithm=algorithm.whole,
        signature=reader.expect(bits, 0x03).contents[1:],
        issuer=issuer.whole,
        subject=subject.whole,
        spki=reader.expect(spki, 0x30).whole,
        is_ca=_is_ca(parsed),
    )


def _is_ca(parsed: x509.Certificate) -> bool:
    try:
        return parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
