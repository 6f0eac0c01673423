"""Recorded time-stamps and evidence records: `UsedTimestamps/Timestamp` and `EvidenceRecords/EvidenceRecord`."""

import hashlib
from collections.abc import Iterator, Mapping

from policies.algorithms import CryptoResult
from policies.reasons import Reason
from validator.diagnostic.algorithms import signature_uses
from validator.diagnostic.certificates import intact
from validator.diagnostic.signatures import (
    certificate_references,
    pdf_faults,
    reference_uses,
    references,
    signing_certificate,
)
from validator.diagnostic.xml import DiagnosticError, Node
from validator.evidence import (
    CoveredObject,
    EvidenceRecordFacts,
    ReferenceFacts,
    SignatureFacts,
    TimestampFacts,
    TimestampKind,
)

_KINDS = {
    "CONTENT_TIMESTAMP": TimestampKind.CONTENT,
    "ALL_DATA_OBJECTS_TIMESTAMP": TimestampKind.CONTENT,
    "INDIVIDUAL_DATA_OBJECTS_TIMESTAMP": TimestampKind.CONTENT,
    "SIGNATURE_TIMESTAMP": TimestampKind.SIGNATURE,
    "VALIDATION_DATA_REFSONLY_TIMESTAMP": TimestampKind.REFERENCES,
    "VALIDATION_DATA_TIMESTAMP": TimestampKind.REFERENCES,
    "VRI_TIMESTAMP": TimestampKind.REFERENCES,
    "ARCHIVE_TIMESTAMP": TimestampKind.ARCHIVE,
    "DOCUMENT_TIMESTAMP": TimestampKind.DOCUMENT,
    "CONTAINER_TIMESTAMP": TimestampKind.DETACHED,
    "EVIDENCE_RECORD_TIMESTAMP": TimestampKind.EVIDENCE_RECORD,
}
_COVERED = {
    "SIGNATURE": "signature",
    "CERTIFICATE": "object",
    "ORPHAN_CERTIFICATE": "object",
    "REVOCATION": "object",
    "ORPHAN_REVOCATION": "object",
    "TIMESTAMP": "timestamp",
    "EVIDENCE_RECORD": "evidence-record",
    "SIGNED_DATA": "document",
}
Owners = Mapping[str, str]


def owners(signatures: Iterator[Node]) -> dict[str, str]:
    """Which signature each time-stamp and evidence record was found in; the first that names it."""
    found: dict[str, str] = {}
    for node in signatures:
        owner = node.attribute("Id") or ""
        for item in node.walk("FoundTimestamps", "FoundTimestamp"):
            found.setdefault(item.attribute("Timestamp", "Id") or "", owner)
        for item in node.walk("FoundEvidenceRecords", "FoundEvidenceRecord"):
            found.setdefault(item.attribute("EvidenceRecord", "Id") or "", owner)
    return found


def timestamp(node: Node, order: int, owned: Owners) -> TimestampFacts:
    """One token; of a kind that is not known here it proves nothing about a signature. Raises DiagnosticError without
    an identifier."""
    name, kind = node.attribute("Id"), _KINDS.get(node.attribute("Type") or "", TimestampKind.REFERENCES)
    if not name:
        raise DiagnosticError("a time-stamp without identifier")
    imprint = next(iter(_imprints(node)), None)
    return TimestampFacts(
        id=name,
        kind=_alone(kind, node, owned.get(name)),
        owner=owned.get(name),
        order=order,
        structure=tuple(pdf_faults(node)),
        gen_time=node.time("ProductionTime"),
        policy=node.text("Policy"),
        imprint_algorithm=imprint.algorithm if imprint else None,
        imprint_found=imprint is not None and imprint.found,
        imprint_intact=imprint.intact if imprint else None,
        covers=covers(node),
        signature=_token_signature(node, name),
        token_sha256=hashlib.sha256(name.encode()).hexdigest(),
    )


def _alone(kind: TimestampKind, node: Node, owner: str | None) -> TimestampKind:
    """A token in a container that covers signatures preserves them (EN 319 162-1 clause A.7)."""
    if kind is TimestampKind.DETACHED and any(item.kind == "signature" for item in covers(node)):
        return TimestampKind.ARCHIVE
    return kind


def _imprints(node: Node) -> tuple[ReferenceFacts, ...]:
    """The message imprint decides; the entries of a manifest that it covers count as far as they were found."""
    found = references(node)
    broken = tuple(item for item in found if item.intact is False)
    return (*broken, *(item for item in found if item.kind == "MESSAGE_IMPRINT"), *found)


def _token_signature(node: Node, name: str) -> SignatureFacts:
    sound = intact(node.child("BasicSignature"))
    return SignatureFacts(
        id=f"{name}:signature",
        format="RFC3161",
        packaging="enveloping",
        references=(ReferenceFacts(kind="token", algorithm="unknown", found=True, intact=True),),
        result=CryptoResult.VALID if sound else CryptoResult.INVALID,
        value_sha256=hashlib.sha256(name.encode()).hexdigest(),
        uses=tuple(dict.fromkeys((*signature_uses(node.child("BasicSignature")), *reference_uses(node)))),
        signing_certificate=signing_certificate(node),
        certificate_references=tuple(certificate_references(node)),
        remarks=tuple(_authority_remarks(node.child("TSAGeneralName"))),
    )


def _authority_remarks(name: Node | None) -> Iterator[Reason]:
    if name is not None and name.flag("contentMatch") is False:
        yield Reason.of("TS-DIAG-TSA-NAME")


def covers(node: Node) -> tuple[CoveredObject, ...]:
    """What a time-stamp or evidence record covers, without itself."""
    own = node.attribute("Id")
    found = []
    for item in node.walk("TimestampedObjects", "TimestampedObject"):
        kind, name = _COVERED.get(item.attribute("Category") or ""), item.attribute("Token", "Id")
        if kind and name and name != own:
            found.append(CoveredObject(kind=kind, id=name))
    return tuple(dict.fromkeys(found))


def evidence_record(node: Node, owned: Owners) -> EvidenceRecordFacts:
    """One evidence record. Raises DiagnosticError without an identifier."""
    name = node.attribute("Id")
    if not name:
        raise DiagnosticError("an evidence record without identifier")
    structure = node.child("StructuralValidation")
    faulty = structure is not None and structure.attribute("valid") == "false"
    stamps = (item.attribute("Timestamp", "Id") for item in node.walk("EvidenceRecordTimestamps", "FoundTimestamp"))
    return EvidenceRecordFacts(
        id=name,
        form=node.text("Type") or "unknown",
        owner=owned.get(name),
        structure=(Reason.of("TS-DIAG-STRUCTURE"),) if faulty else (),
        references=references(node.child("DigestMatchers")),
        timestamps=tuple(item for item in stamps if item),
        covers=covers(node),
    )
