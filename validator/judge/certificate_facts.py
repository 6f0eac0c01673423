"""Reads in a certificate what the judgement and the reports say about people and claims (EN 319 412, RFC 5280)."""

from datetime import datetime

from policies.jurisdictions import CertificateClaims
from validator.asn1 import der
from validator.asn1.der import DerError
from validator.asn1.memory import Generations
from validator.cms import attributes
from validator.judge.chains import CertificateFacts
from validator.path.certificate import Certificate
from validator.path.extension_values import EXTENDED_KEY_USAGE, PRIVATE_KEY_USAGE_PERIOD, QC_STATEMENTS

_COUNTRY, _COMMON, _GIVEN, _SURNAME, _PSEUDONYM = "2.5.4.6", "2.5.4.3", "2.5.4.42", "2.5.4.4", "2.5.4.65"
_SERIAL, _ORGANISATION, _ORGANISATION_ID = "2.5.4.5", "2.5.4.10", "2.5.4.97"
_QC_LEGISLATION = "0.4.0.1862.1.7"
_QC_TYPE = "0.4.0.1862.1.6"
_OCSP, _CA_ISSUERS = "1.3.6.1.5.5.7.48.1", "1.3.6.1.5.5.7.48.2"


_known: Generations[str, CertificateFacts] = Generations(10_000)


def known_facts(certificate: Certificate) -> CertificateFacts:
    """As `certificate_facts`, remembered by content."""
    found = _known.get(certificate.fingerprint)
    if found is None:
        found = certificate_facts(certificate)
        _known.put(certificate.fingerprint, found)
    return found


def certificate_facts(certificate: Certificate) -> CertificateFacts:
    """All facts of one certificate. Never raises: what cannot be read is absent."""
    details = certificate.details
    usage = details.extensions.get(EXTENDED_KEY_USAGE)
    access = {item.method for item in details.authority_info_access or ()}
    return CertificateFacts(
        name=certificate.fingerprint,
        subject=certificate.subject.text(),
        issuer=certificate.issuer.text(),
        serial=f"{certificate.serial:x}",
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        country=_text(certificate, _COUNTRY),
        common_name=_text(certificate, _COMMON),
        given_name=_text(certificate, _GIVEN),
        surname=_text(certificate, _SURNAME),
        pseudonym=_text(certificate, _PSEUDONYM),
        identifier=_text(certificate, _SERIAL),
        organisation=_text(certificate, _ORGANISATION),
        organisation_identifier=_text(certificate, _ORGANISATION_ID),
        ca=details.ca,
        self_issued=certificate.self_issued,
        key_usage=details.key_usage,
        extended_key_usage=details.extended_key_usage,
        extended_key_usage_critical=usage is not None and usage.critical,
        private_key_period=_key_period(certificate),
        claims=_claims(certificate),
        extensions=frozenset(details.extensions),
        critical_extensions=frozenset(oid for oid, item in details.extensions.items() if item.critical),
        issuer_access=_CA_ISSUERS in access,
        revocation_access=bool(details.crl_distribution_points) or _OCSP in access,
    )


def _text(certificate: Certificate, oid: str) -> str | None:
    return next((item.text for item in certificate.subject.values(oid) if item.text), None)


def _key_period(certificate: Certificate) -> tuple[datetime | None, datetime | None] | None:
    """PrivateKeyUsagePeriod (RFC 3280 4.2.1.4): [0] notBefore, [1] notAfter, both GeneralizedTime."""
    extension = certificate.details.extensions.get(PRIVATE_KEY_USAGE_PERIOD)
    if extension is None:
        return None
    value = extension.value
    try:
        parts = {item.tag: item for item in der.children(value, der.single(value, der.SEQUENCE), 2)}
        times = [attributes.parse_time(parts[tag].contents(value)) if tag in parts else None for tag in (0x80, 0x81)]
    except DerError:
        return None
    return times[0], times[1]


def qc_statements(certificate: Certificate) -> dict[str, bytes | None]:
    """QCStatements (RFC 3739 3.2.6): OID → complete encoding of statementInfo, None without one; empty when absent or
    unreadable."""
    extension = certificate.details.extensions.get(QC_STATEMENTS)
    if extension is None:
        return {}
    value, found = extension.value, {}
    try:
        for item in der.children(value, der.single(value, der.SEQUENCE), 100):
            parts = der.children(value, item, 2)
            found[der.oid(value, parts[0])] = parts[1].whole(value) if len(parts) == 2 else None
    except (DerError, IndexError):
        return {}
    return found


def _claims(certificate: Certificate) -> CertificateClaims:
    details, statements = certificate.details, qc_statements(certificate)
    types = _oids(statements.get(_QC_TYPE))
    return CertificateClaims(
        policies=frozenset(item.policy for item in details.policies or ()),
        qc_statements=frozenset(statements) | types,
        extended_key_usages=details.extended_key_usage or frozenset(),
        qc_legislation=_countries(statements[_QC_LEGISLATION]) if _QC_LEGISLATION in statements else None,
    )


def _oids(value: bytes | None) -> frozenset[str]:
    if value is None:
        return frozenset()
    try:
        return frozenset(der.oid(value, item) for item in der.children(value, der.single(value, der.SEQUENCE), 20))
    except DerError:
        return frozenset()


def _countries(value: bytes | None) -> tuple[str, ...]:
    """Codes of QcCClegislation; empty when unreadable, which is not the same as the statement's absence."""
    if value is None:
        return ()
    try:
        items = der.children(value, der.single(value, der.SEQUENCE), 50)
    except DerError:
        return ()
    return tuple(found for found in (attributes.text(value, item) for item in items) if found)
