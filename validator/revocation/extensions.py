"""Reads the extensions that CRLs, CRL entries and OCSP responses carry (RFC 5280 5.2 and 5.3, RFC 6960 4.4).

Structure that cannot be read raises `DerError`; what can be read but breaks a rule of the profile is added to the
caller's set of faults, by a stable word that is also the name of the leniency that forgives it.
"""

from dataclasses import dataclass
from itertools import pairwise

from validator.asn1 import der
from validator.path.extension_values import AuthorityKeyIdentifier, Extension
from validator.path.general_name import DN, GeneralName, read_general_names
from validator.path.read_extensions import read_distribution_point_name, read_extension

AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"
ISSUER_ALT_NAME = "2.5.29.18"
CRL_NUMBER = "2.5.29.20"
REASON_CODE = "2.5.29.21"
INVALIDITY_DATE = "2.5.29.24"
DELTA_CRL_INDICATOR = "2.5.29.27"
ISSUING_DISTRIBUTION_POINT = "2.5.29.28"
CERTIFICATE_ISSUER = "2.5.29.29"
FRESHEST_CRL = "2.5.29.46"
EXPIRED_CERTS_ON_CRL = "2.5.29.60"

ALL_REASONS = 0b1_1111_1110
"""Every bit of ReasonFlags but `unused` (RFC 5280 4.2.1.13): the value of a complete reasons mask."""

_MAX_EXTENSIONS = 64
MAX_NAMES = 1_000


@dataclass(frozen=True, slots=True)
class IssuingDistributionPoint:
    """The scope of a CRL (RFC 5280 5.2.5). `full_name` and `relative_name` as in `DistributionPoint`; `reasons` a bit
    set over ReasonFlags, None for all; `encoded` the extension's DER, by which two scopes are the same."""

    encoded: bytes
    full_name: tuple[GeneralName, ...] = ()
    relative_name: bytes | None = None
    only_user_certs: bool = False
    only_ca_certs: bool = False
    only_attribute_certs: bool = False
    indirect: bool = False
    reasons: int | None = None

    @property
    def named(self) -> bool:
        """A distributionPoint field is present."""
        return bool(self.full_name) or self.relative_name is not None


def read_extensions(data: bytes, sequence: der.Element, faults: set[str]) -> dict[str, Extension]:
    """The extensions in `sequence` by OID, first occurrence. Faults: empty-extensions, duplicate-extension,
    encoded-default."""
    found: dict[str, Extension] = {}
    for member in der.sequence(data, sequence, limit=_MAX_EXTENSIONS):
        extension, defaulted = read_extension(data, member)
        if defaulted:
            faults.add("encoded-default")
        if found.setdefault(extension.oid, extension) is not extension:
            faults.add("duplicate-extension")
    if not found:
        faults.add("empty-extensions")
    return found


def _ascending(data: bytes, element: der.Element, limit: int) -> list[der.Element]:
    # Optional fields of a SEQUENCE come once and in the order of the module.
    parts = der.sequence(data, element, limit=limit)
    for before, after in pairwise(parts):
        if before.tag & 0x1F >= after.tag & 0x1F:
            raise der.DerError("unexpected-field", after.start)
    return parts


def read_authority_key_identifier(data: bytes) -> AuthorityKeyIdentifier:
    """AuthorityKeyIdentifier (RFC 5280 4.2.1.1)."""
    key_id: bytes | None = None
    issuer: tuple[GeneralName, ...] = ()
    serial: int | None = None
    for part in _ascending(data, der.single(data), 3):
        if part.tag == 0x80:
            key_id = part.contents(data)
        elif part.tag == 0xA1:
            issuer = read_general_names(data, part, MAX_NAMES)
        elif part.tag == 0x82:
            serial = der.integer(data, part, 0x82)
        else:
            raise der.DerError("unexpected-tag", part.start)
    if bool(issuer) != (serial is not None):
        raise der.DerError("issuer-without-serial", 0)
    return AuthorityKeyIdentifier(key_id, issuer, serial)


_FLAGS = {0x81: "only_user_certs", 0x82: "only_ca_certs", 0x84: "indirect", 0x85: "only_attribute_certs"}
_KINDS = ("only_user_certs", "only_ca_certs", "only_attribute_certs")


def read_issuing_distribution_point(data: bytes, faults: set[str]) -> IssuingDistributionPoint:
    """IssuingDistributionPoint (RFC 5280 5.2.5). Faults: idp-empty, idp-conflicting-scope, encoded-default."""
    full: tuple[GeneralName, ...] = ()
    relative: bytes | None = None
    reasons: int | None = None
    flags: dict[str, bool] = {}
    parts = _ascending(data, der.single(data), 6)
    for part in parts:
        if part.tag == 0xA0:
            full, relative = read_distribution_point_name(data, part)
        elif part.tag == 0x83:
            reasons = der.named_bits(data, part, 0x83)
        elif part.tag in _FLAGS:
            flags[_FLAGS[part.tag]] = der.boolean(data, part, part.tag)
        else:
            raise der.DerError("unexpected-field", part.start)
    if not all(flags.values()):
        faults.add("encoded-default")
    if not parts or not (any(flags.values()) or full or relative or reasons is not None):
        # 5.2.5: the value may not be an empty sequence, which would narrow the scope to nothing that can be said.
        faults.add("idp-empty")
    if sum(flags.get(kind, False) for kind in _KINDS) > 1:
        faults.add("idp-conflicting-scope")
    return IssuingDistributionPoint(data, full, relative, reasons=reasons, **flags)


def read_certificate_issuer(data: bytes) -> tuple[bytes, ...]:
    """Comparison keys of the directory names in certificateIssuer of a CRL entry (RFC 5280 5.3.3)."""
    names = read_general_names(data, der.single(data, der.SEQUENCE), MAX_NAMES)
    keys = tuple(name.name.key for name in names if name.kind == DN and name.name is not None)
    if not keys:
        # 5.3.3: the name is the issuer's distinguished name, without which nothing can be compared.
        raise der.DerError("no-directory-name", 0)
    return keys
