"""What RFC 5280 4.1 and 4.2 forbid in one certificate, seen alone: each finding is a `Defect` with its leniency.

Names of leniencies are the vocabulary of the jurisdiction profiles; `LENIENCIES` lists them all.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from policies.reasons import Reason
from validator.asn1 import der
from validator.asn1.memory import Generations
from validator.path import extension_values as ext
from validator.path.certificate import Certificate, Defect
from validator.path.general_name import URI, GeneralName

# Extensions of X.509 versions before RFC 2459 and of Netscape: tolerated where a profile says so, never processed.
OBSOLETE_EXTENSIONS = frozenset(
    {"2.5.29.1", "2.5.29.2", "2.5.29.3", "2.5.29.4", "2.5.29.5", "2.5.29.6", "2.5.29.7", "2.5.29.8", "2.5.29.10"}
    | {f"2.16.840.1.113730.1.{number}" for number in (1, 2, 3, 4, 7, 8, 12, 13)}
)
LENIENCIES = frozenset({
    "encoded-default-values", "negative-serial", "zero-serial", "long-serial",
    "unsorted-rdn", "undecodable-string", "empty-string",
    "printable-string-characters", "string-characters", "non-critical-basic-constraints",
    "non-critical-name-constraints", "non-critical-policy-constraints",
    "critical-key-identifiers", "critical-information-access", "key-cert-sign-without-ca", "path-length-without-ca",
    "missing-key-identifiers", "alternative-name-form", "negative-rsa-modulus", "obsolete-extensions",
})  # fmt: skip
# 4.2.1.5, 4.2.1.10, 4.2.1.11, 4.2.1.14: they say what holds for the certificates below, and here there are none.
_ONLY_IN_CA = frozenset({ext.NAME_CONSTRAINTS, ext.POLICY_MAPPINGS, ext.POLICY_CONSTRAINTS, ext.INHIBIT_ANY_POLICY})
# What certificates from before RFC 5280 may do: RFC 3280 4.2.1.12 left the criticality of policyConstraints open, and
# RFC 3280 6.1.4 (k) asks for basicConstraints to be present, whatever its criticality.
RFC_3280_ERA = frozenset({"non-critical-policy-constraints", "non-critical-basic-constraints"})
_OCSP = "1.3.6.1.5.5.7.48.1"
_RSA, _NULL = bytes.fromhex("2a864886f70d010101"), b"\x05\x00"
# X25519 and X448, with the octets that a key has.
_RAW_KEYS = {bytes.fromhex("2b656e"): 32, bytes.fromhex("2b656f"): 56}

Values = Mapping[str, object]


def certificate_defects(certificate: Certificate, values: Values) -> tuple[Defect, ...]:
    """All findings over the fields of `certificate` and its decoded extensions `values`, but those that are found over
    each extension alone."""
    extensions = cast("Mapping[str, ext.Extension]", values["extensions"])
    found: list[Defect] = []
    _field_defects(certificate, found)
    _name_defects(certificate, values, extensions, found)
    _authority_defects(values, extensions, found)
    _no_rev_avail_defects(values, extensions, found)
    found += _key_defects(certificate.spki)
    return tuple(found)


def unremarkable(certificate: Certificate) -> bool:
    """Outside its extensions the certificate has nothing that is, or makes, a defect: a certificate of version 3 with
    subject and issuer, whose defects follow from its extensions alone."""
    subject, issuer = certificate.subject, certificate.issuer
    return (
        certificate.version == 3
        and certificate.inner_algorithm == certificate.outer_algorithm
        and certificate.serial_octets[0] < 0x80
        and certificate.serial_octets != b"\0"
        and len(certificate.serial_octets) <= 20
        and certificate.not_before <= certificate.not_after
        and bool(subject.rdns)
        and bool(issuer.rdns)
        and not subject.faults
        and not issuer.faults
        and not _key_defects(certificate.spki)
    )


def _field_defects(certificate: Certificate, found: list[Defect]) -> None:
    if certificate.inner_algorithm != certificate.outer_algorithm:
        found.append(Defect(Reason.of("TS-PATH-ALGORITHM-MISMATCH")))
    if certificate.serial < 0:
        found.append(Defect(Reason.of("TS-PATH-SERIAL-NUMBER", problem="negative"), "negative-serial"))
    elif certificate.serial == 0:
        found.append(Defect(Reason.of("TS-PATH-SERIAL-NUMBER", problem="zero"), "zero-serial"))
    if len(certificate.serial_octets) > 20:
        found.append(Defect(Reason.of("TS-PATH-SERIAL-NUMBER", problem="longer than 20 octets"), "long-serial"))
    if certificate.extensions_at is not None and certificate.version != 3:
        found.append(Defect(Reason.of("TS-PATH-VERSION", version=certificate.version, field="extensions")))
    # Unique identifiers in v2 and v3 and GeneralizedTime before 2050 are no defects here: 4.1.2.5 and 4.1.2.8 forbid
    # writing them but tell the reader to process them.
    if certificate.unique_identifiers and certificate.version == 1:
        found.append(Defect(Reason.of("TS-PATH-VERSION", version=1, field="unique identifiers")))
    if certificate.not_after < certificate.not_before:
        found.append(Defect(Reason.of("TS-PATH-VALIDITY-ORDER")))


def _name_defects(
    certificate: Certificate, values: Values, extensions: Mapping[str, ext.Extension], found: list[Defect]
) -> None:
    if certificate.issuer.empty:
        found.append(Defect(Reason.of("TS-PATH-EMPTY-ISSUER")))
    if certificate.subject.empty:
        alternative = extensions.get(ext.SUBJECT_ALT_NAME)
        # 4.1.2.6: nor may the name of a CRL issuer be empty, whatever else it is called.
        usage = cast("frozenset[str] | None", values.get("key_usage")) or ()
        if is_ca(values) or "cRLSign" in usage or alternative is None or not alternative.critical:
            found.append(Defect(Reason.of("TS-PATH-EMPTY-SUBJECT")))
    faults = {*certificate.issuer.faults, *certificate.subject.faults}
    for name in _names_inside(values):
        if name.name is not None:
            faults.update(name.name.faults)
    for fault in sorted(faults):
        found.append(Defect(Reason.of("TS-PATH-NAME-ENCODING", fault=fault), fault))


def _names_inside(values: Values) -> Iterator[GeneralName]:
    for field in ("subject_alt_names", "issuer_alt_names"):
        yield from cast("tuple[GeneralName, ...] | None", values.get(field)) or ()
    constraints = cast("ext.NameConstraints | None", values.get("name_constraints"))
    if constraints is not None:
        yield from constraints.permitted or ()
        yield from constraints.excluded or ()


def is_ca(values: Values) -> bool:
    """basicConstraints of the decoded extensions says cA."""
    constraints = cast("ext.BasicConstraints | None", values.get("basic_constraints"))
    return constraints is not None and constraints.ca


def _authority_defects(values: Values, extensions: Mapping[str, ext.Extension], found: list[Defect]) -> None:
    basic = cast("ext.BasicConstraints | None", values.get("basic_constraints"))
    usage = cast("frozenset[str] | None", values.get("key_usage"))
    may_sign = usage is None or "keyCertSign" in usage
    if not is_ca(values):
        if usage is not None and "keyCertSign" in usage:
            found.append(Defect(Reason.of("TS-PATH-KEY-CERT-SIGN-WITHOUT-CA"), "key-cert-sign-without-ca"))
        misplaced = [extension.label for oid, extension in extensions.items() if oid in _ONLY_IN_CA]
        found += [Defect(Reason.of("TS-PATH-EXTENSION-PLACE", extension=label)) for label in misplaced]
    if basic is not None and basic.path_length is not None and not (basic.ca and may_sign):
        found.append(Defect(Reason.of("TS-PATH-PATH-LENGTH-WITHOUT-CA"), "path-length-without-ca"))


def _no_rev_avail_defects(values: Values, extensions: Mapping[str, ext.Extension], found: list[Defect]) -> None:
    # RFC 9608 section 4: not in a CA certificate, and not beside a pointer to revocation information.
    if ext.NO_REV_AVAIL not in extensions:
        return
    access = cast("tuple[ext.AccessDescription, ...] | None", values.get("authority_info_access")) or ()
    pointers = ext.CRL_DISTRIBUTION_POINTS in extensions or ext.FRESHEST_CRL in extensions
    if is_ca(values) or pointers or any(item.method == _OCSP and item.location.kind == URI for item in access):
        found.append(Defect(Reason.of("TS-PATH-NO-REV-AVAIL-CONFLICT")))


# By length and first octets: the octets that a well-formed key has before those of its own value.
_key_heads: Generations[tuple[int, bytes], bytes] = Generations(1_000)
_BEGINNING, _MAX_HEAD = 12, 64


def _key_defects(spki: bytes) -> tuple[Defect, ...]:
    # Of keys with the same octets up to the value, and as many in it, one is well-formed if the other is.
    known = _key_heads.get((len(spki), spki[:_BEGINNING]))
    if known is not None and spki.startswith(known):
        return ()
    try:
        algorithm, key = der.sequence(spki, der.single(spki, der.SEQUENCE), limit=2)
        parts = der.sequence(spki, algorithm, limit=2)
        der.oid(spki, parts[0])
        unused, octets = der.bit_string(spki, key)
        oid = parts[0].contents(spki)
        if oid == _RSA:
            return _rsa_defects(spki[parts[0].end : algorithm.end], octets)
        if oid in _RAW_KEYS and (len(parts) > 1 or len(octets) != _RAW_KEYS[oid]):
            # RFC 8410 3; keys of agreement, which no suite reads because they never sign.
            return (Defect(Reason.of("TS-PATH-KEY-MALFORMED", rule="not-a-key-of-its-algorithm")),)
        if not unused and key.value < _MAX_HEAD:
            _key_heads.put((len(spki), spki[:_BEGINNING]), spki[: key.value + 1])
    except (der.DerError, ValueError, IndexError) as error:
        rule = error.rule if isinstance(error, der.DerError) else "missing-field"
        return (Defect(Reason.of("TS-PATH-KEY-MALFORMED", rule=rule)),)
    return ()


def _rsa_defects(parameters: bytes, key: bytes) -> tuple[Defect, ...]:
    if parameters != _NULL:
        # RFC 3279 2.3.1: the parameters of rsaEncryption MUST be NULL.
        return (Defect(Reason.of("TS-PATH-KEY-MALFORMED", rule="parameters-not-null")),)
    modulus, _ = der.sequence(key, der.single(key, der.SEQUENCE), limit=2)
    if der.integer(key, modulus) < 0:
        return (Defect(Reason.of("TS-PATH-KEY-MALFORMED", rule="negative-modulus"), "negative-rsa-modulus"),)
    return ()
