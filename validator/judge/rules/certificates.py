"""Rules about one certificate of a path (block XCV, EN 319 102-1 5.2.6.4 step 5)."""

from collections.abc import Callable, Mapping

from policies.reasons import Reason
from policies.vocabulary import PartyKind
from validator.judge.people import party
from validator.judge.rules.found import ANY, HOLDS, Reasons, accepted, listed, shares
from validator.judge.rules.model import Setting
from validator.judge.rules.subjects import CertificateSubject

_DAY = 86400
_QC_COMPLIANCE, _QC_SSCD = "0.4.0.1862.1.1", "0.4.0.1862.1.4"
_QC_TYPES = {"esign": "0.4.0.1862.1.6.1", "eseal": "0.4.0.1862.1.6.2", "web": "0.4.0.1862.1.6.3"}
_NO_REVOCATION_AVAILABLE = "2.5.29.56"
_SUBJECT_KEY, _AUTHORITY_KEY = "2.5.29.14", "2.5.29.35"
_NONE = "none"
_PEOPLE = {PartyKind.NATURAL_PERSON: "natural-person", PartyKind.LEGAL_PERSON: "legal-person"}


def _missing(subject: CertificateSubject, *items: str) -> Reasons:
    who = subject.certificate.subject
    return tuple(Reason.of("TS-RULE-CERT-MISSING", subject=who, item=item) for item in sorted(items))


def _forbidden(subject: CertificateSubject, *items: str) -> Reasons:
    who = subject.certificate.subject
    return tuple(Reason.of("TS-RULE-CERT-FORBIDDEN", subject=who, item=item) for item in sorted(items))


def _value(subject: CertificateSubject, item: str, found: str, wanted: str) -> Reasons:
    who = subject.certificate.subject
    return (Reason.of("TS-RULE-CERT-VALUE", subject=who, item=item, found=found, wanted=wanted),)


# --- uses and policies ----------------------------------------------------------------------------------------------


def _key_usage(subject: CertificateSubject, setting: Setting) -> Reasons:
    found, wanted = subject.certificate.key_usage, setting.texts()
    if found is None or shares(found, wanted):
        return HOLDS
    return (Reason.of("TS-CHAIN-KEY-USAGE", found=" ".join(sorted(found)), wanted=" ".join(sorted(wanted))),)


def _key_usage_present(subject: CertificateSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.certificate.key_usage is not None else _missing(subject, "keyUsage")


def _key_usage_exclusive(subject: CertificateSubject, setting: Setting) -> Reasons:
    found, wanted = subject.certificate.key_usage or frozenset(), setting.texts()
    return HOLDS if accepted(found, wanted) else _value(subject, "keyUsage", listed(found), listed(wanted))


def _extended_key_usage(subject: CertificateSubject, setting: Setting) -> Reasons:
    found, wanted = subject.certificate.extended_key_usage or frozenset(), setting.texts()
    return HOLDS if shares(found, wanted) else _value(subject, "extKeyUsage", listed(found), listed(wanted))


def _certificate_policies(subject: CertificateSubject, setting: Setting) -> Reasons:
    found, wanted = subject.certificate.claims.policies, setting.texts()
    if shares(found, wanted):
        return HOLDS
    return _value(subject, "certificatePolicies", listed(found), listed(wanted))


def _certificate_policies_forbidden(subject: CertificateSubject, setting: Setting) -> Reasons:
    return _forbidden(subject, *(set(setting.texts()) & subject.certificate.claims.policies))


def _certificate_policies_present(subject: CertificateSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.certificate.claims.policies else _missing(subject, "certificatePolicies")


# --- extensions -----------------------------------------------------------------------------------------------------


def _extensions_required(subject: CertificateSubject, setting: Setting) -> Reasons:
    return _missing(subject, *(set(setting.texts()) - subject.certificate.extensions))


def _extensions_forbidden(subject: CertificateSubject, setting: Setting) -> Reasons:
    return _forbidden(subject, *(set(setting.texts()) & subject.certificate.extensions))


def _critical_extensions(subject: CertificateSubject, setting: Setting) -> Reasons:
    found, wanted = subject.certificate.critical_extensions, setting.texts()
    if accepted(found, wanted):
        return HOLDS
    return _value(subject, "critical", listed(found - set(wanted)), listed(wanted))


def _no_revocation_available(subject: CertificateSubject, setting: Setting) -> Reasons:
    stated = _NO_REVOCATION_AVAILABLE in subject.certificate.extensions
    return _forbidden(subject, "noRevAvail") if stated else HOLDS


def _authority_information_access(subject: CertificateSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.certificate.issuer_access else _missing(subject, "authorityInfoAccess")


def _revocation_information_access(subject: CertificateSubject, setting: Setting) -> Reasons:
    exempt = _NO_REVOCATION_AVAILABLE in subject.certificate.extensions
    return HOLDS if exempt or subject.certificate.revocation_access else _missing(subject, "cRLDistributionPoints")


def _subject_key_identifier(subject: CertificateSubject, setting: Setting) -> Reasons:
    return HOLDS if _SUBJECT_KEY in subject.certificate.extensions else _missing(subject, "subjectKeyIdentifier")


def _authority_key_identifier(subject: CertificateSubject, setting: Setting) -> Reasons:
    return HOLDS if _AUTHORITY_KEY in subject.certificate.extensions else _missing(subject, "authorityKeyIdentifier")


# --- place in the path ----------------------------------------------------------------------------------------------


def _not_self_signed(subject: CertificateSubject, setting: Setting) -> Reasons:
    own = subject.certificate
    alone = own.self_issued and subject.issuer is None
    return (Reason.of("TS-RULE-CERT-SELF-SIGNED", subject=own.subject),) if alone else HOLDS


def _issued_inside_issuer(subject: CertificateSubject, setting: Setting) -> Reasons:
    own, issuer = subject.certificate, subject.issuer
    if issuer is None or issuer.not_before <= own.not_before <= issuer.not_after:
        return HOLDS
    return (Reason.of("TS-RULE-CERT-OUTSIDE-ISSUER", subject=own.subject),)


def _ends_inside_issuer(subject: CertificateSubject, setting: Setting) -> Reasons:
    own, issuer = subject.certificate, subject.issuer
    if issuer is None or own.not_after <= issuer.not_after:
        return HOLDS
    return (Reason.of("TS-RULE-CERT-OUTSIDE-ISSUER", subject=own.subject),)


def _validity_maximum(subject: CertificateSubject, setting: Setting) -> Reasons:
    own, limit = subject.certificate, setting.number("seconds")
    seconds = int((own.not_after - own.not_before).total_seconds())
    if limit is None or seconds <= limit:
        return HOLDS
    days = {"days": -(-seconds // _DAY), "limit": limit // _DAY}
    return (Reason.of("TS-RULE-CERT-TOO-LONG", subject=own.subject, **days),)


def _path_length(subject: CertificateSubject, setting: Setting) -> Reasons:
    limit = setting.number("count")
    if limit is None or subject.above <= limit:
        return HOLDS
    return _value(subject, "path length", str(subject.above), str(limit))


# --- who it names ---------------------------------------------------------------------------------------------------


def _subject_country(subject: CertificateSubject, setting: Setting) -> Reasons:
    return _country(subject, "countryName", subject.certificate.country, setting)


def _issuer_country(subject: CertificateSubject, setting: Setting) -> Reasons:
    return _country(subject, "issuer countryName", subject.issuer.country if subject.issuer else None, setting)


def _country(subject: CertificateSubject, item: str, found: str | None, setting: Setting) -> Reasons:
    wanted = setting.texts()
    if found is not None and accepted((found.upper(),), wanted):
        return HOLDS
    return _value(subject, item, found or "-", listed(wanted))


def _subject_organisation(subject: CertificateSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.certificate.organisation else _missing(subject, "organizationName")


def _organisation_name(subject: CertificateSubject, setting: Setting) -> Reasons:
    found, wanted = subject.certificate.organisation, setting.texts()
    if found is not None and accepted((found,), wanted):
        return HOLDS
    return _value(subject, "organizationName", found or "-", listed(wanted))


def _common_name(subject: CertificateSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.certificate.common_name else _missing(subject, "commonName")


def _personal_name(subject: CertificateSubject, setting: Setting) -> Reasons:
    own = subject.certificate
    absent = [word for word, value in (("givenName", own.given_name), ("surname", own.surname)) if not value]
    return _missing(subject, *absent)


def _subject_name(subject: CertificateSubject, setting: Setting) -> Reasons:
    own, wanted = subject.certificate, setting.texts()
    found = {item for item in (own.subject, own.common_name) if item}
    return (
        HOLDS if shares(found, wanted) else _value(subject, "subject", own.common_name or own.subject, listed(wanted))
    )


def _pseudonym(subject: CertificateSubject, setting: Setting) -> Reasons:
    found = subject.certificate.pseudonym
    return (Reason.of("TS-RULE-CERT-PSEUDONYM", pseudonym=found),) if found else HOLDS


def _serial_number(subject: CertificateSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.certificate.identifier else _missing(subject, "serialNumber")


def _organisation_identifier(subject: CertificateSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.certificate.organisation_identifier else _missing(subject, "organizationIdentifier")


def _natural_person(subject: CertificateSubject, setting: Setting) -> Reasons:
    return _party(subject, PartyKind.NATURAL_PERSON)


def _legal_person(subject: CertificateSubject, setting: Setting) -> Reasons:
    return _party(subject, PartyKind.LEGAL_PERSON)


def _party(subject: CertificateSubject, wanted: PartyKind) -> Reasons:
    found = party(subject.certificate)
    return HOLDS if found is wanted else _value(subject, "holder", _PEOPLE.get(found, "-") if found else "-", wanted)


# --- what it claims about its quality -------------------------------------------------------------------------------


def _qc_compliance(subject: CertificateSubject, setting: Setting) -> Reasons:
    return HOLDS if _QC_COMPLIANCE in subject.certificate.claims.qc_statements else _missing(subject, "QcCompliance")


def _qc_sscd(subject: CertificateSubject, setting: Setting) -> Reasons:
    return HOLDS if _QC_SSCD in subject.certificate.claims.qc_statements else _missing(subject, "QcSSCD")


def _qc_type(subject: CertificateSubject, setting: Setting) -> Reasons:
    stated = subject.certificate.claims.qc_statements
    found = {word for word, oid in _QC_TYPES.items() if oid in stated}
    wanted = setting.texts()
    return HOLDS if shares(found, wanted) else _value(subject, "QcType", listed(found), listed(wanted))


def _qc_legislation(subject: CertificateSubject, setting: Setting) -> Reasons:
    stated, wanted = subject.certificate.claims.qc_legislation, setting.texts()
    found = {_NONE} if stated is None else {item.upper() for item in stated}
    if found and (found <= set(wanted) or ANY in wanted):
        return HOLDS
    return _value(subject, "QcCClegislation", listed(found), listed(wanted))


def _qc_statements(subject: CertificateSubject, setting: Setting) -> Reasons:
    return _missing(subject, *(set(setting.texts()) - subject.certificate.claims.qc_statements))


def _qc_statements_forbidden(subject: CertificateSubject, setting: Setting) -> Reasons:
    return _forbidden(subject, *(set(setting.texts()) & subject.certificate.claims.qc_statements))


CERTIFICATE_CHECKS: Mapping[str, Callable[[CertificateSubject, Setting], Reasons]] = {
    "key_usage": _key_usage,
    "key_usage_present": _key_usage_present,
    "key_usage_exclusive": _key_usage_exclusive,
    "extended_key_usage": _extended_key_usage,
    "certificate_policies": _certificate_policies,
    "certificate_policies_forbidden": _certificate_policies_forbidden,
    "certificate_policies_present": _certificate_policies_present,
    "extensions_required": _extensions_required,
    "extensions_forbidden": _extensions_forbidden,
    "critical_extensions": _critical_extensions,
    "no_revocation_available": _no_revocation_available,
    "authority_information_access": _authority_information_access,
    "revocation_information_access": _revocation_information_access,
    "subject_key_identifier": _subject_key_identifier,
    "authority_key_identifier": _authority_key_identifier,
    "not_self_signed": _not_self_signed,
    "issued_inside_issuer": _issued_inside_issuer,
    "ends_inside_issuer": _ends_inside_issuer,
    "validity_maximum": _validity_maximum,
    "path_length": _path_length,
    "subject_country": _subject_country,
    "issuer_country": _issuer_country,
    "subject_organisation": _subject_organisation,
    "organisation_name": _organisation_name,
    "common_name": _common_name,
    "personal_name": _personal_name,
    "subject_name": _subject_name,
    "pseudonym": _pseudonym,
    "serial_number": _serial_number,
    "organisation_identifier": _organisation_identifier,
    "natural_person": _natural_person,
    "legal_person": _legal_person,
    "qc_compliance": _qc_compliance,
    "qc_sscd": _qc_sscd,
    "qc_type": _qc_type,
    "qc_legislation": _qc_legislation,
    "qc_statements": _qc_statements,
    "qc_statements_forbidden": _qc_statements_forbidden,
}
