"""Reads and checks a TimeStampToken (RFC 3161 2.4.2, RFC 5816): the client's half of tsa.md's verifier checklist.

Whether the unit's certificate leads to a trust anchor is the validator's question, not asked here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha1
from typing import Final

from cryptography import x509

from ops.platform import der
from ops.platform.keys import DIGEST_OIDS
from policies.algorithms import CryptoResult, verify_cms
from signer import cms
from signer.certificate import CertificateFacts, facts
from signer.errors import CredentialUnusableError, TsaAnswerError
from signer.schemes import digest_of
from validator.asn1 import der as reader

SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
TIME_STAMPING: Final = x509.oid.ExtendedKeyUsageOID.TIME_STAMPING
# What reading a hostile token or certificate raises: our reader's errors (ValueError) and the library's.
_UNREADABLE: Final = (
    ValueError,
    IndexError,
    CredentialUnusableError,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_DIGEST_NAMES: Final = {der.oid(dotted): name for name, dotted in DIGEST_OIDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampToken:
    """TSTInfo as facts. `imprint`, `nonce` and `policy` are complete encodings (nonce empty when absent); `accuracy`
    is None when the token states none."""

    encoded: bytes
    signed: cms.SignedData
    policy: bytes
    imprint: bytes
    serial: int
    gen_time: datetime
    accuracy: timedelta | None
    nonce: bytes


def read_token(encoded: bytes) -> TimestampToken:
    """Take a token apart; TsaAnswerError when it is not one."""
    try:
        signed = cms.read_signed_data(encoded)
        if signed.content_type != cms.ID_TST_INFO or signed.content is None or len(signed.signers) != 1:
            raise TsaAnswerError("The answer is not a time-stamp token.")
        return _read_info(encoded, signed, signed.content)
    except _UNREADABLE as error:
        raise TsaAnswerError("The time-stamp token cannot be read.") from error


def _read_info(encoded: bytes, signed: cms.SignedData, info: bytes) -> TimestampToken:
    fields = reader.children(info, reader.single(info, reader.SEQUENCE), limit=10)
    if len(fields) < 5 or reader.integer(info, fields[0]) != 1 or fields[4].tag != reader.GENERALIZED_TIME:
        raise TsaAnswerError("The time-stamp token's content is malformed.")
    optional = {element.tag: element for element in fields[5:]}
    accuracy, nonce = optional.get(reader.SEQUENCE), optional.get(reader.INTEGER)
    return TimestampToken(
        encoded=encoded,
        signed=signed,
        policy=fields[1].whole(info),
        imprint=fields[2].whole(info),
        serial=reader.integer(info, fields[3]),
        gen_time=_gen_time(fields[4].contents(info)),
        accuracy=_accuracy(info, accuracy) if accuracy else None,
        nonce=nonce.whole(info) if nonce else b"",
    )


def _gen_time(octets: bytes) -> datetime:
    text = octets.decode("ascii")
    whole, dot, fraction = text.removesuffix("Z").partition(".")
    if not text.endswith("Z") or len(whole) != 14 or (dot and (not fraction.isdecimal() or fraction.endswith("0"))):
        raise ValueError("genTime is not DER")
    moment = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return moment + timedelta(microseconds=int(fraction[:6].ljust(6, "0"))) if fraction else moment


def _accuracy(info: bytes, element: reader.Element) -> timedelta:
    total = timedelta()
    units = {0x02: timedelta(seconds=1), 0x80: timedelta(milliseconds=1), 0x81: timedelta(microseconds=1)}
    for part in reader.children(info, element, limit=3):
        total += reader.integer(info, part, part.tag) * units.get(part.tag, timedelta())
    return total


def verify_token(token: TimestampToken) -> CertificateFacts:
    """Check the token's own signature with a certificate that it carries; the facts of that certificate are returned.

    TsaAnswerError: the unit's certificate is missing or is not the one that was signed for, the digest or the
    signature does not verify, the certificate is not for time-stamping alone, or genTime lies outside its validity.
    """
    try:
        unit = _verified_unit(token)
        check_unit_certificate(unit, token.gen_time)
    except _UNREADABLE as error:
        raise TsaAnswerError("The time-stamp token's signature or certificate is malformed.") from error
    return unit


def _verified_unit(token: TimestampToken) -> CertificateFacts:
    signer = token.signed.signers[0]
    unit = _unit_certificate(token.signed)
    digests = cms.attribute_values(signer.signed_attributes, cms.MESSAGE_DIGEST)
    kinds = cms.attribute_values(signer.signed_attributes, cms.CONTENT_TYPE)
    if len(digests) != 1 or kinds != (der.oid(cms.ID_TST_INFO),):
        raise TsaAnswerError("The time-stamp token's signed attributes are incomplete.")
    if digests[0] != der.octet_string(_content_digest(signer, token.signed.content or b"")):
        raise TsaAnswerError("The time-stamp token's content was changed.")
    outcome = verify_cms(
        signer.signature_algorithm, signer.digest_algorithm, unit.spki, signer.signed_attributes, signer.signature
    )
    if outcome is not CryptoResult.VALID:
        raise TsaAnswerError("The time-stamp token's signature does not verify.")
    return unit


def _content_digest(signer: cms.SignerInfo, content: bytes) -> bytes:
    algorithm = signer.digest_algorithm
    oid = reader.children(algorithm, reader.single(algorithm))[0].whole(algorithm)
    if oid not in _DIGEST_NAMES:
        raise TsaAnswerError("The time-stamp token uses a digest that is not accepted.")
    return digest_of(_DIGEST_NAMES[oid], content)


def _unit_certificate(signed: cms.SignedData) -> CertificateFacts:
    """The certificate that the signing-certificate attribute names and the SignerInfo identifies."""
    signer = signed.signers[0]
    for encoded in signed.certificates:
        if encoded[0] != 0x30 or not _is_named(signer.signed_attributes, encoded):
            continue
        found = facts(encoded)
        if signer.identifier in (found.issuer_and_serial, _key_identifier(found)):
            return found
    raise TsaAnswerError("The time-stamp token does not carry its unit's certificate.")


def _key_identifier(found: CertificateFacts) -> bytes:
    try:
        extension = found.parsed.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return b""
    return der.implicit(0, extension.value.digest)


def _is_named(attributes: bytes, certificate: bytes) -> bool:
    for value in cms.attribute_values(attributes, cms.SIGNING_CERTIFICATE_V2):
        first = _first_identifier(value)
        parts = reader.children(value, first)
        name: str | None = "sha256"
        if parts[0].tag == reader.SEQUENCE:
            name = _DIGEST_NAMES.get(reader.children(value, parts.pop(0))[0].whole(value))
        return name is not None and parts[0].contents(value) == digest_of(name, certificate)
    for value in cms.attribute_values(attributes, SIGNING_CERTIFICATE):
        parts = reader.children(value, _first_identifier(value))
        # RFC 2634 fixed SHA-1 here; it only selects the certificate, the signature is checked with its key.
        return parts[0].contents(value) == sha1(certificate, usedforsecurity=False).digest()
    return False


def _first_identifier(value: bytes) -> reader.Element:
    identifiers = reader.children(value, reader.single(value, reader.SEQUENCE))[0]
    return reader.children(value, identifiers)[0]


def check_unit_certificate(unit: CertificateFacts, at: datetime) -> None:
    """Raise TsaAnswerError unless the certificate is for time-stamping only (RFC 3161 2.3: sole, critical) and in
    force at `at`, private-key-usage-period included (EN 319 422)."""
    fault = unit_certificate_fault(unit.encoded)
    if fault is not None:
        raise TsaAnswerError(f"The time-stamping certificate {fault}.")
    if not key_in_force(unit, at):
        raise TsaAnswerError("The time-stamp lies outside the validity of its unit's certificate or key.")


@lru_cache(maxsize=256)
def unit_certificate_fault(encoded: bytes) -> str | None:
    """What is wrong with a certificate as a time-stamping unit's, as the end of a sentence; None when nothing is."""
    extensions = facts(encoded).parsed.extensions
    try:
        usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return "has no extended key usage"
    if list(usage.value) != [TIME_STAMPING]:
        return "may be used for something other than time-stamping"
    if not usage.critical:
        return "does not mark its extended key usage as critical"
    try:
        bits = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
    return None if bits.digital_signature or bits.content_commitment else "does not allow signatures"


def key_in_force(unit: CertificateFacts, at: datetime) -> bool:
    """Whether `at` lies in the certificate's validity and in its private-key-usage-period; both ends inclusive
    (RFC 5280 4.1.2.5)."""
    starts, ends = _window(unit.encoded)
    return starts <= at < ends


@lru_cache(maxsize=256)
def _window(encoded: bytes) -> tuple[datetime, datetime]:
    """The half-open interval in which a certificate's key may sign."""
    unit = facts(encoded)
    starts, ends = unit.not_before, unit.not_after
    try:
        period = unit.parsed.extensions.get_extension_for_class(x509.PrivateKeyUsagePeriod).value
    except x509.ExtensionNotFound:
        period = x509.PrivateKeyUsagePeriod(starts, ends)
    if period.not_before is not None:
        starts = max(starts, period.not_before.replace(tzinfo=UTC))
    if period.not_after is not None:
        ends = min(ends, period.not_after.replace(tzinfo=UTC))
    # The last second counts as a whole: the encodings have no fractions.
    return starts, ends + timedelta(seconds=1)


def token_certificates(encoded: bytes) -> tuple[bytes, ...]:
    """The certificates that a token carries, its unit's first; TsaAnswerError when that one is missing."""
    token = read_token(encoded)
    try:
        unit = _unit_certificate(token.signed).encoded
    except _UNREADABLE as error:
        raise TsaAnswerError("The time-stamp token's certificates cannot be read.") from error
    return tuple(dict.fromkeys((unit, *(item for item in token.signed.certificates if item[0] == 0x30))))
