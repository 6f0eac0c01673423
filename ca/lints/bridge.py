"""Rules for the edges between hierarchies: what a cross-certificate must say so that trust does not leak.

RFC 5280 4.2.1.5, .10, .11 and .14; no standard linter knows them.
"""

from collections.abc import Iterator

from cryptography import x509

from ca import names, oids
from ca.lints.model import Subject, rule
from ca.profile import Purpose
from ca.template import Blueprint


def _cross(plan: Blueprint) -> bool:
    return plan.profile.purpose is Purpose.CROSS


@rule(
    "bridge.terms", "RFC 5280 4.2.1", lambda plan: (plan.cross is not None) != (plan.profile.purpose is Purpose.CROSS)
)
def _terms(_subject: Subject) -> Iterator[str]:
    yield "A cross-certificate has no terms, or another certificate has them"


@rule("bridge.policy-mappings", "RFC 5280 4.2.1.5", _cross)
def _mappings(subject: Subject) -> Iterator[str]:
    terms, asserted = subject.plan.cross, set(subject.policies())
    assert terms is not None
    for ours, theirs in terms.mappings:
        if oids.ANY_POLICY in (ours, theirs):
            yield "A policy is mapped to or from anyPolicy"
        if ours not in asserted:
            yield f"The policy {ours} is mapped but not among the certificate's policies"
    if len(set(terms.mappings)) != len(terms.mappings):
        yield "A policy mapping stands twice"


@rule("bridge.explicit-policy", "RFC 5280 4.2.1.11", _cross)
def _explicit_policy(subject: Subject) -> Iterator[str]:
    value = subject.value(x509.PolicyConstraints)
    if not isinstance(value, x509.PolicyConstraints) or value.require_explicit_policy is None:
        yield "A cross-certificate has to require an explicit policy, otherwise its mappings limit nothing"


@rule("bridge.inhibit-any-policy", "RFC 5280 4.2.1.14", _cross)
def _inhibit_any(subject: Subject) -> Iterator[str]:
    if subject.value(x509.InhibitAnyPolicy) is None:
        yield "A cross-certificate has to inhibit anyPolicy, otherwise the other side can claim any of our policies"


@rule("bridge.country-constraints", "RFC 5280 4.2.1.10", _cross)
def _countries(subject: Subject) -> Iterator[str]:
    value = subject.value(x509.NameConstraints)
    permitted = value.permitted_subtrees if isinstance(value, x509.NameConstraints) else None
    if not permitted:
        yield "A cross-certificate has to permit the names of some country, otherwise it opens all of them"
        return
    read = [_country(tree) for tree in permitted]
    terms = subject.plan.cross
    assert terms is not None
    if read != list(terms.permitted_countries):
        yield "The permitted names are not exactly the countries of the terms"


def _country(tree: x509.GeneralName) -> str | None:
    if not isinstance(tree, x509.DirectoryName):
        return None
    return names.country_of(tree.value.public_bytes())


@rule("bridge.instrument", "the legal basis of the edge", _cross)
def _instrument(subject: Subject) -> Iterator[str]:
    if not subject.plan.cross or not subject.plan.cross.instrument.strip():
        yield "A cross-certificate names no legal instrument"


@rule("bridge.not-to-itself", "RFC 5280 3.2", _cross)
def _not_to_itself(subject: Subject) -> Iterator[str]:
    if subject.plan.subject == subject.plan.issuer.subject:
        yield "An authority cross-certifies itself"
