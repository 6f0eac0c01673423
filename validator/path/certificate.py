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
from validator.asn1.frozen import maker
from validator.asn1.memory import Generations
from validator.path.frame import read_frame, usual_frame
from validator.path.name import Name, parse_name, parse_own_name

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
    serial_octets: bytes
    inner_algorithm: bytes
    outer_algorithm: bytes
    not_before: datetime
    not_after: datetime
    spki: bytes
    signature: bytes
    unique_identifiers: bool
    extensions_at: Element | None
    issuer: Name
    subject: Name
    _memo: "list[CertificateDetails]" = field(default_factory=list, repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @property
    def serial(self) -> int:
        """The serial number."""
        return int.from_bytes(self.serial_octets, "big", signed=True)

    @property
    def tbs(self) -> bytes:
        """The signed octets: the complete DER of TBSCertificate."""
        return self.tbs_at.whole(self.der)

    @property
    def details(self) -> "CertificateDetails":
        """The decoded extensions and the defects; read on first use and kept."""
        for known in self._memo:
            return known
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


_SHOWN_SERIAL = 40


def who(certificate: Certificate) -> str:
    """How sentences call a certificate: its subject, cut to a readable length, or its serial number."""
    if certificate.subject.empty:
        return f"serial number {certificate.serial_octets[:_SHOWN_SERIAL].hex()}"
    return certificate.subject.brief()


_certificate = maker(Certificate)
_parsed: Generations[bytes, Certificate | MalformedCertificate] = Generations(_MAX_CACHED_OCTETS)


def parse_certificate(encoded: bytes) -> Certificate | MalformedCertificate:
    """The certificate encoded as DER in `encoded`; the same octets give the same object while they are remembered."""
    known = _parsed.get(encoded)
    if known is not None:
        return known
    fingerprint = sha256(encoded).hexdigest()
    try:
        if len(encoded) > MAX_CERTIFICATE_OCTETS:
            raise der.DerError("too-large", 0)
        value: Certificate | MalformedCertificate = _read(encoded, fingerprint)
    except der.DerError as error:
        reason = Reason.of("TS-PATH-MALFORMED", rule=error.rule, offset=error.offset)
        value = MalformedCertificate(encoded[:MAX_CERTIFICATE_OCTETS], fingerprint, reason)
    # Decoded extensions cost a few times their encoding; the factor keeps the bound honest.
    _parsed.put(encoded, value, 4 * len(encoded) + 2_000)
    return value


def _read(data: bytes, fingerprint: str) -> Certificate:
    frame = usual_frame(data) or read_frame(data)
    return _certificate(data, fingerprint, *frame[:-2], parse_name(frame.issuer), parse_own_name(frame.subject), [])
