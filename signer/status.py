"""Does this CRL or OCSP response say, usably at a time, that a certificate is in force?

The signer's own question when it chooses what to embed. The verdict over a signature is the validator's, by its own
rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1
from typing import Final

from ops.platform import der
from policies.algorithms import CryptoResult, digest, digest_supported, verify
from signer.errors import CertificateRevokedError
from validator.asn1 import der as reader
from validator.path.certificate import Certificate, parse_certificate
from validator.revocation.crl import CertificateList, parse_crl
from validator.revocation.extensions import ALL_REASONS
from validator.revocation.ocsp import CertId, OcspResponse, SingleResponse, parse_ocsp
from validator.revocation.scope import covered_reasons

SKEW: Final = timedelta(minutes=5)
# An OCSP response without nextUpdate says that newer information is always available (RFC 6960 2.4).
OPEN_ENDED: Final = timedelta(days=1)
OCSP_SIGNING: Final = "1.3.6.1.5.5.7.3.9"
VALIDITY_ASSURED_SHORT_TERM: Final = "0.4.0.194121.2.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the evidence can be used, and if not why (the end of a sentence). `responder` is the certificate of a
    delegated OCSP responder, whose own status may be needed as well."""

    usable: bool
    why: str = ""
    responder: Certificate | None = None


def needs_no_status(certificate: Certificate) -> bool:
    """A certificate that says itself that no revocation information will exist (RFC 9608, RFC 6960 4.2.2.2.1,
    EN 319 412-1 5.2)."""
    details = certificate.details
    return details.no_rev_avail or details.ocsp_no_check or VALIDITY_ASSURED_SHORT_TERM in details.extensions


def crl_answer(encoded: bytes, certificate: Certificate, issuer: Certificate, at: datetime) -> Answer:
    """What a CRL says about `certificate`, issued by `issuer`. CertificateRevokedError when it lists it."""
    crl = parse_crl(encoded)
    if not isinstance(crl, CertificateList):
        return Answer(False, "the CRL cannot be read")
    if crl.issuer.key != issuer.subject.key or covered_reasons(crl, certificate) != ALL_REASONS or crl.is_delta:
        return Answer(False, "the CRL does not speak about this certificate")
    if crl.unknown_critical or crl.faults:
        return Answer(False, "the CRL breaks its profile")
    if not _fresh(crl.this_update, crl.next_update, at):
        return Answer(False, "the CRL is not fresh")
    if verify(crl.outer_algorithm, issuer.spki, crl.tbs, crl.signature) is not CryptoResult.VALID:
        return Answer(False, "the CRL's signature does not verify")
    try:
        if crl.find(certificate.serial_octets):
            raise CertificateRevokedError(f"{_display(certificate)} is revoked or on hold.")
    except reader.DerError:
        return Answer(False, "the CRL's entries cannot be read")
    return Answer(True)


def ocsp_answer(encoded: bytes, certificate: Certificate, issuer: Certificate, at: datetime) -> Answer:
    """What an OCSP response says about `certificate`, issued by `issuer`. CertificateRevokedError when revoked."""
    response = parse_ocsp(encoded)
    if not isinstance(response, OcspResponse) or response.response_status != 0:
        return Answer(False, "the OCSP responder gave no answer")
    single = _single(response, certificate, issuer)
    if single is None:
        return Answer(False, "the OCSP response does not speak about this certificate")
    if not _fresh(single.this_update, single.next_update or single.this_update + OPEN_ENDED, at):
        return Answer(False, "the OCSP response is not fresh")
    for responder in _responders(response, issuer):
        if verify(response.algorithm, responder.spki, response.tbs, response.signature) is CryptoResult.VALID:
            if single.status == "revoked":
                raise CertificateRevokedError(f"{_display(certificate)} is revoked or on hold.")
            delegated = None if responder == issuer else responder
            return Answer(single.status == "good", "the OCSP responder does not know the certificate", delegated)
    return Answer(False, "the OCSP response's signature does not verify")


def _single(response: OcspResponse, certificate: Certificate, issuer: Certificate) -> SingleResponse | None:
    return next((item for item in response.responses if _is_about(item.cert_id, certificate, issuer)), None)


def _is_about(identifier: CertId, certificate: Certificate, issuer: Certificate) -> bool:
    oid = identifier.hash_algorithm
    if not digest_supported(oid) or identifier.serial_octets != certificate.serial_octets:
        return False
    # An identifier, not a protection: SHA-1 is usual here (RFC 6960 4.3).
    expected = (digest(oid, certificate.issuer.der), digest(oid, key_octets(issuer)))
    return (identifier.issuer_name_hash, identifier.issuer_key_hash) == expected


def key_octets(certificate: Certificate) -> bytes:
    """The contents of the subjectPublicKey BIT STRING without the count of unused bits (RFC 6960 4.1.1)."""
    spki = certificate.spki
    bits = reader.children(spki, reader.single(spki))[1]
    return bits.contents(spki)[1:]


def _responders(response: OcspResponse, issuer: Certificate) -> Iterator[Certificate]:
    """The issuer itself, then certificates in the response that the issuer made for OCSP (RFC 6960 4.2.2.2)."""
    yield issuer
    for encoded in response.certificates:
        found = parse_certificate(encoded)
        if not isinstance(found, Certificate) or found.issuer.key != issuer.subject.key:
            continue
        purposes = found.details.extended_key_usage or frozenset()
        if OCSP_SIGNING in purposes and is_signed_by(found, issuer):
            yield found


def is_signed_by(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the issuer's key made the certificate's signature."""
    outcome = verify(certificate.outer_algorithm, issuer.spki, certificate.tbs, certificate.signature)
    return outcome is CryptoResult.VALID


def _fresh(this_update: datetime, next_update: datetime | None, at: datetime) -> bool:
    return this_update <= at + SKEW and (next_update is None or at <= next_update)


def _display(certificate: Certificate) -> str:
    return f"The certificate of {certificate.subject.text()}"


def ocsp_request(certificate: Certificate, issuer: Certificate) -> bytes:
    """OCSPRequest for one certificate, without nonce so that pre-produced answers can be used (RFC 6960 4.1)."""
    identifier = der.sequence(
        der.algorithm("1.3.14.3.2.26", der.null()),
        der.octet_string(sha1(certificate.issuer.der, usedforsecurity=False).digest()),
        der.octet_string(sha1(key_octets(issuer), usedforsecurity=False).digest()),
        der.tlv(0x02, certificate.serial_octets),
    )
    return der.sequence(der.sequence(der.sequence(der.sequence(identifier))))
