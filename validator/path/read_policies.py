"""Reads the policy extensions (RFC 5280 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14) from DER."""

from validator.asn1 import der
from validator.path.extension_values import (
    ANY_POLICY,
    POLICY_QUALIFIERS,
    PRACTICE_STATEMENT,
    USER_NOTICE,
    PolicyConstraints,
    PolicyInformation,
)

MAX_POLICIES = 20_000


def read_policies(data: bytes) -> tuple[PolicyInformation, ...]:
    """certificatePolicies; DerError duplicate-policy when an identifier appears twice (4.2.1.4)."""
    found: dict[str, PolicyInformation] = {}
    for element in der.sequence(data, der.single(data), limit=MAX_POLICIES):
        parts = der.sequence(data, element, limit=2)
        if not parts:
            raise der.DerError("missing-field", element.start)
        policy = der.oid(data, parts[0])
        if policy in found:
            raise der.DerError("duplicate-policy", element.start)
        qualifiers = _qualifiers(data, parts[1]) if len(parts) == 2 else ()
        if policy == ANY_POLICY and not POLICY_QUALIFIERS.issuperset(oid for oid, _ in qualifiers):
            # 4.2.1.4: with anyPolicy, only the two that the standard defines.
            raise der.DerError("any-policy-qualifier", element.start)
        found[policy] = PolicyInformation(policy, qualifiers)
    if not found:
        raise der.DerError("empty-sequence", 0)
    return tuple(found.values())


def _qualifiers(data: bytes, element: der.Element) -> tuple[tuple[str, bytes], ...]:
    found: list[tuple[str, bytes]] = []
    for qualifier in der.sequence(data, element, limit=1_000):
        parts = der.sequence(data, qualifier, limit=2)
        if len(parts) != 2:
            raise der.DerError("missing-field", qualifier.start)
        found.append((_qualifier_type(data, *parts), parts[1].whole(data)))
    if not found:
        raise der.DerError("empty-sequence", element.start)
    return tuple(found)


def _qualifier_type(data: bytes, identifier: der.Element, value: der.Element) -> str:
    oid = der.oid(data, identifier)
    if oid == PRACTICE_STATEMENT and value.tag != der.IA5_STRING:
        raise der.DerError("unexpected-tag", value.start)
    if oid == USER_NOTICE:
        # A reference, a text, or both in this order. Which string types the text may have, RFC 6818 changed.
        structured = [part.tag == der.SEQUENCE for part in der.sequence(data, value, limit=2)]
        if structured in ([True, True], [False, True], [False, False]):
            raise der.DerError("unexpected-field", value.start)
    return oid


def read_policy_mappings(data: bytes) -> tuple[tuple[str, str], ...]:
    """(issuerDomainPolicy, subjectDomainPolicy) pairs in order of the encoding."""
    found: list[tuple[str, str]] = []
    for element in der.sequence(data, der.single(data), limit=MAX_POLICIES):
        parts = der.sequence(data, element, limit=2)
        if len(parts) != 2:
            raise der.DerError("missing-field", element.start)
        found.append((der.oid(data, parts[0]), der.oid(data, parts[1])))
    if not found:
        raise der.DerError("empty-sequence", 0)
    return tuple(found)


def read_policy_constraints(data: bytes) -> PolicyConstraints:
    """policyConstraints; an empty SEQUENCE is forbidden (4.2.1.11)."""
    counts: dict[int, int] = {}
    for part in der.sequence(data, der.single(data), limit=2):
        if part.tag not in (0x80, 0x81) or part.tag in counts or (part.tag == 0x80 and 0x81 in counts):
            raise der.DerError("unexpected-field", part.start)
        counts[part.tag] = _skip_certs(der.integer(data, part, part.tag))
    if not counts:
        raise der.DerError("empty-sequence", 0)
    return PolicyConstraints(counts.get(0x80), counts.get(0x81))


def read_inhibit_any_policy(data: bytes) -> int:
    """The number of certificates after which anyPolicy no longer counts."""
    return _skip_certs(der.integer(data, der.single(data)))


def _skip_certs(value: int) -> int:
    if value < 0:
        raise der.DerError("negative-integer", 0)
    return value
