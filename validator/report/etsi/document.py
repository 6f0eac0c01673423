"""Writes the validation report of ETSI TS 119 102-2 V1.4.1: the order of the elements is the standard's.

Each signature has a report of its own; time-stamps and evidence records are validation objects with theirs. A file
without signatures is reported by what stands alone in it. The same verdict gives the same octets. The report is sealed
beside (CAdES, detached): the slot for an enveloped `ds:Signature` at its end stays empty.
"""

import json
from dataclasses import dataclass

from lxml import etree

from policies.vocabulary import Indication, SubIndication
from validator.evidence import Evidence, EvidenceRecordFacts, SignatureFacts, TimestampFacts
from validator.judge.verdict import SignatureVerdict, TimestampVerdict, Verdict
from validator.recognise import Recognition
from validator.report.content import RuleRow
from validator.report.etsi import names
from validator.report.etsi.attributes import add_attributes
from validator.report.etsi.constraints import add_constraints
from validator.report.etsi.names import NAMESPACE, OWN, PREFIXES, TSL
from validator.report.etsi.nodes import (
    Element,
    add,
    add_base64,
    add_digest,
    add_own,
    add_poe,
    add_time,
    is_hexadecimal,
    refer,
)
from validator.report.etsi.objects import Objects, add_objects
from validator.report.etsi.status import add_indications, add_status
from validator.report.full import replay, used_policy
from validator.report.rules import rule_rows
from validator.report.shape import as_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Who vouches for the report (SignatureValidator): the certificate of the seal, DER, with which it is sealed."""

    certificate: bytes


def etsi_report(
    identifier: str,
    evidence: Evidence,
    verdict: Verdict,
    recognitions: tuple[Recognition, ...] = (),
    maker: Maker | None = None,
    notices: tuple[str, ...] = (),
) -> bytes:
    """The report as UTF-8 with XML declaration; `identifier` is the report's own name."""
    return _Document(identifier, evidence, verdict, recognitions, notices).written(maker)


class _Document:
    def __init__(
        self,
        identifier: str,
        evidence: Evidence,
        verdict: Verdict,
        recognitions: tuple[Recognition, ...],
        notices: tuple[str, ...],
    ) -> None:
        self._identifier = identifier
        self._notices = notices
        self._evidence = evidence
        self._verdict = verdict
        self._recognitions = recognitions
        self._objects = Objects(evidence, verdict)
        self._policy = used_policy(verdict)
        self._rules: dict[str, list[RuleRow]] = {}
        for row in rule_rows(verdict, self._policy) if self._policy else ():
            self._rules.setdefault(row.object, []).append(row)

    def written(self, maker: Maker | None) -> bytes:
        root = etree.Element(f"{{{NAMESPACE}}}ValidationReport", nsmap=PREFIXES)
        for facts, judged in zip(self._evidence.signatures, self._verdict.signatures, strict=True):
            self._add_signature(root, facts, judged)
        if not self._verdict.signatures:
            self._add_without_signatures(root)
        # What replays the whole file stands once, in the first report: the schema has no place above.
        information = root[0].find(f"{{{NAMESPACE}}}OtherInformation")
        self._add_replay(root[0] if information is None else information, new=information is None)
        add_objects(root, self._objects, self)
        if maker is not None:
            self._add_validator(root, maker)
        octets: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        return octets

    # --- signatures ----------------------------------------------------------------------------------------------

    def _add_signature(self, root: Element, facts: SignatureFacts, judged: SignatureVerdict) -> None:
        made = add(root, "SignatureValidationReport")
        self._add_identifier(made, facts)
        add_constraints(made, self._verdict, self._policy, tuple(self._rules.get(judged.id, ())))
        self._add_times(made, judged)
        self._add_document(made, facts.document_sha256)
        add_attributes(made, facts, self._objects)
        self._add_signer(made, judged)
        add(add(made, "SignatureQuality"), "SignatureQualityInformation", names.own("quality", judged.qualification))
        process = add(made, "SignatureValidationProcess")
        add(process, "SignatureValidationProcessID", names.process(judged.process))
        add_status(made, judged, self._objects)
        self._add_recognition(made, judged.id)

    def _add_identifier(self, made: Element, facts: SignatureFacts) -> None:
        identifier = add(made, "SignatureIdentifier", id=self._objects.id("signature", facts.id) or "S0")
        add(identifier, "HashOnly", "false")
        add(identifier, "DocHashOnly", "false")
        information = add(identifier, "OtherInformation")
        value = add_own(information, "SignatureValue", name=facts.id, format=facts.format, field=facts.field)
        if is_hexadecimal(facts.value_sha256):
            add_digest(value, facts.value_sha256, name=None)

    def _add_times(self, made: Element, judged: SignatureVerdict) -> None:
        times = add(made, "ValidationTimeInfo")
        add_time(times, "ValidationTime", self._verdict.at)
        proof = self._objects.id("timestamp", judged.best_time_proof)
        add_poe(times, "BestSignatureTime", judged.best_signature_time or self._verdict.at, proof)

    def _add_document(self, made: Element, sha256: str | None) -> None:
        documents = {item.sha256 for item in self._evidence.documents}
        digest = sha256 or next(iter(sorted(documents)), None)
        if digest is None or not is_hexadecimal(digest):
            return
        document = add(made, "SignersDocument")
        add_digest(document, digest)
        identifier = self._objects.id("document", digest)
        if identifier is not None:
            refer(document, "SignersDocumentRepresentation", identifier)

    def _add_signer(self, made: Element, judged: SignatureVerdict) -> None:
        signer = judged.signer
        certificate = self._objects.certificate(signer.certificate) if signer else None
        if signer is None or certificate is None:
            return
        shown = add(made, "SignerInformation", Pseudonym="true" if signer.pseudonym else "false")
        refer(shown, "SignerCertificate", certificate)
        add(shown, "Signer", signer.name)
        add_own(
            add(shown, "OtherInformation"),
            "Person",
            subject=signer.subject,
            country=signer.country,
            identifier=signer.identifier,
            organisation=signer.organisation,
            organisationIdentifier=signer.organisation_identifier,
            party=signer.party,
        )

    def _add_recognition(self, made: Element, signature: str) -> None:
        asked = [item for item in self._recognitions if item.signature == signature]
        if not asked:
            return
        information = add(made, "OtherInformation")
        for item in asked:
            basis = item.answer.basis
            add_own(
                information,
                "Recognition",
                forum=item.forum,
                decision=item.answer.decision,
                level=item.answer.level,
                instrument=basis.instrument if basis else None,
                citation=basis.citation if basis else None,
                article=basis.article if basis else None,
            )

    # --- what stands alone ---------------------------------------------------------------------------------------

    def _add_without_signatures(self, root: Element) -> None:
        """A report for the file itself, with the verdict on it; what it holds is judged in the validation objects."""
        made = add(root, "SignatureValidationReport")
        add_constraints(made, self._verdict, self._policy, ())
        times = add(made, "ValidationTimeInfo")
        add_time(times, "ValidationTime", self._verdict.at)
        add_poe(times, "BestSignatureTime", self._verdict.at, None)
        self._add_document(made, None)
        self._add_plain_status(made, self._verdict.indication, self._verdict.sub_indication)

    def _add_plain_status(self, made: Element, indication: Indication, sub: SubIndication | None) -> None:
        add_indications(add(made, "SignatureValidationStatus"), indication, sub)

    def timestamp(self, parent: Element, token: TimestampFacts) -> None:
        """`ValidationReport` of a time-stamp."""
        judged = next((item for item in self._verdict.timestamps if item.id == token.id), None)
        if judged is None:
            return
        made = add(parent, "ValidationReport")
        add_constraints(made, self._verdict, self._policy, tuple(self._rules.get(judged.id, ())))
        self._add_token_signer(made, token, judged)
        if judged.qualification != "NA":
            add(
                add(made, "SignatureQuality"), "SignatureQualityInformation", names.own("quality", judged.qualification)
            )
        add_status(made, judged, self._objects)

    def _add_token_signer(self, made: Element, token: TimestampFacts, judged: TimestampVerdict) -> None:
        name = token.signature.signing_certificate if token.signature else None
        certificate = self._objects.certificate(name)
        if certificate is not None:
            shown = add(made, "SignerInformation")
            refer(shown, "SignerCertificate", certificate)
            add(shown, "Signer", judged.authority or "")

    def record(self, parent: Element, record: EvidenceRecordFacts) -> None:
        """`ValidationReport` of an evidence record."""
        judged = next((item for item in self._verdict.evidence_records if item.id == record.id), None)
        if judged is not None:
            add_status(add(parent, "ValidationReport"), judged, self._objects)

    # --- the whole -----------------------------------------------------------------------------------------------

    def _add_replay(self, parent: Element, *, new: bool) -> None:
        information = add(parent, "OtherInformation") if new else parent
        row = replay(self._verdict, self._recognitions)
        pinned = as_json(row)
        asked = pinned.pop("asked")
        made = add_own(
            information, "Replay", identifier=self._identifier, indication=self._verdict.indication, **pinned
        )
        for notice in self._notices:
            add_own(made, "Notice", notice)
        for item in asked:
            # One JSON object each, because a person's answers are a record and not markup.
            made_asked = etree.SubElement(made, f"{{{OWN}}}Asked")
            made_asked.text = json.dumps(item, ensure_ascii=True, sort_keys=True)
        for reason in self._verdict.reasons:
            stated = add_own(made, "Reason", code=reason.code)
            for name, text in reason.params:
                add_own(stated, "Parameter", text, name=name)

    def _add_validator(self, root: Element, maker: Maker) -> None:
        validator = add(root, "SignatureValidator")
        add_base64(add(validator, "DigitalId"), "X509Certificate", maker.certificate, space=TSL)
