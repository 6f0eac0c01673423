"""Reads the extensions of a certificate from DER (RFC 5280 4.2, appendix A): one small reader per extension."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

from policies.reasons import Reason
from validator.asn1 import der
from validator.asn1.memory import Generations
from validator.path import extension_values as ext
from validator.path.certificate import Certificate, Defect
from validator.path.extension_defects import extension_defects
from validator.path.general_name import DN, GeneralName, read_general_name, read_general_names
from validator.path.name import relative_name_key
from validator.path.read_policies import (
    read_inhibit_any_policy,
    read_policies,
    read_policy_constraints,
    read_policy_mappings,
)

MAX_EXTENSIONS = 1_000


class Decoded(NamedTuple):
    """One extension, read: where its value goes in the details, and what is wrong with it. `names_well_formed` is said
    of subjectAltName only: nothing is wrong with it nor with any name in it. `unknown_critical`: it ends the path, as
    it is critical and nobody here knows it, or knows all of what it says (4.2)."""

    extension: ext.Extension
    field: str | None
    value: object
    defects: tuple[Defect, ...]
    names_well_formed: bool
    unknown_critical: bool


# Certificates of one issuer share most of their extensions octet for octet.
_decoded: Generations[bytes, Decoded] = Generations(32 * 1024 * 1024)
_WEIGHT = 600


def decode_extensions(certificate: Certificate) -> tuple[list[Decoded], der.DerError | None]:
    """The extensions in their order, and what stopped the reading before the last one."""
    at, data = certificate.extensions_at, certificate.der
    found: list[Decoded] = []
    if at is None:
        return found, None
    try:
        for encoded in der.encodings(data, at, MAX_EXTENSIONS):
            found.append(decode_extension(encoded))
    except der.DerError as error:
        return found, error
    return found, None if found else der.DerError("empty-sequence", at.start)


def collected(decoded: list[Decoded], error: der.DerError | None) -> tuple[dict[str, object], list[Defect]]:
    """Field values for `CertificateDetails` (without `defects`) and the defects of the encoding."""
    found: dict[str, ext.Extension] = {}
    defects: list[Defect] = []
    unknown: list[str] = []
    values: dict[str, object] = {"extensions": found}
    for one in decoded:
        extension = one.extension
        if extension.oid in found:
            defects.append(Defect(Reason.of("TS-PATH-EXTENSION-DUPLICATE", extension=extension.label)))
            continue
        found[extension.oid] = extension
        defects += one.defects
        if one.unknown_critical:
            unknown.append(extension.oid)
        if one.field is not None:
            values[one.field] = one.value
    if error is not None:
        defects.append(_malformed("extensions", error))
    if unknown:
        values["unknown_critical"] = tuple(unknown)
    return values, defects


def decode_extension(encoded: bytes) -> Decoded:
    """One extension from its complete encoding. Raises DerError when it is no Extension."""
    known = _decoded.get(encoded)
    if known is not None:
        return known
    extension, defaulted = read_extension(encoded, der.single(encoded))
    field, value, defects = _decode(extension)
    if defaulted:
        defects = (*defects, _encoded_default(extension))
    defects = (*defects, *extension_defects(extension, value))
    unknown = extension.critical and _unknown(extension.oid, field, value)
    decoded = Decoded(extension, field, value, defects, not defects and _are_names(field, value), unknown)
    _decoded.put(encoded, decoded, 4 * len(encoded) + _WEIGHT)
    return decoded


def _unknown(oid: str, field: str | None, value: object) -> bool:
    if oid not in PROCESSED or field != "policies":
        return oid not in PROCESSED
    # 4.2.1.4: who cannot interpret critical policies, the qualifiers included, has to reject the certificate.
    policies = cast("tuple[ext.PolicyInformation, ...]", value)
    return any(oid not in ext.POLICY_QUALIFIERS for information in policies for oid, _ in information.qualifiers)


def _are_names(field: str | None, value: object) -> bool:
    names = cast("tuple[GeneralName, ...]", value) if field == "subject_alt_names" else ()
    return bool(names) and not any(map(_faulty, names))


def _faulty(name: GeneralName) -> bool:
    return name.name is not None and bool(name.name.faults)


def read_extension(data: bytes, element: der.Element) -> tuple[ext.Extension, bool]:
    """One Extension of a certificate, CRL or OCSP response, and whether critical FALSE was written out (X.690 11.5)."""
    parts = der.sequence(data, element, limit=3)
    if len(parts) not in (2, 3):
        raise der.DerError("bad-extension", element.start)
    oid = der.oid(data, parts[0])
    critical = der.boolean(data, parts[1]) if len(parts) == 3 else False
    if parts[-1].tag != der.OCTET_STRING:
        raise der.DerError("unexpected-tag", parts[-1].start)
    return ext.Extension(oid, critical, parts[-1].contents(data)), len(parts) == 3 and not critical


def _malformed(label: str, error: der.DerError) -> Defect:
    return Defect(Reason.of("TS-PATH-EXTENSION-MALFORMED", extension=label, rule=error.rule))


def _encoded_default(extension: ext.Extension) -> Defect:
    return Defect(Reason.of("TS-PATH-ENCODED-DEFAULT", extension=extension.label), "encoded-default-values")


def _decode(extension: ext.Extension) -> tuple[str | None, object, tuple[Defect, ...]]:
    reader = _READERS.get(extension.oid)
    if reader is None and extension.oid != ext.SUBJECT_DIRECTORY_ATTRIBUTES:
        return None, None, ()
    field, read = reader or (None, _directory_attributes)
    try:
        value = read(extension.value)
    except der.DerError as error:
        return None, None, (_malformed(extension.label, error),)
    if extension.oid == ext.BASIC_CONSTRAINTS and extension.value[2:5] == b"\x01\x01\x00":
        return field, value, (_encoded_default(extension),)
    return field, value, ()


def _basic_constraints(data: bytes) -> ext.BasicConstraints:
    parts = der.sequence(data, der.single(data), limit=2)
    ca = False
    if parts and parts[0].tag == der.BOOLEAN:
        ca = der.boolean(data, parts.pop(0))
    length = der.integer(data, parts.pop(0)) if parts else None
    if parts:
        raise der.DerError("unexpected-field", parts[0].start)
    if length is not None and length < 0:
        raise der.DerError("negative-integer", 0)
    return ext.BasicConstraints(ca, length)


def _key_usage(data: bytes) -> frozenset[str]:
    bits = der.named_bits(data, der.single(data))
    if bits >> len(ext.KEY_USAGE_BITS):
        raise der.DerError("unknown-bit", 0)
    if not bits:
        # 4.2.1.3: at least one of the bits MUST be set.
        raise der.DerError("no-bit-set", 0)
    return frozenset(name for index, name in enumerate(ext.KEY_USAGE_BITS) if bits >> index & 1)


def _extended_key_usage(data: bytes) -> frozenset[str]:
    return frozenset(der.oid(data, part) for part in _members(data, der.single(data)))


def _octets(data: bytes) -> bytes:
    element = der.single(data, der.OCTET_STRING)
    if element.value == element.end:
        raise der.DerError("empty-octet-string", 0)
    return element.contents(data)


def _authority_key_id(data: bytes) -> ext.AuthorityKeyIdentifier:
    key_id: bytes | None = None
    issuer: tuple[GeneralName, ...] = ()
    serial: int | None = None
    last = 0
    for part in der.sequence(data, der.single(data), limit=3):
        if part.tag <= last & 0xDF and last:
            raise der.DerError("unexpected-field", part.start)
        last = part.tag
        if part.tag == 0x80:
            # Of no octets, it identifies nothing.
            key_id = part.contents(data) or None
        elif part.tag == 0xA1:
            issuer = read_general_names(data, part, 100)
        elif part.tag == 0x82:
            serial = der.integer(data, part, 0x82)
        else:
            raise der.DerError("unexpected-tag", part.start)
    if bool(issuer) != (serial is not None):
        # 4.2.1.1: both or neither.
        raise der.DerError("issuer-without-serial", 0)
    return ext.AuthorityKeyIdentifier(key_id, issuer, serial)


def _general_names(data: bytes) -> tuple[GeneralName, ...]:
    return read_general_names(data, der.single(data, der.SEQUENCE))


def _name_constraints(data: bytes) -> ext.NameConstraints:
    trees: dict[int, tuple[GeneralName, ...]] = {}
    for part in der.sequence(data, der.single(data), limit=2):
        if part.tag not in (0xA0, 0xA1) or part.tag in trees or (part.tag == 0xA0 and 0xA1 in trees):
            raise der.DerError("unexpected-field", part.start)
        trees[part.tag] = tuple(_subtree(data, tree) for tree in der.children(data, part, 50_000))
        if not trees[part.tag]:
            raise der.DerError("empty-sequence", part.start)
    if not trees:
        raise der.DerError("empty-sequence", 0)
    return ext.NameConstraints(trees.get(0xA0), trees.get(0xA1))


def _subtree(data: bytes, element: der.Element) -> GeneralName:
    parts = der.sequence(data, element, limit=3)
    if not parts:
        raise der.DerError("empty-sequence", element.start)
    if len(parts) > 1:
        # 4.2.1.10: minimum is always zero (and so never encoded), maximum always absent.
        raise der.DerError("minimum-or-maximum", element.start)
    return read_general_name(data, parts[0])


def read_distribution_point_name(data: bytes, element: der.Element) -> tuple[tuple[GeneralName, ...], bytes | None]:
    """(fullName, comparison key of nameRelativeToCRLIssuer) of a DistributionPointName inside its EXPLICIT tag."""
    inner = der.explicit(data, element)
    if inner.tag == 0xA0:
        return read_general_names(data, inner, 1_000), None
    if inner.tag == 0xA1:
        return (), relative_name_key(data, inner)
    raise der.DerError("unexpected-tag", inner.start)


def _distribution_point(data: bytes, element: der.Element) -> ext.DistributionPoint:
    full: tuple[GeneralName, ...] = ()
    relative: bytes | None = None
    reasons: int | None = None
    issuer: tuple[GeneralName, ...] = ()
    last = -1
    for part in der.sequence(data, element, limit=3):
        if part.tag not in (0xA0, 0x81, 0xA2) or part.tag & 0x1F <= last:
            raise der.DerError("unexpected-field", part.start)
        last = part.tag & 0x1F
        if part.tag == 0xA0:
            full, relative = read_distribution_point_name(data, part)
        elif part.tag == 0x81:
            reasons = der.named_bits(data, part, 0x81)
        else:
            issuer = read_general_names(data, part, 1_000)
            if any(name.kind != DN for name in issuer):
                # 4.2.1.13: the distinguished name from the issuer field of the CRL, and nothing else.
                raise der.DerError("crl-issuer-name", part.start)
    if not full and relative is None and not issuer:
        # 4.2.1.13: a point of reasons only says nothing.
        raise der.DerError("empty-distribution-point", element.start)
    return ext.DistributionPoint(full, relative, reasons, issuer)


def read_distribution_points(data: bytes) -> tuple[ext.DistributionPoint, ...]:
    """CRLDistributionPoints (4.2.1.13), the syntax of freshestCRL too, in certificates and in CRLs (5.2.6)."""
    return tuple(_distribution_point(data, part) for part in _members(data, der.single(data)))


def _access(data: bytes) -> tuple[ext.AccessDescription, ...]:
    found: list[ext.AccessDescription] = []
    for element in _members(data, der.single(data)):
        parts = der.sequence(data, element, limit=2)
        if len(parts) != 2:
            raise der.DerError("missing-field", element.start)
        found.append(ext.AccessDescription(der.oid(data, parts[0]), read_general_name(data, parts[1])))
    return tuple(found)


def _directory_attributes(data: bytes) -> None:
    """4.2.1.8: nobody here needs them, but they are attributes with values."""
    for element in _members(data, der.single(data)):
        parts = der.sequence(data, element, limit=2)
        if len(parts) != 2:
            raise der.DerError("missing-field", element.start)
        der.oid(data, parts[0])
        if not der.sequence(data, parts[1], der.SET):
            raise der.DerError("empty-set", parts[1].start)


def _members(data: bytes, element: der.Element) -> list[der.Element]:
    found = der.sequence(data, element, limit=1_000)
    if not found:
        raise der.DerError("empty-sequence", element.start)
    return found


def _null(data: bytes) -> bool:
    element = der.single(data, der.NULL)
    if element.value != element.end:
        raise der.DerError("bad-null", 0)
    return True


_READERS: Mapping[str, tuple[str, Callable[[bytes], object]]] = {
    ext.BASIC_CONSTRAINTS: ("basic_constraints", _basic_constraints),
    ext.KEY_USAGE: ("key_usage", _key_usage),
    ext.EXTENDED_KEY_USAGE: ("extended_key_usage", _extended_key_usage),
    ext.SUBJECT_KEY_IDENTIFIER: ("subject_key_id", _octets),
    ext.AUTHORITY_KEY_IDENTIFIER: ("authority_key_id", _authority_key_id),
    ext.CERTIFICATE_POLICIES: ("policies", read_policies),
    ext.POLICY_MAPPINGS: ("policy_mappings", read_policy_mappings),
    ext.POLICY_CONSTRAINTS: ("policy_constraints", read_policy_constraints),
    ext.INHIBIT_ANY_POLICY: ("inhibit_any_policy", read_inhibit_any_policy),
    ext.NAME_CONSTRAINTS: ("name_constraints", _name_constraints),
    ext.SUBJECT_ALT_NAME: ("subject_alt_names", _general_names),
    ext.ISSUER_ALT_NAME: ("issuer_alt_names", _general_names),
    ext.CRL_DISTRIBUTION_POINTS: ("crl_distribution_points", read_distribution_points),
    ext.FRESHEST_CRL: ("freshest_crl", read_distribution_points),
    ext.AUTHORITY_INFO_ACCESS: ("authority_info_access", _access),
    ext.SUBJECT_INFO_ACCESS: ("subject_info_access", _access),
    ext.OCSP_NO_CHECK: ("ocsp_no_check", _null),
    ext.NO_REV_AVAIL: ("no_rev_avail", _null),
}

# Critical extensions whose meaning this engine carries out; any other critical one ends the path (4.2).
PROCESSED = frozenset(_READERS) - {ext.ISSUER_ALT_NAME, ext.AUTHORITY_INFO_ACCESS, ext.SUBJECT_INFO_ACCESS}
