"""Rules of EN 319 412 that hold for the certificates of persons, the legislation rule above all.

A certificate with QcCompliance and without QcCClegislation claims to be qualified under the law of the Union; a general
linter accepts that from any issuer. Here only an issuer of the Union may, and every other must name its own state.
"""

from collections.abc import Iterator

from cryptography import x509

from ca import oids, reader
from ca.errors import IdentifierError
from ca.identity import NUMBER_RULES
from ca.lints.model import Subject, rule
from ca.profile import EU_STATES, Purpose
from ca.template import Blueprint

_NATURAL = (Purpose.NATURAL_PERSON, Purpose.ORGANISATION_PERSON)
_TYPES = {False: oids.QC_TYPE_ESIGN, True: oids.QC_TYPE_ESEAL}


def _qualified(plan: Blueprint) -> bool:
    return plan.profile.qualified is not None


def _person(plan: Blueprint) -> bool:
    return plan.profile.purpose in (*_NATURAL, Purpose.LEGAL_PERSON)


def _end_entity(plan: Blueprint) -> bool:
    return not plan.profile.purpose.is_ca


@rule("etsi.qc-presence", "EN 319 412-5 4.2.1")
def _presence(subject: Subject) -> Iterator[str]:
    if bool(subject.statements) != (subject.plan.profile.qualified is not None):
        yield "QCStatements stand where the profile has none, or are missing where it has them"


@rule("etsi.qc-legislation", "EN 319 412-5 4.2.4", _qualified)
def _legislation(subject: Subject) -> Iterator[str]:
    info, country = subject.statements.get(oids.QC_CC_LEGISLATION), subject.plan.issuer.jurisdiction
    if country in EU_STATES:
        if info is not None:
            yield "An issuer under the law of the Union names another legislation"
        return
    if info is None:
        yield f"The issuer is under the law of {country} and does not say so, which would claim the law of the Union"
    elif [node.contents for node in reader.children(info)] != [country.encode()] or len(country) != 2:
        yield f"The legislation named is not exactly the issuer's own, {country}"


@rule("etsi.qc-compliance-and-type", "EN 319 412-5 4.2.1, 4.2.3", _qualified)
def _compliance(subject: Subject) -> Iterator[str]:
    qualified, found = subject.plan.profile.qualified, subject.statements
    assert qualified is not None
    if oids.QC_COMPLIANCE not in found:
        yield "A qualified certificate lacks QcCompliance"
    kind = found.get(oids.QC_TYPE)
    types = [reader.oid_text(node) for node in reader.children(kind)] if kind else []
    if types != [_TYPES[qualified.seal]]:
        yield "The QcType is not exactly the one of the profile"
    if (subject.plan.profile.purpose is Purpose.LEGAL_PERSON) != qualified.seal:
        yield "A seal certificate names a natural person or a signature certificate a legal one"


@rule("etsi.qc-device-and-policy", "EN 319 411-2 5.3", _qualified)
def _device(subject: Subject) -> Iterator[str]:
    policies, device = set(subject.policies()), oids.QC_SSCD in subject.statements
    if not device and policies & {oids.QCP_N_QSCD, oids.QCP_L_QSCD}:
        yield "The policy says that the key is in a certified device and the statements do not"
    if device and policies & {oids.QCP_N, oids.QCP_L}:
        yield "The statements say that the key is in a certified device and the policy does not"
    if policies & {oids.QCP_N, oids.QCP_N_QSCD} and subject.plan.profile.purpose is Purpose.LEGAL_PERSON:
        yield "A legal person's certificate claims the policy of natural persons"
    if len([one for one in policies if one.startswith(oids.QCP_ARC)]) > 1:
        yield "The certificate asserts two policies of EN 319 411-2, of which only one can hold"


@rule("etsi.qc-disclosure", "EN 319 412-5 4.3.4", _qualified)
def _disclosure(subject: Subject) -> Iterator[str]:
    info = subject.statements.get(oids.QC_PDS)
    pairs = [reader.children(node, minimum=2) for node in reader.children(info)] if info else []
    if not any(pair[1].contents == b"en" for pair in pairs):
        yield "There is no disclosure statement in English"
    if any(not pair[0].contents.startswith(b"https://") for pair in pairs):
        yield "A disclosure statement is not reached by https"


@rule("etsi.qc-limit", "EN 319 412-5 4.3.2", _qualified)
def _limit(subject: Subject) -> Iterator[str]:
    info = subject.statements.get(oids.QC_LIMIT_VALUE)
    if info is None:
        return
    currency, amount, exponent = reader.children(info, minimum=3, limit=3)
    if reader.integer(amount) < 0 or reader.integer(exponent) < 0:
        yield "The transaction limit has a negative amount or exponent"
    if currency.tag != 0x13 or len(currency.contents) != 3 or not currency.contents.isupper():
        yield "The currency of the transaction limit is not an ISO 4217 code"


@rule("etsi.status-pointers", "EN 319 412-2 4.3.11, 4.4.1", _end_entity)
def _pointers(subject: Subject) -> Iterator[str]:
    access = subject.value(x509.AuthorityInformationAccess)
    methods = (
        [entry.access_method.dotted_string for entry in access]
        if isinstance(access, x509.AuthorityInformationAccess)
        else []
    )
    if oids.AD_CA_ISSUERS not in methods:
        yield "The certificate does not point to its issuer's certificate"
    listed = subject.value(x509.CRLDistributionPoints) is not None
    if not listed and oids.AD_OCSP not in methods and oids.OCSP_NO_CHECK not in subject.extensions:
        yield "The certificate points to no status information"


@rule("etsi.natural-person-name", "EN 319 412-2 4.2.4", lambda plan: plan.profile.purpose in _NATURAL)
def _natural_name(subject: Subject) -> Iterator[str]:
    kinds = [kind for kind, _ in subject.subject_attributes]
    named = "givenName" in kinds or "surname" in kinds
    if named == ("pseudonym" in kinds):
        yield "A natural person needs given name or surname, or else a pseudonym, and never both"
    for single in ("countryName", "commonName", "serialNumber", "organizationName"):
        if kinds.count(single) > 1:
            yield f"The subject holds {single} more than once"


@rule("etsi.legal-person-name", "EN 319 412-3 4.2.1", lambda plan: plan.profile.purpose is Purpose.LEGAL_PERSON)
def _legal_name(subject: Subject) -> Iterator[str]:
    found = dict(subject.subject_attributes)
    for kind in ("givenName", "surname", "pseudonym"):
        if kind in found:
            yield f"A legal person's name holds {kind}"
    if found.get("organizationIdentifier") == found.get("organizationName"):
        yield "organizationIdentifier and organizationName have to be different and present"


@rule("national.identifiers", "national registers; EN 319 412-1 5.1", _person)
def _identifiers(subject: Subject) -> Iterator[str]:
    for kind, text in subject.subject_attributes:
        rule_name, number = _national(kind, text)
        if rule_name is None:
            continue
        try:
            NUMBER_RULES[rule_name](number)
        except IdentifierError as error:
            yield error.sentence.removesuffix(".")


def _national(kind: str, text: str) -> tuple[str | None, str]:
    if kind in ("INN", "INNLE", "OGRN", "SNILS"):
        return kind, text
    for prefix in ("IIN", "BIN"):
        if kind in ("serialNumber", "organizationalUnitName") and text[:3] == prefix and text[3:4].isdecimal():
            return prefix, text[3:]
    if kind == "organizationIdentifier" and text.startswith("TAXBY-"):
        return "UNP", text[6:]
    return None, text


@rule("etsi.country-first", "RFC 5280 4.2.1.10")
def _country_first(subject: Subject) -> Iterator[str]:
    if not subject.subject_attributes or subject.subject_attributes[0][0] != "countryName":
        yield "The subject does not begin with its country, so that constraints by country would not see it"
