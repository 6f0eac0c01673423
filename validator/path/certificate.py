"""Certificates: read once per content hash into a frozen value (RFC 5280 4.1).

`parse_certificate` never raises: what has no readable structure becomes a `MalformedCertificate` with a reason.
What is readable but not as RFC 5280 wants it is a `Certificate` whose `defects` say so; the path engine refuses a
defect unless the jurisdiction's profile grants the leniency it names. Extensions are decoded on first use, because a
pool may hold a thousand certificates of which a path needs three.
"""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from policies.reasons import Reason
from validator.asn1 import der
from validator.asn1.der import Element
from validator.path.name import Name, parse_name

if TYPE_CHECKING:
    from validator.path.details import CertificateDetails

MAX_CERTIFICATE_OCTETS = 4 * 1024 * 1024
_MAX_CACHED_OCTETS = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Defect:
    """Something that RFC 5280 forbids in an otherwise readable certificate.

    `leniency` is the stable name of the tolerance that forgives it, None when nothing does.
    """

    reason: Reason
    leniency: str | None = None


@dataclass(frozen=True, slots=True)
class MalformedCertificate:
    """Octets that were offered as certificate and have no readable structure. `fingerprint` is SHA-256 in hex."""

    der: bytes
    fingerprint: str
    reason: Reason


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Certificate:
    """A readable certificate. Equality is by content.

    `fingerprint` SHA-256 of the DER in hex; `tbs_at` the range of the signed octets `tbs`; `inner_algorithm` and
    `outer_algorithm` complete DER of the two AlgorithmIdentifiers; `signature` the octets of the signature value, none
    when it is not a whole number of them; `spki` the complete DER of SubjectPublicKeyInfo; `version` 1, 2 or 3;
    `serial_octets` contents of the serial number as encoded; times aware UTC, both inclusive; `extensions_at` the
    range of the Extensions SEQUENCE in `der`, None without.
    """

    der: bytes
    fingerprint: str
    tbs_at: Element
    version: int
    serial: int
    serial_octets: bytes
    inner_algorithm: bytes
    outer_algorithm: bytes
    issuer: Name
    subject: Name
    not_before: datetime
    not_after: datetime
    spki: bytes
    signature: bytes
    unique_identifiers: bool
    extensions_at: Element | None
    _memo: "list[CertificateDetails]" = field(default_factory=list, repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @property
    def tbs(self) -> bytes:
        """The signed octets: the complete DER of TBSCertificate."""
        return self.tbs_at.whole(self.der)

    @property
    def details(self) -> "CertificateDetails":
        """The decoded extensions and the defects; read on first use and kept."""
        if not self._memo:
            from validator.path.details import read_details

            self._memo.append(read_details(self))
        return self._memo[0]

    @property
    def defects(self) -> tuple[Defect, ...]:
        """Everything about the certificate alone that RFC 5280 forbids."""
        return self.details.defects

    @property
    def self_issued(self) -> bool:
        """Issuer and subject are the same name (RFC 5280 3.2)."""
        return self.issuer.key == self.subject.key


def who(certificate: Certificate) -> str:
    """How sentences call a certificate: its subject, cut to a readable length, or its serial number."""
    if certificate.subject.empty:
        return f"serial number {certificate.serial:x}"
    text = certificate.subject.text()
    return text if len(text) <= 200 else text[:199] + "…"


_parsed: dict[bytes, Certificate | MalformedCertificate] = {}
_parsed_octets = 0


def parse_certificate(encoded: bytes) -> Certificate | MalformedCertificate:
    """The certificate encoded as DER in `encoded`; the same octets give the same object while they are remembered."""
    global _parsed_octets
    digest = sha256(encoded).digest()
    known = _parsed.get(digest)
    if known is not None:
        return known
    fingerprint = digest.hex()
    try:
        if len(encoded) > MAX_CERTIFICATE_OCTETS:
            raise der.DerError("too-large", 0)
        value: Certificate | MalformedCertificate = _read(encoded, fingerprint)
    except der.DerError as error:
        reason = Reason.of("TS-PATH-MALFORMED", rule=error.rule, offset=error.offset)
        value = MalformedCertificate(encoded[:MAX_CERTIFICATE_OCTETS], fingerprint, reason)
    if _parsed_octets > _MAX_CACHED_OCTETS:
        _parsed.clear()
        _parsed_octets = 0
    _parsed[digest] = value
    # Decoded extensions cost a few times their encoding; the factor keeps the bound honest.
    _parsed_octets += 4 * len(encoded) + 2_000
    return value


def _read(data: bytes, fingerprint: str) -> Certificate:
    outer = der.single(data, der.SEQUENCE)
    parts = der.children(data, outer, 3)
    if len(parts) != 3:
        raise der.DerError("missing-field", outer.start)
    tbs, algorithm, signature = parts
    fields = der.sequence(data, tbs, limit=10)
    version, fields = _version(data, tbs, fields)
    if len(fields) < 6:
        raise der.DerError("missing-field", tbs.start)
    serial, inner, issuer, validity, subject, spki = fields[:6]
    unique, extensions = _optional_fields(data, fields[6:])
    times = der.sequence(data, validity, limit=2)
    if len(times) != 2:
        raise der.DerError("missing-field", validity.start)
    if spki.tag != der.SEQUENCE or inner.tag != der.SEQUENCE or algorithm.tag != der.SEQUENCE:
        raise der.DerError("unexpected-tag", tbs.start)
    return Certificate(
        der=data,
        fingerprint=fingerprint,
        tbs_at=tbs,
        version=version,
        serial=der.integer(data, serial),
        serial_octets=serial.contents(data),
        inner_algorithm=inner.whole(data),
        outer_algorithm=algorithm.whole(data),
        issuer=parse_name(issuer.whole(data)),
        subject=parse_name(subject.whole(data)),
        not_before=der.time(data, times[0]),
        not_after=der.time(data, times[1]),
        spki=spki.whole(data),
        signature=_signature_octets(data, signature),
        unique_identifiers=unique,
        extensions_at=extensions,
    )


def _signature_octets(data: bytes, element: der.Element) -> bytes:
    # No algorithm has a signature of broken octets or of none: such a value is a signature that does not verify.
    try:
        unused, octets = der.bit_string(data, element)
    except der.DerError as error:
        if error.rule == "unexpected-tag":
            raise
        return b""
    return b"" if unused else octets


def _version(data: bytes, tbs: der.Element, fields: list[der.Element]) -> tuple[int, list[der.Element]]:
    if not fields:
        raise der.DerError("missing-field", tbs.start)
    if fields[0].tag != 0xA0:
        return 1, fields
    number = der.integer(data, der.explicit(data, fields[0]))
    if number not in (1, 2):
        # v1 is the DEFAULT and is not encoded (X.690 11.5); above v3 there is nothing.
        raise der.DerError("bad-version", fields[0].start)
    return number + 1, fields[1:]


def _optional_fields(data: bytes, fields: list[der.Element]) -> tuple[bool, der.Element | None]:
    unique, extensions, last = False, None, 0x80
    for element in fields:
        number = element.tag & 0x1F
        if element.tag not in (0x81, 0x82, 0xA3) or number <= last & 0x1F:
            raise der.DerError("unexpected-field", element.start)
        last = element.tag
        if element.tag == 0xA3:
            extensions = der.explicit(data, element)
        else:
            der.bit_string(data, element, element.tag)
            unique = True
    return unique, extensions
