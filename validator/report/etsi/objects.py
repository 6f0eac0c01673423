"""SignatureValidationObjects (TS 119 102-2 clause 4.5): everything that the validation used, each once, with its
digest, since when it is proven to have existed and, for time-stamps and evidence records, how they were judged.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from policies.vocabulary import Indication
from validator.evidence import CoveredObject, Evidence, EvidenceRecordFacts, ObjectKind, StoredObject, TimestampFacts
from validator.judge.verdict import Verdict
from validator.report.etsi import names
from validator.report.etsi.nodes import (
    Element,
    add,
    add_base64,
    add_poe,
    add_representation,
    add_time,
    is_hexadecimal,
    refer,
)

_KINDS = {ObjectKind.CERTIFICATE: names.CERTIFICATE, ObjectKind.CRL: names.CRL, ObjectKind.OCSP: names.OCSP}
_LETTERS = {ObjectKind.CERTIFICATE: "C", ObjectKind.CRL: "R", ObjectKind.OCSP: "O"}
# Certificates are written out so that the report can be read alone; lists may be megabytes and stand in the evidence.
_WRITTEN_OUT = 16 * 1024


@dataclass(slots=True)
class Objects:
    """The ids of the validation objects of one report. XML ids are letters and numbers, whatever names stand behind."""

    evidence: Evidence
    verdict: Verdict
    _ids: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind, letter in _LETTERS.items():
            found = [item for item in self.evidence.objects if item.kind is kind]
            self._ids |= {("object", item.sha256): f"{letter}{at}" for at, item in enumerate(found, 1)}
        self._number("timestamp", "T", (item.id for item in self.evidence.timestamps))
        self._number("evidence-record", "E", (item.id for item in self.evidence.evidence_records))
        self._number("document", "D", (item.sha256 for item in self.evidence.documents))
        self._number("signature", "S", (item.id for item in self.evidence.signatures))

    def _number(self, kind: str, letter: str, found: object) -> None:
        unique = dict.fromkeys(found)  # type: ignore[call-overload]
        self._ids |= {(kind, name): f"{letter}{at}" for at, name in enumerate(unique, 1)}

    def id(self, kind: str, name: str | None) -> str | None:
        """The XML id of an object, None when the report has none: a name that nothing stands behind."""
        return self._ids.get((kind, name)) if name is not None else None

    def certificate(self, sha256: str | None) -> str | None:
        """The XML id of a certificate."""
        return self.id("object", sha256)

    def proof(self, kind: str, name: str) -> tuple[datetime, str | None]:
        """Since when an object is proven to have existed, and the id of the time-stamp that proves it: the earliest
        of the accepted ones that cover it, else this validation's own time."""
        wanted = CoveredObject(kind=kind, id=name)
        accepted = {item.id for item in self.verdict.timestamps if item.indication is Indication.PASSED}
        found = [
            (item.gen_time, self._ids["timestamp", item.id])
            for item in self.evidence.timestamps
            if item.id in accepted and item.gen_time is not None and wanted in item.covers
        ]
        return min(found, default=(self.verdict.at, None))


def add_objects(parent: Element, objects: Objects, report_on: "Reporter") -> None:
    """The list; left out when it would be empty, which the schema forbids."""
    evidence = objects.evidence
    if not (evidence.objects or evidence.timestamps or evidence.evidence_records or evidence.documents):
        return
    holder = add(parent, "SignatureValidationObjects")
    for item in evidence.objects:
        _add_stored(holder, item, objects)
    for token in evidence.timestamps:
        _add_token(holder, token, objects, report_on)
    for record in evidence.evidence_records:
        _add_record(holder, record, objects, report_on)
    for name in dict.fromkeys(item.sha256 for item in evidence.documents):
        made = _object(holder, objects, "document", name, names.SIGNED_DATA)
        add_representation(made, name)
        add_poe(made, "POE", *objects.proof("document", name))


class Reporter(Protocol):
    """Writes the report on one time-stamp or evidence record into its object; the parts that a signature has too."""

    def timestamp(self, parent: Element, token: TimestampFacts) -> None:
        """`ValidationReport` of a time-stamp."""
        ...

    def record(self, parent: Element, record: EvidenceRecordFacts) -> None:
        """`ValidationReport` of an evidence record."""
        ...


def _object(holder: Element, objects: Objects, kind: str, name: str, uri: str) -> Element:
    made = add(holder, "ValidationObject", id=objects.id(kind, name) or "")
    add(made, "ObjectType", uri)
    return made


def _add_stored(holder: Element, item: StoredObject, objects: Objects) -> None:
    made = _object(holder, objects, "object", item.sha256, _KINDS[item.kind])
    shown = add_representation(made, item.sha256)
    if item.kind is ObjectKind.CERTIFICATE and len(item.der) <= _WRITTEN_OUT:
        add_base64(shown, "base64", item.der)
    add_poe(made, "POE", *objects.proof("object", item.sha256))


def _add_token(holder: Element, token: TimestampFacts, objects: Objects, report_on: Reporter) -> None:
    made = _object(holder, objects, "timestamp", token.id, names.TIMESTAMP)
    add_representation(made, token.token_sha256)
    add_poe(made, "POE", *objects.proof("timestamp", token.id))
    if token.gen_time is not None:
        _add_provisioning(made, token.gen_time, token.covers, objects)
    report_on.timestamp(made, token)


def _add_record(holder: Element, record: EvidenceRecordFacts, objects: Objects, report_on: Reporter) -> None:
    made = _object(holder, objects, "evidence-record", record.id, names.EVIDENCE_RECORD)
    add(add(made, "ValidationObjectRepresentation"), "URI", names.own("evidence-record", record.id))
    add_poe(made, "POE", *objects.proof("evidence-record", record.id))
    verdict = next((item for item in objects.verdict.evidence_records if item.id == record.id), None)
    if verdict is not None and verdict.time is not None:
        _add_provisioning(made, verdict.time, record.covers, objects)
    report_on.record(made, record)


def _add_provisioning(made: Element, at: datetime, covers: tuple[CoveredObject, ...], objects: Objects) -> None:
    """POEProvisioning: what the object proves to have existed at `at`."""
    provided = add(made, "POEProvisioning")
    add_time(provided, "POETime", at)
    for item in covers:
        identifier = objects.id(item.kind, item.id)
        if identifier is not None and item.kind != "signature":
            refer(provided, "ValidationObject", identifier)
    signatures = {item.id: item for item in objects.evidence.signatures}
    for item in covers:
        signature = signatures.get(item.id) if item.kind == "signature" else None
        if signature is not None:
            reference = add(provided, "SignatureReference")
            if signature.field is not None or not is_hexadecimal(signature.value_sha256):
                add(reference, "PAdESFieldName", signature.field or signature.id)
            else:
                add(reference, "DigestMethod", names.SHA256)
                add_base64(reference, "DigestValue", bytes.fromhex(signature.value_sha256))
