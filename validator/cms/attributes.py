"""Decodes the signed attributes that CAdES defines (EN 319 122-1 clause 5.2, RFC 5652 clause 11, RFC 5035).

Each function takes the complete encoding of one attribute value and raises DerError when it is not what the attribute
requires; the caller turns that into a reason.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from validator.asn1 import der
from validator.asn1.der import DerError, Element
from validator.cms import oids

_TEXT = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be", 0x12: "ascii", 0x1A: "ascii"}
_TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,](\d{1,9}))?(Z|[+-]\d{4})\Z")


@dataclass(frozen=True, slots=True)
class CertId:
    """ESSCertID or ESSCertIDv2: digest OID, digest, and issuer (DER of the directory name) with serial when given."""

    digest_oid: str
    digest: bytes
    issuer: bytes | None
    serial: int | None


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """SignaturePolicyId: OID, digest algorithm OID and digest (None when implied), sp-uri qualifier."""

    identifier: str
    digest_oid: str | None
    digest: bytes | None
    location: str | None


def octet_string(value: bytes) -> bytes:
    """Contents of an OCTET STRING."""
    return der.single(value, der.OCTET_STRING).contents(value)


def object_identifier(value: bytes) -> str:
    """Dotted form of an OBJECT IDENTIFIER."""
    return der.oid(value, der.single(value))


def time(value: bytes) -> datetime:
    """UTCTime or GeneralizedTime, tolerant of missing seconds, fractions and offsets (X.690 11.7 is not held against a
    claim that proves nothing); aware UTC, microseconds cut off."""
    element = der.single(value)
    text = element.contents(value)
    if element.tag == der.UTC_TIME:
        text = (b"19" if text[:2] >= b"50" else b"20") + text
    elif element.tag != der.GENERALIZED_TIME:
        raise DerError("unexpected-tag", 0)
    return parse_time(text)


def parse_time(text: bytes) -> datetime:
    """The moment that YYYYMMDDhhmm[ss][.f](Z|±hhmm) names. Raises DerError bad-time."""
    found = _TIME.match(text)
    if found is None:
        raise DerError("bad-time", 0)
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    microsecond = int((fraction or b"0").ljust(6, b"0")[:6])
    try:
        at = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), microsecond, _zone(zone)
        )
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise DerError("bad-time", 0) from None


def _zone(text: bytes) -> timezone:
    if text == b"Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return timezone(-offset if text[:1] == b"-" else offset)


def signing_certificate(value: bytes, *, version: int) -> tuple[CertId, ...]:
    """The certificate references of SigningCertificate (version 1) or SigningCertificateV2 (version 2), in order."""
    outer = der.single(value, der.SEQUENCE)
    parts = der.children(value, outer, 2)
    if not parts or parts[0].tag != der.SEQUENCE:
        raise DerError("signing-certificate", 0)
    references = tuple(_cert_id(value, item, version) for item in der.children(value, parts[0], 100))
    if not references:
        raise DerError("signing-certificate", 0)
    return references


def _cert_id(data: bytes, element: Element, version: int) -> CertId:
    parts = der.children(data, element, 3) if element.tag == der.SEQUENCE else []
    algorithm = oids.SHA1 if version == 1 else oids.SHA256
    if version == 2 and parts and parts[0].tag == der.SEQUENCE:
        algorithm = der.oid(data, der.children(data, parts.pop(0), 2)[0])
    if not 1 <= len(parts) <= 2 or parts[0].tag != der.OCTET_STRING:
        raise DerError("cert-id", element.start)
    issuer, serial = _issuer_serial(data, parts[1]) if len(parts) == 2 else (None, None)
    return CertId(algorithm, parts[0].contents(data), issuer, serial)


def _issuer_serial(data: bytes, element: Element) -> tuple[bytes | None, int]:
    parts = der.children(data, element, 3) if element.tag == der.SEQUENCE else []
    if len(parts) not in (2, 3) or parts[1].tag != der.INTEGER:
        raise DerError("issuer-serial", element.start)
    names = [item for item in der.children(data, parts[0], 10) if item.tag == 0xA4]
    inner = der.children(data, names[0], 2) if len(names) == 1 else []
    issuer = inner[0].whole(data) if len(inner) == 1 else None
    return issuer, int.from_bytes(parts[1].contents(data), "big", signed=True)


def signature_policy(value: bytes) -> SignaturePolicy | None:
    """SignaturePolicyIdentifier; None for the implied policy (NULL)."""
    outer = der.single(value)
    if outer.tag == der.NULL:
        return None
    parts = der.children(value, outer, 4) if outer.tag == der.SEQUENCE else []
    if len(parts) not in (2, 3):
        raise DerError("signature-policy", 0)
    hashed = der.children(value, parts[1], 3)
    if len(hashed) != 2 or hashed[1].tag != der.OCTET_STRING:
        raise DerError("signature-policy", parts[1].start)
    digest_oid = der.oid(value, der.children(value, hashed[0], 2)[0])
    location = _policy_location(value, parts[2]) if len(parts) == 3 else None
    return SignaturePolicy(der.oid(value, parts[0]), digest_oid, hashed[1].contents(value), location)


def _policy_location(data: bytes, element: Element) -> str | None:
    for qualifier in der.children(data, element, 20):
        parts = der.children(data, qualifier, 4)
        if len(parts) == 2 and der.oid(data, parts[0]) == oids.POLICY_SP_URI:
            return text(data, parts[1])
    return None


def commitment_type(value: bytes) -> str:
    """The commitment's OID."""
    parts = der.children(value, der.single(value, der.SEQUENCE), 3)
    if not parts:
        raise DerError("commitment-type", 0)
    return der.oid(value, parts[0])


def signer_location(value: bytes) -> str:
    """SignerLocation as one line: country, locality, postal address, whatever is there."""
    outer = der.single(value, der.SEQUENCE)
    lines: list[str] = []
    for part in der.children(value, outer, 6):
        for item in der.children(value, part, 10):
            found = text(value, item)
            if found:
                lines.append(found)
    return ", ".join(lines)


def claimed_roles(value: bytes) -> tuple[str, ...]:
    """Texts of claimed attributes inside signer-attributes(-v2), depth-first; certified attributes are not read."""
    outer = der.single(value, der.SEQUENCE)
    found: list[str] = []
    for part in der.children(value, outer, 20):
        if part.tag == 0xA0:
            _collect_text(value, part, found, 0)
    return tuple(found[:20])


def _collect_text(data: bytes, element: Element, found: list[str], depth: int) -> None:
    if depth > 8:
        raise DerError("too-deep", element.start)
    for item in der.children(data, element, 100):
        if item.tag & 0x20:
            _collect_text(data, item, found, depth + 1)
        elif item.tag in _TEXT:
            found.append(text(data, item) or "")


def text(data: bytes, element: Element) -> str | None:
    """The text of a character string, at most 1000 characters, control characters dropped; None for anything else."""
    encoding = _TEXT.get(element.tag)
    if encoding is None:
        return None
    decoded = element.contents(data).decode(encoding, "replace")[:1000]
    return "".join(one for one in decoded if one.isprintable())
