"""Builds the to-be-signed bytes of a certificate (RFC 5280 4.1) from values that are already decided.

The bytes exist before the key is used: they are what is linted, approved and then signed. Issuer, subject and public
key go in as the DER they came in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ca import extensions as ext
from ca import oids
from ca.csr import ProvenKey
from ca.identity import is_etsi_identifier
from ca.names import attributes_of
from ca.profile import EU_STATES, Profile, Purpose
from ca.room import Urls
from ca.values import CrossTerms
from ops.platform import der


@dataclass(frozen=True, slots=True)
class Issuer:
    """The issuing authority's facts. `begin`, `end` and `path_length` come from its own certificate, and are None while
    a root signs itself. `algorithm` is the AlgorithmIdentifier of its signatures."""

    name: str
    jurisdiction: str
    subject: bytes
    spki: bytes
    key_id: bytes
    algorithm: bytes
    begin: datetime | None
    end: datetime | None
    path_length: int | None


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Everything a certificate will say."""

    profile: Profile
    issuer: Issuer
    serial: int
    subject: bytes
    key: ProvenKey
    not_before: datetime
    not_after: datetime
    policies: tuple[str, ...]
    cross: CrossTerms | None = None
    identification_kind: int | None = None
    limit: tuple[str, int, int] | None = None

    @property
    def path_length(self) -> int | None:
        """The path length constraint of a CA certificate."""
        return self.cross.path_length if self.cross else self.profile.path_length

    @property
    def legislation(self) -> str | None:
        """The country that QcCClegislation names: the issuer's, unless it is under the law of the Union, which the
        statement's absence means (EN 319 412-5 4.2.4)."""
        return None if self.issuer.jurisdiction in EU_STATES else self.issuer.jurisdiction


def build_tbs(plan: Blueprint, urls: Urls) -> bytes:
    """The DER of TBSCertificate, version 3."""
    return der.sequence(
        der.explicit(0, der.integer(2)),
        der.integer(plan.serial),
        plan.issuer.algorithm,
        plan.issuer.subject,
        der.sequence(der.time(plan.not_before), der.time(plan.not_after)),
        plan.subject,
        plan.key.spki,
        der.explicit(3, der.sequence(*_extensions(plan, urls))),
    )


def _extensions(plan: Blueprint, urls: Urls) -> Iterator[bytes]:
    profile = plan.profile
    yield ext.authority_key_identifier(plan.issuer.key_id)
    yield ext.subject_key_identifier(plan.key.key_id)
    yield ext.key_usage(profile.key_usage)
    if plan.policies:
        yield ext.certificate_policies(plan.policies)
    if profile.purpose.is_ca:
        yield ext.basic_constraints(plan.path_length)
    if plan.cross:
        yield from _cross(plan.cross)
    usages = profile.extended_usages_for(plan.issuer.jurisdiction)
    if usages:
        yield ext.extended_key_usage(usages, critical=profile.extended_key_usage_critical)
    yield from _pointers(plan, urls)
    if profile.no_check:
        yield ext.ocsp_no_check()
    if profile.qualified:
        yield ext.qc_statements(tuple(_qc_statements(plan, urls)))
    if plan.identification_kind is not None:
        yield ext.identification_kind(plan.identification_kind)


def _cross(terms: CrossTerms) -> Iterator[bytes]:
    if terms.mappings:
        yield ext.policy_mappings(terms.mappings)
    if terms.permitted_countries or terms.excluded_countries:
        yield ext.country_constraints(terms.permitted_countries, terms.excluded_countries)
    if terms.require_explicit_policy is not None or terms.inhibit_policy_mapping is not None:
        yield ext.policy_constraints(terms.require_explicit_policy, terms.inhibit_policy_mapping)
    if terms.inhibit_any_policy is not None:
        yield ext.inhibit_any_policy(terms.inhibit_any_policy)


def _pointers(plan: Blueprint, urls: Urls) -> Iterator[bytes]:
    profile, issuer = plan.profile, plan.issuer.name
    if profile.points_to_crl:
        yield ext.crl_distribution_points(urls.crl(issuer))
    if profile.points_to_issuer or profile.points_to_ocsp:
        ocsp = urls.ocsp() if profile.points_to_ocsp else None
        issuers = (urls.certificate(issuer), urls.bundle(issuer)) if profile.points_to_issuer else ()
        yield ext.authority_info_access(ocsp, issuers)


def _qc_statements(plan: Blueprint, urls: Urls) -> Iterator[bytes]:
    qualified = plan.profile.qualified
    assert qualified is not None
    yield ext.qc_statement(oids.QC_COMPLIANCE)
    if qualified.device:
        yield ext.qc_statement(oids.QC_SSCD)
    yield ext.qc_type(oids.QC_TYPE_ESEAL if qualified.seal else oids.QC_TYPE_ESIGN)
    yield ext.qc_disclosure(
        tuple(
            (urls.disclosure_statement(plan.issuer.name, language), language)
            for language in qualified.disclosure_languages
        )
    )
    yield ext.qc_retention(qualified.retention_years)
    if plan.limit:
        yield ext.qc_limit(*plan.limit)
    if plan.legislation is not None:
        yield ext.qc_legislation(plan.legislation)
    yield from _semantics(plan)


def _semantics(plan: Blueprint) -> Iterator[bytes]:
    attributes = dict(attributes_of(plan.subject))
    if plan.profile.purpose is not Purpose.LEGAL_PERSON and is_etsi_identifier(attributes.get("serialNumber", "")):
        yield ext.qc_semantics(oids.SEMANTICS_NATURAL)
    elif is_etsi_identifier(attributes.get("organizationIdentifier", "")):
        yield ext.qc_semantics(oids.SEMANTICS_LEGAL)
