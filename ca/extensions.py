"""Certificate and CRL extensions as DER (RFC 5280 4.2 and 5.2, RFC 3739, RFC 6960, EN 319 412-5)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import ParamSpec, cast

from ca import names, oids
from ops.platform import der

_Values = ParamSpec("_Values")


def _remembered(encode: Callable[_Values, bytes]) -> Callable[_Values, bytes]:
    """What an issuer and a profile decide is the same in thousands of certificates, and encoded once."""
    return cast(Callable[_Values, bytes], lru_cache(maxsize=256)(encode))


# Bit positions of KeyUsage (RFC 5280 4.2.1.3).
KEY_USAGE_BITS = {
    "digitalSignature": 0,
    "nonRepudiation": 1,
    "keyEncipherment": 2,
    "dataEncipherment": 3,
    "keyAgreement": 4,
    "keyCertSign": 5,
    "cRLSign": 6,
}


@_remembered
def authority_key_identifier(key_id: bytes) -> bytes:
    """keyIdentifier alone (RFC 5280 4.2.1.1)."""
    return der.extension(oids.AUTHORITY_KEY_IDENTIFIER, der.sequence(der.implicit(0, key_id)))


def subject_key_identifier(key_id: bytes) -> bytes:
    """RFC 5280 4.2.1.2."""
    return der.extension(oids.SUBJECT_KEY_IDENTIFIER, der.octet_string(key_id))


@_remembered
def key_usage(bits: tuple[str, ...]) -> bytes:
    """Always critical (EN 319 412-2 4.3.2)."""
    positions = sorted(KEY_USAGE_BITS[bit] for bit in bits)
    return der.extension(oids.KEY_USAGE, der.named_bits(*positions), critical=True)


@_remembered
def extended_key_usage(usages: tuple[str, ...], *, critical: bool) -> bytes:
    """RFC 5280 4.2.1.12."""
    return der.extension(oids.EXTENDED_KEY_USAGE, der.sequence(*map(der.oid, usages)), critical=critical)


def basic_constraints(path_length: int | None) -> bytes:
    """Of a CA: cA TRUE, critical (RFC 5280 4.2.1.9). End-entity certificates have none: cA is FALSE by default."""
    limit = der.integer(path_length) if path_length is not None else b""
    return der.extension(oids.BASIC_CONSTRAINTS, der.sequence(der.boolean(True), limit), critical=True)


@_remembered
def certificate_policies(
    policies: tuple[str, ...], practice_url: str | None = None, *, critical: bool = False
) -> bytes:
    """RFC 5280 4.2.1.4; a CPS pointer stands with the first policy."""
    return der.extension(
        oids.CERTIFICATE_POLICIES,
        der.sequence(*(_policy(policy, None if index else practice_url) for index, policy in enumerate(policies))),
        critical=critical,
    )


def _policy(policy: str, practice_url: str | None) -> bytes:
    if practice_url is None:
        return der.sequence(der.oid(policy))
    pointer = der.sequence(der.oid(oids.CPS_QUALIFIER), der.ia5_string(practice_url))
    return der.sequence(der.oid(policy), der.sequence(pointer))


def policy_mappings(mappings: Sequence[tuple[str, str]]) -> bytes:
    """(issuer domain, subject domain) pairs; critical (RFC 5280 4.2.1.5)."""
    pairs = (der.sequence(der.oid(ours), der.oid(theirs)) for ours, theirs in mappings)
    return der.extension(oids.POLICY_MAPPINGS, der.sequence(*pairs), critical=True)


def policy_constraints(require_explicit: int | None, inhibit_mapping: int | None) -> bytes:
    """Critical, never empty (RFC 5280 4.2.1.11)."""
    fields = (
        der.implicit(number, der.integer_contents(value))
        for number, value in enumerate((require_explicit, inhibit_mapping))
        if value is not None
    )
    return der.extension(oids.POLICY_CONSTRAINTS, der.sequence(*fields), critical=True)


def inhibit_any_policy(certificates: int) -> bytes:
    """Critical (RFC 5280 4.2.1.14)."""
    return der.extension(oids.INHIBIT_ANY_POLICY, der.integer(certificates), critical=True)


def country_constraints(permitted: Sequence[str], excluded: Sequence[str]) -> bytes:
    """directoryName subtrees `C=XX`; critical (RFC 5280 4.2.1.10)."""
    parts = []
    for number, codes in ((0, permitted), (1, excluded)):
        if codes:
            # directoryName is [4] EXPLICIT, because Name is a CHOICE (X.680 31.2.7).
            trees = (der.sequence(der.explicit(4, names.country_subtree(code))) for code in codes)
            parts.append(der.explicit(number, b"".join(trees)))
    return der.extension(oids.NAME_CONSTRAINTS, der.sequence(*parts), critical=True)


def _uri(url: str) -> bytes:
    return der.implicit(6, url.encode("ascii"))


@_remembered
def authority_info_access(ocsp_url: str | None, issuers_urls: tuple[str, ...]) -> bytes:
    """id-ad-ocsp and id-ad-caIssuers with URIs (RFC 5280 4.2.2.1)."""
    entries = [(oids.AD_OCSP, ocsp_url)] if ocsp_url else []
    entries += [(oids.AD_CA_ISSUERS, url) for url in issuers_urls]
    described = (der.sequence(der.oid(method), _uri(url)) for method, url in entries)
    return der.extension(oids.AUTHORITY_INFO_ACCESS, der.sequence(*described))


def subject_info_access(repository_url: str) -> bytes:
    """id-ad-caRepository: where the certificates that this CA issued to other CAs stand (RFC 5280 4.2.2.2)."""
    return der.extension(
        oids.SUBJECT_INFO_ACCESS,
        der.sequence(der.sequence(der.oid(oids.AD_CA_REPOSITORY), _uri(repository_url))),
    )


@_remembered
def crl_distribution_points(url: str) -> bytes:
    """One DistributionPoint with a fullName URI (RFC 5280 4.2.1.13)."""
    point = der.sequence(der.explicit(0, der.explicit(0, _uri(url))))
    return der.extension(oids.CRL_DISTRIBUTION_POINTS, der.sequence(point))


def ocsp_no_check() -> bytes:
    """The responder's certificate is short-lived and not itself looked up (RFC 6960 4.2.2.2.1)."""
    return der.extension(oids.OCSP_NO_CHECK, der.null())


def identification_kind(kind: int) -> bytes:
    """IdentificationKind of Russian qualified certificates: how the holder was identified."""
    return der.extension(oids.RU_IDENTIFICATION_KIND, der.integer(kind))


def qc_statements(statements: Sequence[bytes]) -> bytes:
    """RFC 3739 3.2.6; not critical (EN 319 412-5 4)."""
    return der.extension(oids.QC_STATEMENTS, der.sequence(*statements))


def qc_statement(statement: str, info: bytes = b"") -> bytes:
    """One QCStatement; `info` is the complete encoding of statementInfo."""
    return der.sequence(der.oid(statement), info)


@_remembered
def qc_type(kind: str) -> bytes:
    """QcType with exactly one type (EN 319 412-5 4.2.3)."""
    return qc_statement(oids.QC_TYPE, der.sequence(der.oid(kind)))


@_remembered
def qc_retention(years: int) -> bytes:
    """QcEuRetentionPeriod in years after expiry (EN 319 412-5 4.3.3)."""
    return qc_statement(oids.QC_RETENTION, der.integer(years))


def qc_limit(currency: str, amount: int, exponent: int) -> bytes:
    """QcEuLimitValue, amount times ten to the exponent (EN 319 412-5 4.3.2)."""
    value = der.sequence(der.printable_string(currency), der.integer(amount), der.integer(exponent))
    return qc_statement(oids.QC_LIMIT_VALUE, value)


@_remembered
def qc_disclosure(locations: tuple[tuple[str, str], ...]) -> bytes:
    """QcEuPDS from (https URL, ISO 639-1 language) pairs (EN 319 412-5 4.3.4)."""
    pairs = (der.sequence(der.ia5_string(url), der.printable_string(language)) for url, language in locations)
    return qc_statement(oids.QC_PDS, der.sequence(*pairs))


@_remembered
def qc_legislation(country: str) -> bytes:
    """QcCClegislation with one country (EN 319 412-5 4.2.4)."""
    return qc_statement(oids.QC_CC_LEGISLATION, der.sequence(der.printable_string(country)))


@_remembered
def qc_semantics(semantics: str) -> bytes:
    """id-qcs-pkixQCSyntax-v2 with a semantics identifier (RFC 3739 3.2.6.1, EN 319 412-1 5.1)."""
    return qc_statement(oids.QCS_SYNTAX_V2, der.sequence(der.oid(semantics)))


def crl_number(number: int) -> bytes:
    """RFC 5280 5.2.3."""
    return der.extension(oids.CRL_NUMBER, der.integer(number))


def expired_certificates_on_crl(since: datetime) -> bytes:
    """Revoked certificates stay listed after they expire, from this moment on (X.509 9.5.2.8, EN 319 411-2 6.3.10)."""
    return der.extension(oids.EXPIRED_CERTS_ON_CRL, der.generalized_time(since))
