"""Certificate revocation lists: read once per content hash into a frozen value (RFC 5280 5).

`parse_crl` never raises: what has no readable structure becomes a `MalformedEvidence`. What can be read but breaks
the profile is a `CertificateList` whose `faults` say so by stable words; whoever judges refuses it unless the
jurisdiction's profile grants the leniency `crl-` + word. The revoked certificates are read on the first look-up.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TypedDict

from validator.asn1 import der
from validator.asn1.memory import Generations
from validator.path.extension_values import AuthorityKeyIdentifier, DistributionPoint, Extension
from validator.path.general_name import read_general_names
from validator.path.name import Name, parse_name
from validator.path.read_extensions import read_distribution_points
from validator.revocation.entries import CrlEntry, EntryIndex, EntryRules
from validator.revocation.extensions import (
    AUTHORITY_KEY_IDENTIFIER,
    CRL_NUMBER,
    DELTA_CRL_INDICATOR,
    EXPIRED_CERTS_ON_CRL,
    FRESHEST_CRL,
    ISSUER_ALT_NAME,
    ISSUING_DISTRIBUTION_POINT,
    MAX_NAMES,
    IssuingDistributionPoint,
    read_authority_key_identifier,
    read_extensions,
    read_issuing_distribution_point,
)
from validator.revocation.malformed import MalformedEvidence

MAX_CRL_OCTETS = 128 * 1024 * 1024
"""What is larger is refused unread: about three million entries, three times the largest list of any state."""

_PROCESSED = frozenset(
    {
        AUTHORITY_KEY_IDENTIFIER,
        CRL_NUMBER,
        DELTA_CRL_INDICATOR,
        EXPIRED_CERTS_ON_CRL,
        FRESHEST_CRL,
        ISSUER_ALT_NAME,
        ISSUING_DISTRIBUTION_POINT,
    }
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CertificateList:
    """A readable CRL. Equality is by content.

    `sha256` of the DER in hex; `tbs_at` the half-open range of the signed octets in `der`; `inner_algorithm` and
    `outer_algorithm` complete DER of the AlgorithmIdentifiers; `signature` the octets of the signature value; times
    aware UTC, `next_update` None when absent; `base_crl_number` is set for a delta CRL only (5.2.4); `scope` the
    issuing distribution point, None when absent; `expired_certs_from` the date of ExpiredCertsOnCRL (X.509 9.5.2.8);
    `unknown_critical` OIDs of critical extensions that are not processed.
    """

    der: bytes
    sha256: str
    tbs_at: tuple[int, int]
    version: int
    inner_algorithm: bytes
    outer_algorithm: bytes
    signature: bytes
    issuer: Name
    this_update: datetime
    next_update: datetime | None
    entries: EntryIndex | None
    crl_number: int | None = None
    base_crl_number: int | None = None
    scope: IssuingDistributionPoint | None = None
    authority_key_id: AuthorityKeyIdentifier | None = None
    freshest_crl: tuple[DistributionPoint, ...] = ()
    expired_certs_from: datetime | None = None
    unknown_critical: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CertificateList) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    @property
    def tbs(self) -> bytes:
        """The signed octets (a copy, not kept)."""
        return self.der[self.tbs_at[0] : self.tbs_at[1]]

    @property
    def is_delta(self) -> bool:
        """The CRL carries deltaCRLIndicator."""
        return self.base_crl_number is not None

    def find(self, serial_octets: bytes) -> tuple[CrlEntry, ...]:
        """The entries with this serial number; builds the index on first use. Raises DerError when the entries
        cannot be read."""
        return self.entries.find(serial_octets) if self.entries is not None else ()


_memory: Generations[bytes, CertificateList | MalformedEvidence] = Generations(256 * 1024 * 1024)


def parse_crl(encoded: bytes) -> CertificateList | MalformedEvidence:
    """The CRL encoded as DER in `encoded`; the same octets give the same object while they are remembered."""
    if len(encoded) > MAX_CRL_OCTETS:
        return MalformedEvidence.too_large("crl", len(encoded), MAX_CRL_OCTETS)
    known = _memory.get(encoded)
    if known is not None:
        return known
    digest = sha256(encoded).digest()
    try:
        value: CertificateList | MalformedEvidence = _read(encoded, digest)
    except der.DerError as error:
        value = MalformedEvidence.of("crl", digest.hex(), error.rule, error.offset)
    # The value and its index weigh up to twice the encoding, and never less than a few objects.
    _memory.put(encoded, value, 2 * len(encoded) + 2_000)
    return value


def _read(data: bytes, digest: bytes) -> CertificateList:
    parts = der.sequence(data, der.single(data, der.SEQUENCE), limit=3)
    if len(parts) != 3:
        raise der.DerError("missing-field", 0)
    tbs, algorithm, signature = parts
    unused, signature_octets = der.bit_string(data, signature)
    if unused:
        raise der.DerError("bad-unused-bits", signature.start)
    fields = _Fields(data, der.sequence(data, tbs, limit=8))
    version = fields.version()
    inner = fields.take(der.SEQUENCE)
    issuer = parse_name(fields.take(der.SEQUENCE).whole(data))
    this_update, next_update = fields.times()
    revoked = fields.optional(der.SEQUENCE)
    holder = fields.optional(0xA0)
    fields.finish()
    faults = fields.faults
    extensions = read_extensions(data, der.explicit(data, holder), faults) if holder is not None else {}
    if algorithm.tag != der.SEQUENCE:
        raise der.DerError("unexpected-tag", algorithm.start)
    if inner.whole(data) != algorithm.whole(data):
        faults.add("algorithm-mismatch")
    if version == 1 and extensions:
        faults.add("version-1-with-extensions")
    if issuer.empty:
        faults.add("empty-issuer")
    if next_update is not None and next_update <= this_update:
        faults.add("next-update-not-after-this-update")
    values = _extension_values(extensions, version, faults)
    return CertificateList(
        der=data,
        sha256=digest.hex(),
        tbs_at=(tbs.start, tbs.end),
        version=version,
        inner_algorithm=inner.whole(data),
        outer_algorithm=algorithm.whole(data),
        signature=signature_octets,
        issuer=issuer,
        this_update=this_update,
        next_update=next_update,
        entries=_entries(data, revoked, version, values, digest),
        unknown_critical=tuple(
            sorted(oid for oid, one in extensions.items() if one.critical and oid not in _PROCESSED)
        ),
        faults=tuple(sorted(faults)),
        **values,
    )


class _Fields:
    """Walks the fields of TBSCertList in their order (RFC 5280 5.1.2)."""

    def __init__(self, data: bytes, elements: list[der.Element]) -> None:
        self.data = data
        self.faults: set[str] = set()
        self._elements = elements
        self._at = 0

    def _next(self) -> der.Element | None:
        return self._elements[self._at] if self._at < len(self._elements) else None

    def optional(self, *tags: int) -> der.Element | None:
        """The next field if it has one of `tags`."""
        element = self._next()
        if element is None or element.tag not in tags:
            return None
        self._at += 1
        return element

    def take(self, *tags: int) -> der.Element:
        """The next field, which has one of `tags`."""
        element = self.optional(*tags)
        if element is None:
            found = self._next()
            raise der.DerError("missing-field" if found is None else "unexpected-tag", found.start if found else 0)
        return element

    def version(self) -> int:
        """1 or 2; the version field is there for version 2 only (5.1.2.1)."""
        element = self.optional(der.INTEGER)
        if element is None:
            return 1
        if der.integer(self.data, element) != 1:
            raise der.DerError("bad-version", element.start)
        return 2

    def times(self) -> tuple[datetime, datetime | None]:
        """thisUpdate and nextUpdate. GeneralizedTime before 2050 is no fault here: 5.1.2.4 forbids writing it but tells
        the reader to process both forms."""
        this = self.take(der.UTC_TIME, der.GENERALIZED_TIME)
        following = self.optional(der.UTC_TIME, der.GENERALIZED_TIME)
        return der.time(self.data, this), None if following is None else der.time(self.data, following)

    def finish(self) -> None:
        """Nothing is left over."""
        left = self._next()
        if left is not None:
            raise der.DerError("unexpected-field", left.start)


class _Values(TypedDict, total=False):
    crl_number: int
    base_crl_number: int
    scope: IssuingDistributionPoint
    authority_key_id: AuthorityKeyIdentifier
    freshest_crl: tuple[DistributionPoint, ...]
    expired_certs_from: datetime


def _extension_values(extensions: dict[str, Extension], version: int, faults: set[str]) -> _Values:
    values = _Values()
    if (number := extensions.get(CRL_NUMBER)) is not None:
        values["crl_number"] = _number(number.value, faults)
        if number.critical:
            faults.add("number-critical")
    elif version == 2:
        # 5.2.3: required in every version 2 CRL; without it nobody can see that an old CRL came back.
        faults.add("number-missing")
    if (base := extensions.get(DELTA_CRL_INDICATOR)) is not None:
        values["base_crl_number"] = _number(base.value, faults)
        if not base.critical:
            faults.add("delta-indicator-not-critical")
    if (scope := extensions.get(ISSUING_DISTRIBUTION_POINT)) is not None:
        values["scope"] = read_issuing_distribution_point(scope.value, faults)
        if not scope.critical:
            faults.add("issuing-distribution-point-not-critical")
    if (key := extensions.get(AUTHORITY_KEY_IDENTIFIER)) is not None:
        identifier = values["authority_key_id"] = read_authority_key_identifier(key.value)
        if key.critical:
            faults.add("authority-key-identifier-critical")
        if identifier.key_id is None:
            # 5.2.1: the key is named by its identifier, not by its certificate.
            faults.add("authority-key-identifier-form")
    if (names := extensions.get(ISSUER_ALT_NAME)) is not None:
        read_general_names(names.value, der.single(names.value, der.SEQUENCE), MAX_NAMES)
    if (freshest := extensions.get(FRESHEST_CRL)) is not None:
        values["freshest_crl"] = read_distribution_points(freshest.value)
        if freshest.critical or base is not None:
            faults.add("freshest-crl-misused")
    if (expired := extensions.get(EXPIRED_CERTS_ON_CRL)) is not None:
        values["expired_certs_from"] = der.time(expired.value, der.single(expired.value, der.GENERALIZED_TIME))
    if base is not None and number is not None and values["base_crl_number"] >= values["crl_number"]:
        faults.add("delta-base-not-before-delta")
    return values


def _number(value: bytes, faults: set[str]) -> int:
    number = der.integer(value, der.single(value, der.INTEGER))
    if number < 0 or number.bit_length() > 159:
        # 5.2.3: at most 20 octets, never negative.
        faults.add("number-form")
    return number


def _entries(
    data: bytes, revoked: der.Element | None, version: int, values: _Values, digest: bytes
) -> EntryIndex | None:
    if revoked is None:
        return None
    scope = values.get("scope")
    rules = EntryRules(version, scope is not None and scope.indirect, "base_crl_number" in values)
    return EntryIndex(data, revoked.value, revoked.end, rules, digest[:7])
