"""Criteria over a certificate's content (TS 119 612 5.5.9.2.2, mutual-recognition schema): which certificates of a
service a qualifier speaks of, and when one party's certificate content counts as the other's.

A criterion that this software does not know leaves the question open: None, never a guess.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from policies.jurisdictions import CertificateClaims
from policies.trustlists import uris


class Assertion(StrEnum):
    """`CriteriaList@assert`."""

    ALL = "all"
    AT_LEAST_ONE = "atLeastOne"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateContent:
    """What lists and agreements ask of a certificate. `key_usage`: the bit names of RFC 5280 4.2.1.3 that are set,
    None without the extension; `subject_attributes`: the OIDs of the subject's attribute types."""

    not_before: datetime
    claims: CertificateClaims
    key_usage: frozenset[str] | None = None
    subject_attributes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUsageCriterion:
    """Every named bit has the named value; a certificate without the extension has every bit clear."""

    bits: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySetCriterion:
    """Every policy OID is among the certificate's policies."""

    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedKeyUsageCriterion:
    """Every purpose OID is among the certificate's extended key usages."""

    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectAttributeCriterion:
    """Every attribute type OID is in the certificate's subject."""

    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QcStatement:
    """One statement: its OID, and the QcType OID or the country that its content must hold (None = any content)."""

    identifier: str
    type: str | None = None
    legislation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QcStatementSetCriterion:
    """Every statement is in the certificate."""

    statements: tuple[QcStatement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCriterion:
    """A criterion of a kind that is not known here: the element's name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaList:
    """Criteria joined by an assertion; lists nest."""

    assertion: Assertion
    criteria: tuple["Criterion", ...] = ()
    description: str = ""


Criterion = (
    KeyUsageCriterion
    | PolicySetCriterion
    | ExtendedKeyUsageCriterion
    | SubjectAttributeCriterion
    | QcStatementSetCriterion
    | UnknownCriterion
    | CriteriaList
)


def holds(criterion: Criterion, content: CertificateContent) -> bool | None:
    """Whether the certificate meets the criterion; None when an unknown criterion decides."""
    match criterion:
        case CriteriaList():
            return _list_holds(criterion, content)
        case KeyUsageCriterion(bits=bits):
            return all((name in (content.key_usage or ())) is value for name, value in bits)
        case PolicySetCriterion(policies=policies):
            return content.claims.policies.issuperset(policies)
        case ExtendedKeyUsageCriterion(purposes=purposes):
            return content.claims.extended_key_usages.issuperset(purposes)
        case SubjectAttributeCriterion(attributes=attributes):
            return content.subject_attributes.issuperset(attributes)
        case QcStatementSetCriterion(statements=statements):
            return all(states(content.claims, item) for item in statements)
        case UnknownCriterion():
            return None


def _list_holds(criteria: CriteriaList, content: CertificateContent) -> bool | None:
    found = [holds(item, content) for item in criteria.criteria]
    if criteria.assertion is Assertion.ALL:
        return False if False in found else None if None in found else True
    some = True if True in found else None if None in found else False
    if criteria.assertion is Assertion.AT_LEAST_ONE:
        return some
    return None if some is None else not some


def states(claims: CertificateClaims, statement: QcStatement) -> bool:
    """The certificate carries the statement with that content (EN 319 412-5)."""
    if statement.identifier not in claims.qc_statements:
        return False
    if statement.type is not None and statement.type not in claims.qc_statements:
        return False
    return statement.legislation is None or statement.legislation in (claims.qc_legislation or ())


def impose(criterion: Criterion, content: CertificateContent, *, hold: bool = True) -> CertificateContent:
    """The content of a certificate that is treated as if the criterion held (`hold` False: as if it did not).

    Only statements and policies can be imposed. Of alternatives that all fail the first is imposed; a negation only
    ever takes away.
    """
    match criterion:
        case CriteriaList():
            return _impose_list(criterion, content, hold)
        case QcStatementSetCriterion(statements=statements):
            change = _with if hold else _without
            for item in statements:
                content = replace(content, claims=change(content.claims, item))
        case PolicySetCriterion(policies=policies):
            known = content.claims.policies
            changed = known | set(policies) if hold else known - set(policies)
            content = replace(content, claims=replace(content.claims, policies=changed))
    return content


def _impose_list(criteria: CriteriaList, content: CertificateContent, hold: bool) -> CertificateContent:
    if hold and criteria.assertion is Assertion.AT_LEAST_ONE:
        some = any(holds(item, content) for item in criteria.criteria)
        return content if some or not criteria.criteria else impose(criteria.criteria[0], content)
    if not hold and criteria.assertion is Assertion.NONE:
        return content
    wanted = hold and criteria.assertion is Assertion.ALL
    for item in criteria.criteria:
        content = impose(item, content, hold=wanted)
    return content


def _with(claims: CertificateClaims, statement: QcStatement) -> CertificateClaims:
    added = {statement.identifier, *((statement.type,) if statement.type else ())}
    claims = replace(claims, qc_statements=claims.qc_statements | added)
    if statement.legislation is None or statement.legislation in (claims.qc_legislation or ()):
        return claims
    return replace(claims, qc_legislation=(*(claims.qc_legislation or ()), statement.legislation))


def _without(claims: CertificateClaims, statement: QcStatement) -> CertificateClaims:
    """Without that content; the statement itself goes with its last content."""
    found, countries = set(claims.qc_statements), claims.qc_legislation
    if statement.legislation is not None:
        countries = tuple(item for item in countries or () if item != statement.legislation)
    elif statement.type is not None:
        found.discard(statement.type)
    else:
        found.discard(statement.identifier)
    if not any(item.startswith(f"{uris.QCS_TYPE}.") for item in found):
        found.discard(uris.QCS_TYPE)
    if uris.QCS_TYPE not in found:
        found = {item for item in found if not item.startswith(f"{uris.QCS_TYPE}.")}
    if not countries or uris.QCS_LEGISLATION not in found:
        found.discard(uris.QCS_LEGISLATION)
        countries = None
    return replace(claims, qc_statements=frozenset(found), qc_legislation=countries)
