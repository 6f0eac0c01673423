"""Recorded CRLs and OCSP responses: `UsedRevocations/Revocation`."""

from validator.diagnostic.certificates import recorded_signature
from validator.diagnostic.xml import DiagnosticError, Node
from validator.evidence.recorded import RecordedRevocation

_ORIGINS = {
    "INPUT_DOCUMENT": "file",
    "REVOCATION_VALUES": "cms",
    "ATTRIBUTE_REVOCATION_VALUES": "cms",
    "TIMESTAMP_VALIDATION_DATA": "time-stamp",
    "ANY_VALIDATION_DATA": "cms",
    "CMS_SIGNED_DATA": "cms",
    "ADBE_REVOCATION_INFO_ARCHIVAL": "cms",
    "DSS_DICTIONARY": "dss",
    "VRI_DICTIONARY": "vri",
    "EVIDENCE_RECORD": "evidence-record",
    "EXTERNAL": "fetched",
    "CACHED": "fetched",
}


def origin(word: str) -> str:
    """The Evidence's word for where something was found."""
    return _ORIGINS.get(word, word.lower().replace("_", "-"))


def revocation(node: Node) -> RecordedRevocation:
    """One CRL or OCSP response. Raises DiagnosticError without an identifier."""
    name = node.attribute("Id")
    if not name:
        raise DiagnosticError("revocation data without identifier")
    present = node.flag("CertHashExtensionPresent")
    return RecordedRevocation(
        name=name,
        kind=(node.text("Type", "RevocationType") or "ocsp").lower(),
        signature=recorded_signature(node),
        this_update=node.time("ThisUpdate"),
        next_update=node.time("NextUpdate"),
        produced_at=node.time("ProductionDate", "ProducedAt"),
        expired_certs_on_crl=node.time("ExpiredCertsOnCRL"),
        archive_cutoff=node.time("ArchiveCutOff"),
        certificate_hash=bool(node.flag("CertHashExtensionMatch")) if present else None,
        responder_matches=_responder(node),
        origins=tuple(sorted({origin(item) for item in node.texts("Origin")})),
    )


def _responder(node: Node) -> bool | None:
    found = node.child("ResponderId", "ResponderIdMatch")
    return found.flag("match") if found else None
