"""Rules of RFC 5280 whose breach other linters or other authorities have let through."""

from collections.abc import Iterator

from cryptography import x509

from ca import oids
from ca.extensions import KEY_USAGE_BITS
from ca.lints.model import Subject, rule
from ca.profile import Purpose
from ca.template import Blueprint
from ca.validity import length

_CA_ONLY = (oids.POLICY_MAPPINGS, oids.NAME_CONSTRAINTS, oids.POLICY_CONSTRAINTS, oids.INHIBIT_ANY_POLICY)
_ALWAYS_CRITICAL = frozenset(_CA_ONLY) | {oids.KEY_USAGE}
_NEVER_CRITICAL = frozenset(
    {
        oids.AUTHORITY_KEY_IDENTIFIER,
        oids.SUBJECT_KEY_IDENTIFIER,
        oids.AUTHORITY_INFO_ACCESS,
        oids.CRL_DISTRIBUTION_POINTS,
        oids.QC_STATEMENTS,
    }
)


def _ca(plan: Blueprint) -> bool:
    return plan.profile.purpose.is_ca


def _end_entity(plan: Blueprint) -> bool:
    return not plan.profile.purpose.is_ca


@rule("rfc5280.serial-number", "RFC 5280 4.1.2.2")
def _serial_number(subject: Subject) -> Iterator[str]:
    contents = subject.fields[1].contents
    if len(contents) != 20 or not 0x01 <= contents[0] <= 0x7F:
        yield "The serial number is not 20 octets with a first octet from 01 to 7F"


@rule("rfc5280.issuer-octets", "RFC 5280 4.1.2.4")
def _issuer_octets(subject: Subject) -> Iterator[str]:
    if subject.fields[3].whole != subject.plan.issuer.subject:
        yield "The issuer name is not octet for octet the subject name of the issuing authority"


@rule("rfc5280.subject-octets", "RFC 5280 4.1.2.6")
def _subject_octets(subject: Subject) -> Iterator[str]:
    if subject.fields[5].whole != subject.plan.subject:
        yield "The subject name is not octet for octet the one asked for"


@rule("rfc5280.subject-key-octets", "RFC 5280 4.1.2.7")
def _key_octets(subject: Subject) -> Iterator[str]:
    if subject.fields[6].whole != subject.plan.key.spki:
        yield "The public key is not octet for octet the one whose possession was proved"


@rule("rfc5280.signature-algorithm", "RFC 5280 4.1.2.3")
def _algorithm(subject: Subject) -> Iterator[str]:
    if subject.fields[2].whole != subject.plan.issuer.algorithm:
        yield "The signature algorithm is not the issuing key's"


@rule("rfc5280.validity", "RFC 5280 4.1.2.5")
def _validity(subject: Subject) -> Iterator[str]:
    certificate, plan = subject.certificate, subject.plan
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if (start, end) != (plan.not_before, plan.not_after) or end <= start:
        yield "The validity does not read back as it was decided"
    if plan.issuer.begin is not None and start < plan.issuer.begin:
        yield "The validity begins before the issuer's own"
    if plan.issuer.end is not None and end > plan.issuer.end:
        yield "The validity ends after the issuer's own"
    if length(start, end) > plan.profile.longest:
        yield "The validity is longer than the profile allows"


@rule("rfc5280.key-identifiers", "RFC 5280 4.2.1.1, 4.2.1.2")
def _key_identifiers(subject: Subject) -> Iterator[str]:
    authority, own = subject.value(x509.AuthorityKeyIdentifier), subject.value(x509.SubjectKeyIdentifier)
    if not isinstance(authority, x509.AuthorityKeyIdentifier) or authority.key_identifier != subject.plan.issuer.key_id:
        yield "The authority key identifier is missing or not the issuing key's"
    if not isinstance(own, x509.SubjectKeyIdentifier) or own.digest != subject.plan.key.key_id:
        yield "The subject key identifier is missing or not the certified key's"


@rule("rfc5280.criticality", "RFC 5280 4.2")
def _criticality(subject: Subject) -> Iterator[str]:
    for dotted, extension in subject.extensions.items():
        if dotted in _ALWAYS_CRITICAL and not extension.critical:
            yield f"The extension {dotted} has to be critical"
        if dotted in _NEVER_CRITICAL and extension.critical:
            yield f"The extension {dotted} may not be critical"


@rule("rfc5280.key-usage", "RFC 5280 4.2.1.3")
def _key_usage(subject: Subject) -> Iterator[str]:
    value = subject.value(x509.KeyUsage)
    read = {bit for bit in KEY_USAGE_BITS if isinstance(value, x509.KeyUsage) and _has_bit(value, bit)}
    if read != set(subject.plan.profile.key_usage):
        yield "The key usage is not exactly the profile's"


def _has_bit(value: x509.KeyUsage, bit: str) -> bool:
    names = {
        "digitalSignature": value.digital_signature,
        "nonRepudiation": value.content_commitment,
        "keyEncipherment": value.key_encipherment,
        "dataEncipherment": value.data_encipherment,
        "keyAgreement": value.key_agreement,
        "keyCertSign": value.key_cert_sign,
        "cRLSign": value.crl_sign,
    }
    return names[bit]


@rule("rfc5280.basic-constraints", "RFC 5280 4.2.1.9", _ca)
def _basic_constraints(subject: Subject) -> Iterator[str]:
    value, plan = subject.value(x509.BasicConstraints), subject.plan
    if not isinstance(value, x509.BasicConstraints) or not value.ca:
        yield "The certificate of a CA does not say that it is one"
        return
    if not subject.extensions[oids.BASIC_CONSTRAINTS].critical:
        yield "basicConstraints of a CA has to be critical"
    limit = plan.issuer.path_length
    if limit is not None and plan.profile.purpose is not Purpose.ROOT and subject.fields[3] != subject.fields[5]:
        if limit == 0:
            yield "The issuer's path length does not allow it to certify another CA"
        elif value.path_length is None or value.path_length >= limit:
            yield "The path length is not below the issuer's own"


@rule("rfc5280.end-entity-extensions", "EN 319 412-2 4.3; RFC 5280 4.2.1.9", _end_entity)
def _end_entity_extensions(subject: Subject) -> Iterator[str]:
    for dotted in (*_CA_ONLY, oids.BASIC_CONSTRAINTS):
        if dotted in subject.extensions:
            yield f"An end-entity certificate holds the extension {dotted}, which only a CA may have"


@rule("rfc5280.certificate-policies", "RFC 5280 4.2.1.4; EN 319 412-2 4.3.3")
def _certificate_policies(subject: Subject) -> Iterator[str]:
    found, purpose = subject.policies(), subject.plan.profile.purpose
    if oids.ANY_POLICY in found:
        yield "The certificate asserts anyPolicy, which claims every policy of every state"
    if len(set(found)) != len(found):
        yield "The certificate asserts a policy twice"
    if not found and purpose not in (Purpose.ROOT, Purpose.LINK):
        yield "The certificate asserts no policy"


@rule("rfc5280.extended-key-usage", "RFC 5280 4.2.1.12")
def _extended_key_usage(subject: Subject) -> Iterator[str]:
    value, plan = subject.value(x509.ExtendedKeyUsage), subject.plan
    read = tuple(usage.dotted_string for usage in value) if isinstance(value, x509.ExtendedKeyUsage) else ()
    if read != plan.profile.extended_usages_for(plan.issuer.jurisdiction):
        yield "The extended key usage is not exactly the profile's"
