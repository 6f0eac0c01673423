"""Recorded certificates: `UsedCertificates/Certificate` of diagnostic data."""

from collections.abc import Iterator
from datetime import datetime

from validator.diagnostic.algorithms import signature_uses
from validator.diagnostic.services import services
from validator.diagnostic.xml import DiagnosticError, Node, time_of, whole_number
from validator.evidence.recorded import (
    RecordedCertificate,
    RecordedExtensions,
    RecordedPerson,
    RecordedSignature,
    RecordedStatus,
)

BASIC_CONSTRAINTS = "2.5.29.19"
NO_REVOCATION_AVAILABLE = "2.5.29.56"
VALIDITY_ASSURED = "0.4.0.194121.2.1"
OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5"
PRIVATE_KEY_USAGE_PERIOD = "2.5.29.16"
_QC_COMPLIANCE, _QC_SSCD, _QC_LEGISLATION, _QC_TYPE = (f"0.4.0.1862.1.{part}" for part in (1, 4, 7, 6))
# RFC 5280 5.3.1.
_REASONS = {
    "unspecified": 0,
    "keycompromise": 1,
    "cacompromise": 2,
    "affiliationchanged": 3,
    "superseded": 4,
    "cessationofoperation": 5,
    "certificatehold": 6,
    "removefromcrl": 8,
    "privilegewithdrawn": 9,
    "aacompromise": 10,
}
_HOLD = 6


def certificate(node: Node) -> RecordedCertificate:
    """One certificate. Raises DiagnosticError where a fact that cannot be done without is missing."""
    begin, end, name = node.time("NotBefore"), node.time("NotAfter"), node.attribute("Id")
    if begin is None or end is None or not name:
        raise DiagnosticError("a certificate without name or validity")
    trusted = node.child("Trusted")
    return RecordedCertificate(
        name=name,
        subject=_name(node, "SubjectDistinguishedName"),
        issuer=_name(node, "IssuerDistinguishedName"),
        serial=_serial(node),
        not_before=begin,
        not_after=end,
        signature=recorded_signature(node),
        person=_person(node),
        extensions=_extensions(node.child("CertificateExtensions") or node),
        key=node.text("EntityKey"),
        self_signed=bool(node.flag("SelfSigned")),
        trusted=bool(node.flag("Trusted")),
        trusted_since=_edge(trusted, "startDate"),
        sunset=_edge(trusted, "sunsetDate"),
        sources=tuple(sorted(item.value or "" for item in node.walk("Sources", "Source"))),
        statuses=tuple(_statuses(node)),
        services=tuple(services(node)),
    )


def recorded_signature(node: Node) -> RecordedSignature:
    """The signature on a certificate, CRL or OCSP response: BasicSignature and the certificate it verified with."""
    basic, signer = node.child("BasicSignature"), node.child("SigningCertificate")
    # The chain of a certificate, CRL or OCSP response begins with its signer.
    signer = signer or next(node.walk("CertificateChain", "ChainItem"), None)
    name = signer.attribute("Certificate", "Id") if signer else None
    return RecordedSignature(
        intact=intact(basic), signer=None if name == node.attribute("Id") else name, uses=signature_uses(basic)
    )


def intact(basic: Node | None) -> bool:
    """Whether a signature value was found to verify; the digests of the references are facts of their own."""
    return basic is not None and basic.flag("SignatureIntact") is True


def _name(node: Node, kind: str) -> str:
    names = {item.attribute("Format"): item.value or "" for item in node.children(kind)}
    return names.get("RFC2253") or names.get("CANONICAL") or next(iter(names.values()), "")


def _serial(node: Node) -> str:
    text = node.text("SerialNumber")
    return f"{whole_number(text):x}" if text else ""


def _edge(trusted: Node | None, name: str) -> datetime | None:
    text = trusted.attribute(name) if trusted else None
    return time_of(text) if text else None


def _person(node: Node) -> RecordedPerson:
    return RecordedPerson(
        country=node.text("CountryName"),
        common_name=node.text("CommonName"),
        given_name=node.text("GivenName"),
        surname=node.text("Surname"),
        pseudonym=node.text("Pseudonym"),
        identifier=node.text("SubjectSerialNumber"),
        organisation=node.text("OrganizationName"),
        organisation_identifier=node.text("OrganizationIdentifier"),
    )


def _extensions(node: Node) -> RecordedExtensions:
    """Of the present vocabulary (CertificateExtensions), or of the older one, which has them beside the other facts."""
    # A file may say of an extension that it is not there.
    found = {
        oid: item for item in node.children() if (oid := item.attribute("OID")) and item.flag("present") is not False
    }
    constraints = node.child("BasicConstraints")
    length = constraints.attribute("pathLenConstraint", "PathLenConstraint") if constraints else None
    usage = _list(node, "KeyUsages", "KeyUsageBits")
    extended = _list(node, "ExtendedKeyUsages", "ExtendedKeyUsagesOids")
    policies = _list(node, "CertificatePolicies") or ()
    access = node.child("AuthorityInformationAccess")
    period = node.child("PrivateKeyUsagePeriod")
    return RecordedExtensions(
        present=tuple(sorted(found)),
        critical=tuple(sorted(oid for oid, item in found.items() if item.flag("critical"))),
        ca=_is_ca(constraints, usage),
        path_length=whole_number(length) if length and whole_number(length) >= 0 else None,
        key_usage=usage,
        extended_key_usage=extended,
        policies=policies,
        qc_statements=tuple(sorted(_statements(node))),
        qc_legislation=_legislation(node),
        private_key_start=period.time("NotBefore", "notBefore") if period else None,
        private_key_end=period.time("NotAfter", "notAfter") if period else None,
        ocsp_no_check=OCSP_NO_CHECK in found or bool(node.flag("IdPkixOcspNoCheck", "IdPkixOcspNoCheckPresent")),
        validity_assured=VALIDITY_ASSURED in found,
        no_revocation_available=NO_REVOCATION_AVAILABLE in found,
        ca_issuers=_any(access, "caIssuersUrl") or _any(node.child("AuthorityInformationAccessUrls"), ""),
        revocation_access=_any(access, "ocspUrl") or node.child("CRLDistributionPoints") is not None,
    )


def _is_ca(constraints: Node | None, usage: tuple[str, ...] | None) -> bool:
    """Files of before the extension was recorded tell only by the key usage."""
    if constraints is None:
        return usage is not None and "keyCertSign" in usage
    return constraints.attribute("CA", "Ca", "ca") == "true"


def _any(node: Node | None, name: str) -> bool:
    return node is not None and any(True for _ in (node.children(name) if name else node.children()))


def _list(node: Node, *names: str) -> tuple[str, ...] | None:
    found = node.child(*names)
    return None if found is None else tuple(sorted({item.value for item in found.children() if item.value}))


def _statements(node: Node) -> Iterator[str]:
    """QcStatements as OIDs, the types of QcType among them (EN 319 412-5)."""
    statements = node.child("QcStatements")
    if statements is None:
        older = node.child("QCStatementIds")
        yield from (item.value for item in (older.children() if older else ()) if item.value)
        yield from (item.value for item in node.walk("QCTypes", "oid") if item.value)
        return
    for name, oid in (("QcCompliance", _QC_COMPLIANCE), ("QcSSCD", _QC_SSCD)):
        item = statements.child(name)
        if item is not None and (item.attribute("present") or item.value) == "true":
            yield oid
    if statements.child("QcTypes") is not None:
        yield _QC_TYPE
    yield from (item.value for item in statements.walk("QcTypes", "QcType") if item.value)
    if _legislation(node) is not None:
        yield _QC_LEGISLATION
    yield from (item.value for item in statements.children("OtherOID", "SemanticsIdentifier") if item.value)


def _legislation(node: Node) -> tuple[str, ...] | None:
    statements = node.child("QcStatements")
    found = statements.child("QcCClegislation") if statements else None
    if found is None:
        return None
    countries = tuple(item.value for item in found.children("CountryName") if item.value)
    # An empty element records that the statement is absent: the extension itself cannot be empty (EN 319 412-5 4.2.4).
    return countries or None


def _statuses(node: Node) -> Iterator[RecordedStatus]:
    for item in node.walk("Revocations", "CertificateRevocation"):
        name = item.attribute("Revocation", "Id")
        if not name:
            raise DiagnosticError("a revocation status without source")
        yield RecordedStatus(
            revocation=name, word=_word(item), time=item.time("RevocationDate", "DateTime"), reason=_reason(item)
        )


def _reason(item: Node) -> int | None:
    return _REASONS.get((item.text("Reason") or "").lower().replace("_", ""))


def _word(item: Node) -> str:
    status = (item.text("Status") or "unknown").lower()
    if status in ("true", "good", "valid"):
        return "good"
    if status in ("false", "revoked", "invalid"):
        return "on-hold" if _reason(item) == _HOLD else "revoked"
    return "unknown"
