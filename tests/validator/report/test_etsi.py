"""The report of ETSI TS 119 102-2 V1.4.1: every element where the schema has it, and everything that was judged in it.

The structure is written down here from the facts of the standard (clause 4, annex A).
The schema itself is ETSI's and no
part of a Debian or Python package: where TRUSTSPACE_TEST_ETSI_SCHEMA names a copy (an .xsd file whose imports resolve),
the same reports are held to it too.
"""

import base64
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from validator.evidence import Evidence
from validator.judge.verdict import Verdict
from validator.recognise import recognise
from validator.report.etsi import NAMESPACE, Maker, etsi_report

VR = f"{{{NAMESPACE}}}"
STATUS = f"{VR}SignatureValidationReport/{VR}SignatureValidationStatus/{VR}MainIndication"
# One line per type: its child elements in order as name:type, with ? * + for how often; "name|name" is one of them.
# `any` is free content; simple types stand below. A type in another namespace has its prefix.
STRUCTURE = {
    "ValidationReport": "SignatureValidationReport:Report+ SignatureValidationObjects:Objects? "
    "SignatureValidator:Validator?",
    "Report": "SignatureIdentifier:Identifier? ValidationConstraintsEvaluationReport:Constraints? "
    "ValidationTimeInfo:TimeInfo? "
    "SignersDocument:Document? SignatureAttributes:Attributes? SignerInformation:Signer? SignatureQuality:Quality? "
    "SignatureValidationProcess:Process? SignatureValidationStatus:Status OtherInformation:any?",
    "Identifier": "DigestAlgAndValue:Digest? ds.SignatureValue:base64? HashOnly:boolean DocHashOnly:boolean "
    "DAIdentifier:string? OtherInformation:any?",
    "Validator": "DigitalId:Identity+ TSPInformation:any? OtherInformation:any?",
    "Identity": "tsl.X509Certificate:base64",
    "Status": "MainIndication:uri SubIndication:uri* AssociatedValidationReportData:Data*",
    "Constraints": "SignatureValidationPolicy:Policy? ValidationConstraint:Constraint*",
    "Policy": "SignaturePolicyIdentifier:PolicyIdentifier PolicyName:string? FormalPolicyURI:uri? "
    "ReadablePolicyURI:uri? "
    "FormalPolicyObject:Reference?",
    "PolicyIdentifier": "xades.SignaturePolicyId:PolicyId",
    "PolicyId": "xades.SigPolicyId:ObjectIdentifier xades.SigPolicyHash:Digest",
    "ObjectIdentifier": "xades.Identifier:uri",
    "Constraint": "ValidationConstraintIdentifier:uri ValidationConstraintParameter:Typed* "
    "ConstraintStatus:ConstraintStatus "
    "ValidationStatus:Status? Indications:any?",
    "ConstraintStatus": "Status:uri OverriddenBy:uri?",
    "Typed": "Type:uri Value:any",
    "TimeInfo": "ValidationTime:time BestSignatureTime:POE",
    "POE": "POETime:time TypeOfProof:uri POEObject:Reference?",
    "Document": "DigestAlgAndValue:Digest SignersDocumentRepresentation:Reference? SignersDocumentRef:Reference?",
    "Digest": "ds.DigestMethod:any ds.DigestValue:base64",
    "Signer": "SignerCertificate:Reference Signer:string? OtherInformation:any?",
    "Quality": "SignatureQualityInformation:uri+",
    "Process": "SignatureValidationProcessID:uri? SignatureValidationServicePolicy:uri? "
    "SignatureValidationPracticeStatement:uri? OtherInformation:any?",
    "Data": "TrustAnchor:Reference? CertificateChain:Chain? RelatedValidationObject:Reference* "
    "RevocationStatusInformation:Revocation? CryptoInformation:Crypto? AdditionalValidationReportData:Additional?",
    "Chain": "SigningCertificate:Reference IntermediateCertificate:Reference* TrustAnchor:Reference? "
    "OtherInformation:any?",
    "Revocation": "ValidationObjectId:Reference RevocationTime:time RevocationReason:uri? RevocationObject:Reference? "
    "OtherInformation:any?",
    "Crypto": "ValidationObjectId:Reference Algorithm:uri AlgorithmParameters:Typed? SecureAlgorithm:boolean "
    "NotAfter:time? "
    "OtherInformation:any?",
    "Additional": "ReportData:Typed+",
    "Objects": "ValidationObject:Object+",
    "Object": "ObjectType:uri ValidationObjectRepresentation:Representation POE:POE? POEProvisioning:Provisioning? "
    "ValidationReport:Report?",
    "Provisioning": "POETime:time ValidationObject:Reference* SignatureReference:SignatureReference*",
}
ONE_OF = {
    "Representation": {"direct": "any", "base64": "base64", "DigestAlgAndValue": "Digest", "URI": "uri"},
    "Attributes": {
        "SigningTime": "SATime",
        "SigningCertificate": "SACertificates",
        "CommitmentTypeIndication": "SACommitment",
        "AllDataObjectsTimeStamp": "SAStamp",
        "SigPolicyIdentifier": "SAPolicy",
        "SignatureProductionPlace": "SAPlace",
        "SignerRole": "SARole",
        "SignatureTimeStamp": "SAStamp",
        "SigAndRefsTimeStamp": "SAStamp",
        "ArchiveTimeStamp": "SAStamp",
        "DocTimeStamp": "SAStamp",
        "DSS": "SAStore",
        "Reason": "SAReason",
        "SubFilter": "SASubFilter",
        "ByteRange": "integers",
        "OtherInformation": "any",
    },
}
STRUCTURE |= {
    "SATime": "AttributeObject:Reference* Time:time",
    "SACertificates": "AttributeObject:Reference* CertID:CertID*",
    "CertID": "X509IssuerSerial:base64? ds.DigestMethod:any ds.DigestValue:base64",
    "SACommitment": "AttributeObject:Reference* CommitmentTypeIdentifier:uri",
    "SAStamp": "AttributeObject:Reference* TimeStampValue:time",
    "SAPolicy": "AttributeObject:Reference* SigPolicyId:uri",
    "SAPlace": "AttributeObject:Reference* AddressString:string+",
    "SARole": "AttributeObject:Reference* RoleDetails:Role+",
    "Role": "Role:string EndorsementType:endorsement",
    "SAStore": "AttributeObject:Reference* Certs:Reference? CRLs:Reference? OCSPs:Reference?",
    "SAReason": "AttributeObject:Reference* ReasonElement:string",
    "SASubFilter": "AttributeObject:Reference* SubFilterElement:string",
}
PREFIX = {
    "http://www.w3.org/2000/09/xmldsig#": "ds.",
    "http://uri.etsi.org/01903/v1.3.2#": "xades.",
    "http://uri.etsi.org/02231/v2#": "tsl.",
    NAMESPACE: "",
}
SIMPLE = {
    "uri": lambda text: re.fullmatch(r"(urn|https?):[!-~]+", text),
    "boolean": lambda text: text in ("true", "false"),
    "base64": lambda text: base64.b64decode(text, validate=True),
    "time": lambda text: text.endswith("Z") and datetime.fromisoformat(text),
    "integers": lambda text: [int(item) for item in text.split()],
    "endorsement": lambda text: text in ("certified", "claimed", "signed"),
    "string": lambda text: True,
}


def faults(element: Any, kind: str = "ValidationReport") -> Iterator[str]:
    """What is not as the standard has it."""
    names = [name(child) for child in element if isinstance(child.tag, str)]
    if kind == "any":
        return
    if kind == "Reference":
        if not element.get("VOReference"):
            yield f"{name(element)} refers to nothing"
    elif kind == "SignatureReference":
        if names not in (["DigestMethod", "DigestValue"], ["PAdESFieldName"]):
            yield f"SignatureReference holds {names}"
    elif kind in SIMPLE:
        if names or not SIMPLE[kind](element.text or ""):
            yield f"{name(element)} holds {element.text!r}"
    elif kind in ONE_OF:
        if not names:
            yield f"{name(element)} is empty"
        for child in element:
            known = ONE_OF[kind].get(name(child))
            yield from faults(child, known) if known else (f"{name(child)} in {kind}",)
    else:
        parts = [part.partition(":") for part in STRUCTURE[kind].split()]
        pattern = "".join(f"(?:{re.escape(first)} ){last.lstrip(letters(last))}" for first, _, last in parts)
        if not re.fullmatch(pattern, "".join(f"{item} " for item in names)):
            yield f"{name(element)} ({kind}) holds {names}"
        types = {first: letters(last) for first, _, last in parts}
        for child in element:
            if name(child) in types:
                yield from faults(child, types[name(child)])


def letters(text: str) -> str:
    return text.rstrip("?*+")


def name(element: Any) -> str:
    found = etree.QName(element)
    return PREFIX.get(found.namespace, "other.") + found.localname


def checked(octets: bytes) -> Any:
    """The report's root, once everything that the standard fixes was looked at."""
    root = etree.fromstring(octets, etree.XMLParser(resolve_entities=False, no_network=True))
    assert root.tag == f"{VR}ValidationReport"
    assert list(faults(root)) == []
    identifiers = [*root.xpath("//@id")]
    assert len(identifiers) == len(set(identifiers))
    for references in root.xpath("//@VOReference"):
        assert set(references.split()) <= set(identifiers)
    schema = os.environ.get("TRUSTSPACE_TEST_ETSI_SCHEMA")
    if schema:
        etree.XMLSchema(etree.parse(str(Path(schema)))).assertValid(root)
    return root


def found(root: Any, path: str) -> list[Any]:
    return list(root.xpath(path, namespaces={"v": NAMESPACE, "t": "urn:trustspace:report:1"}))


def made(evidence: Evidence, verdict: Verdict, *forums: str) -> Any:
    answers = tuple(item for forum in forums for item in recognise(verdict, forum))
    return checked(etsi_report("case", evidence, verdict, answers))


def test_a_good_signature_with_everything(world: Any, evidence_of: Any, judged: Any, now: Any) -> None:
    data = world.with_store(world.pdf(stamp=now), world.crls())
    data = world.with_document_stamp(data, now)
    evidence = evidence_of(data, anchors=[world.root])
    root = made(evidence, judged(evidence), "KZ", "BY")
    assert root.findtext(STATUS) == "urn:etsi:019102:mainindication:total-passed"
    assert root.findtext(f".//{VR}SignatureValidationProcessID") == "urn:etsi:019102:validationprocess:LTA"
    proof = found(root, "//v:ValidationTimeInfo/v:BestSignatureTime/v:POEObject/@VOReference")
    kinds = {
        item.get("id"): item.findtext(f"{VR}ObjectType")
        for item in root.iter(f"{VR}ValidationObject")
        if item.get("id")
    }
    assert kinds[proof[0]] == "urn:etsi:019102:validationObject:timestamp"
    chain = root.find(f".//{VR}CertificateChain")
    assert kinds[chain.find(f"{VR}TrustAnchor").get("VOReference")].endswith("certificate")
    assert sorted(set(kinds.values())) == [
        f"urn:etsi:019102:validationObject:{item}" for item in ("CRL", "certificate", "signedData", "timestamp")
    ]
    attributes = [name(item) for item in root.find(f".//{VR}SignatureAttributes")]
    assert {"SigningCertificate", "SignatureTimeStamp", "DocTimeStamp", "DSS", "ByteRange"} <= set(attributes)
    assert len(found(root, "//t:Recognition")) == 2
    assert len(found(root, "v:SignatureValidationReport//v:ValidationConstraint")) > 10
    assert len(found(root, "//v:ValidationObject/v:ValidationReport")) == 2


def test_a_proof_of_existence_is_told_for_what_a_time_stamp_covers(
    world: Any, evidence_of: Any, judged: Any, now: Any
) -> None:
    data = world.with_document_stamp(world.with_store(world.pdf(stamp=now), world.crls()), now)
    evidence = evidence_of(data, anchors=[world.root])
    root = made(evidence, judged(evidence))
    proven = found(root, "//v:ValidationObject[starts-with(@id,'C')]/v:POE/v:POEObject/@VOReference")
    assert proven
    provided = found(root, "//v:POEProvisioning/v:ValidationObject/@VOReference")
    assert provided


def test_a_revoked_certificate_is_told_with_time_reason_and_source(
    make_world: Any, evidence_of: Any, judged: Any, now: Any
) -> None:
    from datetime import timedelta

    from cryptography import x509

    world = make_world()
    world.revoked["signer"] = (now - timedelta(days=2), x509.ReasonFlags.key_compromise)
    evidence = evidence_of(world.pdf(stamp=now), anchors=[world.root], crls=world.crls())
    root = made(evidence, judged(evidence))
    revocation = root.find(f".//{VR}RevocationStatusInformation")
    assert revocation.findtext(f"{VR}RevocationReason") == "urn:etsi:019102:revocationReason:keyCompromise"
    assert revocation.findtext(f"{VR}RevocationTime") == (now - timedelta(days=2)).isoformat().replace("+00:00", "Z")
    assert revocation.find(f"{VR}RevocationObject") is not None
    assert "REVOKED" in root.findtext(STATUS.replace("MainIndication", "SubIndication"))


def test_files_without_signature_have_a_report_too(
    world: Any, evidence_of: Any, judged: Any, now: Any, unsigned_pdf: Any
) -> None:
    for data, status in (
        (unsigned_pdf, "urn:trustspace:mainindication:no-signature"),
        (b"%PDF-1.7 broken", "urn:etsi:019102:mainindication:total-failed"),
        (world.with_document_stamp(unsigned_pdf, now), "urn:etsi:019102:mainindication:passed"),
    ):
        evidence = evidence_of(data, anchors=[world.root], crls=world.crls())
        root = made(evidence, judged(evidence))
        assert root.findtext(STATUS) == status


def test_names_that_are_markup_or_hide_something_are_text(
    make_world: Any, evidence_of: Any, judged: Any, now: Any
) -> None:
    world = make_world()
    hostile = world.issue('</Signer><x a="1">&\u202egpj.exe\x0b', world.ca)
    evidence = evidence_of(world.cms(b"x", holder=hostile), anchors=[world.root], detached=[b"x"])
    root = made(evidence, judged(evidence))
    said = root.findtext(f".//{VR}Signer")
    assert said == '</Signer><x a="1">&⟨U+202E⟩gpj.exe⟨U+000B⟩'


def test_same_verdict_same_octets(world: Any, evidence_of: Any, judged: Any, now: Any) -> None:
    evidence = evidence_of(world.pdf(stamp=now), anchors=[world.root], crls=world.crls())
    verdict = judged(evidence)
    assert etsi_report("a", evidence, verdict) == etsi_report("a", evidence, verdict)


def test_the_maker_is_named_by_certificate(world: Any, evidence_of: Any, judged: Any, now: Any) -> None:
    evidence = evidence_of(world.pdf(), anchors=[world.root], crls=world.crls())
    root = checked(etsi_report("a", evidence, judged(evidence), maker=Maker(certificate=world.signer.der)))
    assert base64.b64decode(root[-1][0][0].text) == world.signer.der


def test_the_checker_sees_what_is_out_of_place(world: Any, evidence_of: Any, judged: Any, now: Any) -> None:
    evidence = evidence_of(world.pdf(stamp=now), anchors=[world.root], crls=world.crls())
    octets = etsi_report("a", evidence, judged(evidence))
    for change in (
        lambda root: root.append(root[0]),
        lambda root: root[0].remove(root[0].find(f"{VR}SignatureValidationStatus")),
        lambda root: root.find(f".//{VR}POETime").__setattr__("text", "yesterday"),
        lambda root: root.find(f".//{VR}MainIndication").__setattr__("text", "valid"),
        lambda root: root.find(f".//{VR}POE").insert(0, root.find(f".//{VR}TypeOfProof")),
    ):
        root = etree.fromstring(octets)
        change(root)
        assert list(faults(root)) != []


@pytest.mark.parametrize("policy", ["default", "strict"])
def test_weak_algorithms_are_told(world: Any, evidence_of: Any, judged: Any, now: Any, policy: str) -> None:
    evidence = evidence_of(world.pdf(stamp=now), anchors=[world.root], crls=world.crls())
    late = now.replace(year=2099)
    verdict = judged(evidence, at=late, policy=policy)
    assert checked(etsi_report("a", evidence, verdict)) is not None
